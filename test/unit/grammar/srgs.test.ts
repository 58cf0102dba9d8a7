import { builtinGrammar, compileGrammar, grammarErrorEvent, linkGrammar, matchText, parseGrammar, type CompiledGrammar, type GrammarError } from '../../../src/grammar/index.ts';
import { grammarOfElement } from '../../../src/grammar/srgs-xml.ts';
import { fail, ok } from '../../../src/kernel/result.ts';
import { parseXml } from '../../../src/xml/parse-xml.ts';

const files = new Map<string, string>();
async function prepare(text: string, activate: string[] = []): Promise<CompiledGrammar | GrammarError> {
  const parsed = parseGrammar(text, '', 'http://h/dir/main.grxml');
  if (!parsed.ok) return parsed.error;
  const linked = await linkGrammar(parsed.value, (uri) => {
    const found = files.get(uri);
    return Promise.resolve(found === undefined ? fail({ message: 'the server answered 404', event: 'error.badfetch.http.404' }) : ok({ text: found, contentType: '', uri }));
  });
  if (!linked.ok) return linked.error;
  const compiled = compileGrammar(linked.value, activate);
  return compiled.ok ? compiled.value : compiled.error;
}
async function grammar(text: string, activate: string[] = []): Promise<CompiledGrammar> {
  const made = await prepare(text, activate);
  if ('message' in made) throw new Error(`${made.line}:${made.column} ${made.message}`);
  return made;
}
async function problem(text: string): Promise<GrammarError> {
  const made = await prepare(text);
  if (!('message' in made)) throw new Error('accepted');
  return made;
}
const xml = (rules: string, attributes = 'root="main"'): string => `<grammar xmlns="http://www.w3.org/2001/06/grammar" version="1.0" xml:lang="en-US" ${attributes}>${rules}</grammar>`;
const parse = (g: CompiledGrammar, text: string): string | undefined => {
  const found = matchText(g, text);
  return found?.ok === true ? found.value.parse : undefined;
};

