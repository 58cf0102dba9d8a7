import { DocumentCache } from '../../../../src/ccxml/document/document-cache.ts';
import { parseDocument } from '../../../../src/ccxml/document/parse-document.ts';
import { elements } from '../../../../src/ccxml/elements/registry.ts';
import { onLoaded, page } from '../ccxml-world.ts';

const uri = 'http://pages/app/main.ccxml';
const problems = (text: string): string[] => {
  const parsed = parseDocument(text, uri);
  return (parsed.ok ? parsed.value.warnings : parsed.error.diagnostics).map((d) => `${d.severity} ${d.code} ${d.line}:${d.column}`);
};

describe('parse-document', () => {
  it('names line and column of every breach of the element table', () => {
    expect(problems(`<ccxml version="1.0" xmlns="http://www.w3.org/2002/09/ccxml">
  <eventprocessor>
    <transition event="ccxml.loaded">
      <goto/>
      <acept connectionid="c"/>
      <join id1="a" id2="b" loud="true"/>
    </transition>
    <log expr="1"/>
  </eventprocessor>
</ccxml>`)).toEqual(['error missing-attribute 4:7', 'error unknown-element 5:7', 'error unknown-attribute 6:34', 'error misplaced 8:5']);
  });

  it('refuses a document that is not well-formed or not CCXML', () => {
    expect(problems('<ccxml version="1.0">')[0]).toMatch(/^error xml-syntax/);
    expect(problems('<note/>')).toEqual(['error root 1:1']);
    expect(problems('<ccxml xmlns="http://example.org/other" version="1.0"/>')).toEqual(['error root 1:1']);
    expect(problems('<!DOCTYPE ccxml [<!ENTITY x SYSTEM "file:///etc/passwd">]><ccxml version="1.0" xmlns="http://www.w3.org/2002/09/ccxml"><log expr="&x;"/></ccxml>')[0]).toMatch(/^error xml-entity/);
  });

  it('takes what pages of the wild write, with a warning that names the place', () => {
    expect(problems(onLoaded('<send target="session.id" targettype="ccxml" name="\'a\'" delay="500ms"/><createcall dest="sip:answer@sim" timeout="5s"/><join id1="a" id2="b" duplex="half"/>')))
      .toEqual(['warning bare-literal 1:', 'warning bare-literal 1:', 'warning bare-literal 1:', 'warning bare-literal 1:', 'warning bare-literal 1:'].map((w) => expect.stringContaining(w)));
    expect(problems(page('<eventprocessor><transition state="" event="ccxml.loaded"/></eventprocessor>'))).toEqual([expect.stringMatching(/^warning empty-state/)]);
    expect(problems(onLoaded('<send target="session.id" data="\'a\'"/>'))).toEqual([expect.stringMatching(/^warning old-attribute/)]);
  });

  it('reads a word as a variable when the page declares one of that name', () => {
    const parsed = parseDocument(onLoaded('<join id1="a" id2="b" duplex="half"/>', '', '<var name="half" expr="\'full\'"/>'), uri);
    expect(parsed.ok && parsed.value.transitions[0]?.children[0]?.attributes['duplex']?.text).toBe('half');
  });

  it('resolves scripts against xml:base', () => {
    const parsed = parseDocument('<ccxml version="1.0" xmlns="http://www.w3.org/2002/09/ccxml" xml:base="lib/"><script src="a.js"/><eventprocessor/></ccxml>', uri);
    expect(parsed.ok && parsed.value.scriptSources).toEqual(['http://pages/app/lib/a.js']);
    expect(parsed.ok && parsed.value.baseUri).toBe('http://pages/app/lib/');
  });

  it('holds rules between attributes: one source of a script, one of a dialog, one name of a meta', () => {
    expect(problems(onLoaded('<script src="a.js">var x;</script>'))).toEqual([expect.stringMatching(/^error attributes/)]);
    expect(problems(onLoaded('<dialogstart/>'))).toEqual([expect.stringMatching(/^error attributes/)]);
    expect(problems(onLoaded('<dialogstart src="\'a\'" prepareddialogid="d"/>'))).toEqual([expect.stringMatching(/^error attributes/)]);
    expect(problems(page('<meta content="x"/><eventprocessor/>'))).toEqual([expect.stringMatching(/^error attributes/)]);
    expect(problems(onLoaded('<move sessionid="s"/>'))).toEqual([expect.stringMatching(/^error attributes/)]);
    expect(problems(onLoaded('<else/>'))).toEqual([expect.stringMatching(/^error misplaced/)]);
  });

  it('parses the same content once', () => {
    const cache = new DocumentCache();
    const first = cache.parse(onLoaded('<exit/>'), uri);
    expect(cache.parse(onLoaded('<exit/>'), uri)).toBe(first);
    cache.parse(onLoaded('<log expr="1"/>'), uri);
    expect(cache.parses).toBe(2);
  });

  it('knows the 32 elements of the Recommendation', () => {
    expect([...elements.keys()].sort()).toEqual([
      'accept', 'assign', 'cancel', 'ccxml', 'createcall', 'createccxml', 'createconference', 'destroyconference', 'dialogprepare', 'dialogstart', 'dialogterminate', 'disconnect', 'else', 'elseif',
      'eventprocessor', 'exit', 'fetch', 'goto', 'if', 'join', 'log', 'merge', 'meta', 'metadata', 'move', 'redirect', 'reject', 'script', 'send', 'transition', 'unjoin', 'var',
    ]);
  });
});