describe('srgs', () => {
  beforeEach(() => files.clear());

  it('reads tokens in all their forms', async () => {
    const g = await grammar(xml('<rule id="main">go to <token>New  York</token> "San Francisco" <!-- no --> now</rule>'));
    expect(parse(g, 'GO to new York san francisco NOW')).toBe('$main["GO","to","new","York","san","francisco","NOW"]');
    expect(parse(g, 'go to new york san francisco')).toBeUndefined();
    const a = await grammar('#ABNF 1.0 UTF-8;\nlanguage en-US; root $main;\n/** doc */ public $main = [please] ("New York" | paris!fr-FR)<1-2> {tag}; // end\n');
    expect(parse(a, 'please new york Paris')).toBe('$main["please","new","york","Paris"]');
    expect(parse(a, 'paris paris paris')).toBeUndefined();
  });

  it('reads the same grammar in both forms alike', async () => {
    const x = await grammar(xml('<rule id="main"><one-of><item weight="2">a</item><item weight="0.5"><item repeat="2-">b</item></item><item><ruleref uri="#c"/></item></one-of><item repeat="0-1" repeat-prob="0.3">z</item></rule><rule id="c">c<ruleref special="GARBAGE"/>d</rule>'));
    const a = await grammar('#ABNF 1.0;\nroot $main;\n$main = (/2/ a | /.5/ b<2-> | $c) z<0-1 /0.3/>;\n$c = c $GARBAGE d;');
    for (const text of ['a', 'a z', 'b', 'b b b z', 'c d', 'c x y d z', 'c', 'z', '', 'a a']) expect([text, parse(x, text)]).toEqual([text, parse(a, text)]);
    expect(parse(x, 'c x y d')).toBe('$main[$c["c","x","y","d"]]');
  });

  it('prefers the heavier reading, and of equals the one written first', async () => {
    const tag = async (body: string, text: string): Promise<unknown> => {
      const found = matchText(await grammar(`#ABNF 1.0;\nroot $main;\ntag-format <semantics/1.0-literals>;\n${body}`), text);
      return found?.ok === true ? found.value.interpretation : undefined;
    };
    expect(await tag('$main = a {first} | a {second};', 'a')).toBe('first');
    expect(await tag('$main = /1/ a {first} | /3/ a {second};', 'a')).toBe('second');
    expect(await tag('$main = $x | $y; $x = a [b] {x}; $y = a {y};', 'a')).toBe('x');
  });

  it('follows references into other documents, and activates rules side by side', async () => {
    files.set('http://h/dir/names.grxml', xml('<rule id="names"><one-of><item>Ann</item><item><ruleref uri="deep/more.gram#$x"/></item></one-of></rule>', 'root="names"').replace('#$x', '#x'));
    files.set('http://h/dir/deep/more.gram', '#ABNF 1.0;\nroot $x; public $x = Bob | $<../names.grxml> too;');
    const g = await grammar(xml('<rule id="main">call <ruleref uri="names.grxml"/></rule><rule id="other" scope="public">help</rule>'), ['main', 'other']);
    expect(parse(g, 'call ann')).toBe('$main["call",$<names.grxml>["ann"]]');
    expect(parse(g, 'call bob')).toBe('$main["call",$<names.grxml>[$<deep/more.gram#x>["bob"]]]');
    expect(parse(g, 'call too')).toBeUndefined();
    expect(parse(g, 'call ann too')).toBe('$main["call",$<names.grxml>[$<deep/more.gram#x>[$<../names.grxml>["ann"],"too"]]]');
    expect(parse(g, 'help')).toBe('$other["help"]');
  });

  it('takes built-in grammars by reference', async () => {
    const g = await grammar('#ABNF 1.0;\nroot $main;\n$main = pay $<builtin:grammar/currency> | on $<builtin:grammar/date>;');
    const found = matchText(g, 'pay twenty five dollars and ten cents');
    expect(found?.ok === true && found.value.interpretation).toBe('USD25.10');
    const date = matchText(g, 'on march the third two thousand five');
    expect(date?.ok === true && date.value.interpretation).toBe('20050303');
  });

  it.each([
    ['yes', 'boolean', true], ['nope', 'boolean', false], ['one two oh 4', 'digits', '1204'], ['minus two hundred and five point five oh', 'number', '-205.50'],
    ['one million two thousand three', 'number', '1002003'], ['five thirty', 'number', undefined], ['three fifty p m', 'time', '0350p'], ['noon', 'time', '1200p'], ['fifteen hundred hours', 'time', '1500h'],
    ['eight oh five', 'time', '0805?'], ['december twenty fifth', 'date', '????1225'], ['the thirty first of january nineteen ninety nine', 'date', '19990131'], ['february thirtieth', 'date', undefined],
    ['five five five extension two', 'phone', '555x2'], ['ten cents', 'currency', '0.10'], ['three euros', 'currency', 'EUR3.00'],
  ])('understands %j as the built-in %s: %j', async (text, type, expected) => {
    const found = matchText(await grammar(`#ABNF 1.0;\nroot $main;\n$main = $<builtin:grammar/${type}>;`), text);
    expect(found?.ok === true ? found.value.interpretation : undefined).toEqual(expected);
  });

  it.each([
    ['not xml', 'grammar', /./], [xml(''), 'grammar', /no rule/], [xml('<rule id="a">x</rule>'), 'grammar', /root rule main/], [xml('<rule>x</rule>'), 'grammar', /no id/],
    [xml('<rule id="main">x</rule><rule id="main">y</rule>'), 'grammar', /already/], [xml('<rule id="main"><item repeat="3-1">x</item></rule>'), 'grammar', /repeat/],
    [xml('<rule id="main"><one-of/></rule>'), 'grammar', /one-of/], [xml('<rule id="main"><one-of>text<item>x</item></one-of></rule>'), 'grammar', /text/], [xml('<rule id="main"><ruleref/></rule>'), 'grammar', /either/],
    [xml('<rule id="main"><ruleref uri="#none"/></rule>'), 'grammar', /none is not declared/], [xml('<rule id="main"><ruleref special="ALL"/></rule>'), 'grammar', /special/], [xml('<rule id="main">"open</rule>'), 'grammar', /quotation/],
    [xml('<rule id="main"><b>x</b></rule>'), 'grammar', /no element of a rule/], [xml('<rule id="main"><one-of><item weight="heavy">x</item></one-of></rule>'), 'grammar', /weight/], [xml('<rule id="main">x</rule>', 'mode="touch" root="main"'), 'grammar', /mode/],
    [xml('<rule id="main">x</rule>').replace('version="1.0"', 'version="2.0"'), 'format', /version/], [xml('<rule id="main">x</rule>').replace('version="1.0"', ''), 'grammar', /version/], ['<vxml/>', 'grammar', /root element/],
    [xml('<rule id="main">1 x</rule>', 'mode="dtmf" root="main"'), 'grammar', /no key/], [xml('<rule id="main"><ruleref uri="none.grxml"/></rule>'), 'badfetch', /404/], [xml('<rule id="main"><ruleref uri="builtin:grammar/none"/></rule>'), 'builtin', /none/],
    ['#ABNF 2.0;\n$a = b;', 'format', /2.0/], ['#ABNF 1.0;\n$a = (b;', 'grammar', /\) is missing/], ['#ABNF 1.0;\n$a = b', 'grammar', /; is missing/], ['#ABNF 1.0;\n$a = b | ;', 'grammar', /empty/], ['#ABNF 1.0;\nroot $b;\n$a = b;', 'grammar', /root/],
    ['#ABNF 1.0;\n$a = b<3-1>;', 'grammar', /repeat/], ['#ABNF 1.0;\n$a = $;', 'grammar', /name/], ['#ABNF 1.0;\nsound loud;\n$a = b;', 'grammar', /declaration/], [`#ABNF 1.0;\n$a = ${'('.repeat(5000)}b${')'.repeat(5000)};`, 'limit', /nested/],
  ])('refuses %j as %s', async (text, kind, message) => {
    const error = await problem(text);
    expect([error.kind, error.message]).toEqual([kind, expect.stringMatching(message)]);
    expect(error.line).toBeGreaterThanOrEqual(1);
    expect(error.column).toBeGreaterThanOrEqual(1);
  });

  it('names line and column of what is wrong, and the event it leads to', async () => {
    expect(await problem(xml('\n<rule id="main">\n  <item repeat="x">a</item></rule>'))).toMatchObject({ line: 3, uri: 'http://h/dir/main.grxml' });
    expect(await problem('#ABNF 1.0;\n\n$a = b\n  c | ;')).toMatchObject({ line: 4, column: 7 });
    files.set('http://h/dir/bad.grxml', '<grammar');
    expect(await problem(xml('<rule id="main"><ruleref uri="bad.grxml"/></rule>'))).toMatchObject({ kind: 'grammar', uri: 'http://h/dir/bad.grxml' });
    expect(grammarErrorEvent(await problem(xml('<rule id="main"><ruleref uri="none.grxml"/></rule>')))).toBe('error.badfetch.http.404');
    files.set('http://h/dir/private.grxml', xml('<rule id="main">a</rule><rule id="hidden">b</rule>'));
    expect((await problem(xml('<rule id="main"><ruleref uri="private.grxml#hidden"/></rule>'))).message).toContain('private');
    expect(parseGrammar('x', 'application/x-nuance-gsl').ok).toBe(false);
  });

  it('reads an inline element in the namespace of its host', () => {
    const host = parseXml('<grammar xmlns="http://www.w3.org/2001/vxml" mode="dtmf" root="r"><rule id="r">1</rule></grammar>');
    expect(host.ok && grammarOfElement(host.value.root, 'http://h/page.vxml')).toMatchObject({ ok: true, value: { mode: 'dtmf', base: 'http://h/page.vxml' } });
  });
});

describe('built-in grammars of words in other languages', () => {
  const said = (language: string, type: string, text: string): unknown => {
    const built = builtinGrammar(`builtin:grammar/${type}`, 'voice', language);
    if (!built.ok) return built.error.message;
    const compiled = compileGrammar({ main: built.value, documents: new Map() });
    if (!compiled.ok) throw new Error(compiled.error.message);
    const match = matchText(compiled.value, text);
    return match?.ok === true ? match.value.interpretation : undefined;
  };

  it.each([
    ['de-DE', 'boolean', 'Ja bitte', true], ['de', 'boolean', 'stimmt nicht', false], ['de-AT', 'digits', 'zwo null fünf', '205'], ['fr-CA', 'boolean', "c'est ça", true],
    ['fr', 'digits?length=2', 'un zéro', '10'], ['fr', 'digits?length=2', 'un', undefined], ['es-419', 'boolean', 'sí', true], ['es', 'digits', 'siete ocho', '78'], ['it', 'boolean', 'no', false],
    ['pt-BR', 'digits', 'meia três', '63'], ['en-GB', 'boolean', 'yes', true], ['de', 'boolean', 'yes', undefined],
  ])('%s %s "%s" means %j', (language, type, text, meaning) => {
    expect(said(language, type, text)).toBe(meaning);
  });

  it('say which there are where there is none', () => {
    expect(said('de', 'date', 'x')).toBe('there is no built-in grammar date of words in de; there are boolean, digits');
    expect(said('ja', 'boolean', 'x')).toBe('there is no built-in grammar boolean of words in ja; there is none');
  });
});
