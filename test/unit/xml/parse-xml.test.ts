import { parseXml } from '../../../src/xml/parse-xml.ts';
import { attributeOf, baseOf, childElements, languageOf, textOf, type XmlDocument } from '../../../src/xml/xml-tree.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { decodeXml } from '../../../src/xml/decode-xml.ts';
import { serializeXml } from '../../../src/xml/serialize-xml.ts';

const document = (text: string, uri?: string): XmlDocument => {
  const parsed = parseXml(text, uri);
  if (!parsed.ok) throw new Error(`${parsed.error.line}:${parsed.error.column} ${parsed.error.message}`);
  return parsed.value;
};
const problem = (text: string) => {
  const parsed = parseXml(text);
  if (parsed.ok) throw new Error('parsed');
  return parsed.error;
};

describe('parse-xml', () => {
  it('builds elements with namespaces, attributes in order, and places', () => {
    const { root } = document('<?xml version="1.0"?>\n<c:ccxml xmlns:c="urn:c"\n  version="1.0" c:x="2">\n  <c:var name="a"/>text<![CDATA[<raw>]]>\n</c:ccxml>');
    expect(root).toMatchObject({ name: 'c:ccxml', localName: 'ccxml', prefix: 'c', namespace: 'urn:c', line: 2, column: 1 });
    expect(root.attributes.map((a) => a.name)).toEqual(['xmlns:c', 'version', 'c:x']);
    expect(attributeOf(root, 'x', 'urn:c')).toBe('2');
    expect(attributeOf(root, 'x')).toBeUndefined();
    expect(childElements(root)[0]).toMatchObject({ localName: 'var', line: 4, column: 3, parent: root });
    expect(textOf(root).trim()).toBe('text<raw>');
  });

  it.each([
    ['<a><b></a>', 'mismatch'], ['<a b=1/>', 'quot'], ['<a>x < y</a>', 'tagName'], ['', 'root'], ['<a/><b/>', 'one element'], ['<a b="1" b="2"/>', 'redefined'],
    ['<a>&nope;</a>', 'nope'], ['<a>&#0;</a>', 'reference'], ['<a>\u0001</a>', 'U+0001'], ['<a', 'end'], ['<a x:b="1"/>', 'prefix'],
  ])('refuses %j with a message and a place', (text, word) => {
    const error = problem(text);
    expect(error.message).toContain(word);
    expect(error.line).toBeGreaterThanOrEqual(1);
  });

  it('never fetches a DOCTYPE and tolerates an internal subset of plain entities', () => {
    const { root, doctype } = document('<!DOCTYPE vxml PUBLIC "-//W3C//DTD VOICEXML 2.1//EN" "http://192.0.2.1/x.dtd" [<!ENTITY co "Acme &#38; Sons"><!ELEMENT a ANY>]><a t="&co;">&co;<![CDATA[&co;]]></a>');
    expect(doctype).toEqual({ name: 'vxml', publicId: '-//W3C//DTD VOICEXML 2.1//EN', systemId: 'http://192.0.2.1/x.dtd' });
    expect(attributeOf(root, 't')).toBe('Acme & Sons');
    expect(textOf(root)).toBe('Acme & Sons&co;');
  });

  it('refuses external, parameter and nested entities, and bombs of plain ones', () => {
    expect(problem('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>').kind).toBe('entity');
    expect(problem('<!DOCTYPE a [<!ENTITY % x "y"> %x;]><a/>').kind).toBe('entity');
    expect(problem('<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;">]><a>&m;</a>').message).toContain('entity m');
    const bomb = `<!DOCTYPE a [<!ENTITY l "${'x'.repeat(10_000)}">]><a>${'&l;'.repeat(10_000)}</a>`;
    expect(problem(bomb)).toMatchObject({ kind: 'entity' });
  });

  it('refuses what is too deep, too long or has too many nodes, before much work', () => {
    const started = performance.now();
    expect(problem('<a>'.repeat(200_000) + '</a>'.repeat(200_000)).kind).toBe('limit');
    expect(performance.now() - started).toBeLessThan(1000);
    const long = parseXml(`<a>${'x'.repeat(100)}</a>`, undefined, { maxLength: 50 });
    expect(long.ok).toBe(false);
    const many = parseXml(`<a>${'<b/>'.repeat(100)}</a>`, undefined, { maxNodes: 50 });
    expect(many.ok === false && many.error.kind).toBe('limit');
  });

  it('answers xml:lang and xml:base in force at an element', () => {
    const { root } = document('<a xml:lang="en-US" xml:base="sub/"><b xml:base="deep/"/></a>', 'http://h/dir/page.xml');
    const b = childElements(root)[0]!;
    expect(languageOf(b)).toBe('en-US');
    expect(baseOf(b, 'http://h/dir/page.xml')).toBe('http://h/dir/sub/deep/');
  });

  it('decodes by byte order mark, content type and declaration', () => {
    expect(decodeXml(Buffer.from('\ufeff<a>é</a>', 'utf16le'))).toEqual({ ok: true, text: '<a>é</a>' });
    expect(decodeXml(Buffer.from('<a>é</a>', 'latin1'), 'text/xml; charset=ISO-8859-1')).toEqual({ ok: true, text: '<a>é</a>' });
    expect(decodeXml(Buffer.from('<?xml version="1.0" encoding="iso-8859-1"?><a>é</a>', 'latin1'))).toMatchObject({ ok: true, text: expect.stringContaining('é') });
    expect(decodeXml(Buffer.from('<?xml version="1.0" encoding="klingon"?><a/>'))).toEqual({ ok: false, message: 'the encoding klingon is not known' });
    expect(decodeXml(Buffer.from([0x3c, 0xff, 0x3e])).ok).toBe(false);
  });

  it('serialises an element with what it inherits, so that it parses to the same', () => {
    const { root } = document('<v xmlns="urn:v" xmlns:p="urn:p" xml:lang="de"><g p:x="&quot;&lt;"><i>a &amp; b</i></g></v>');
    const text = serializeXml(childElements(root)[0]!);
    const again = document(text).root;
    expect(again).toMatchObject({ localName: 'g', namespace: 'urn:v' });
    expect(attributeOf(again, 'x', 'urn:p')).toBe('"<');
    expect(languageOf(again)).toBe('de');
    expect(textOf(again)).toBe('a & b');
  });

  it('is quick with what never closes, and with marks without number', () => {
    const million = (piece: string): string => piece.repeat(Math.floor(1_000_000 / piece.length));
    const subset = '<!DOCTYPE a [<!ENTITY e "x">]><a>';
    for (const text of [million('<'), subset + million('<![CDATA['), subset + million('<!--'), subset + million('&e'), `<a>${million('<?x')}`, `<!DOCTYPE ${million('[')}`, `<!DOCTYPE a [${million('<!ENTITY e "x">')}]><a/>`, `<a ${million('=')}/>`, `<a b="${million('x')}`]) {
      const started = performance.now();
      const parsed = parseXml(text);
      expect([text.slice(0, 60), parsed.ok, performance.now() - started < 3000]).toEqual([text.slice(0, 60), false, true]);
    }
  });

  it('never throws on 5,000 broken documents', () => {
    const random = new SeededRandom(5);
    const page = '<?xml version="1.0"?>\n<!DOCTYPE vxml [<!ENTITY co "Acme">]>\n<vxml xmlns="http://www.w3.org/2001/vxml" version="2.1"><!-- c --><form id="f"><block><prompt>Hi &co; &amp; <![CDATA[<x>]]></prompt><if cond="a &lt; b"/></block></form></vxml>';
    const at = (): number => Math.floor(random.next() * page.length);
    for (let i = 0; i < 5000; i++) {
      let text = page;
      for (let k = 0; k < 1 + random.next() * 3; k++) {
        const from = at();
        const kind = random.next();
        if (kind < 0.3) text = text.slice(0, from) + text.slice(from + 1 + Math.floor(random.next() * 10));
        else if (kind < 0.6) text = text.slice(0, from) + page.slice(at(), at()) + text.slice(from);
        else text = text.slice(0, from) + '<>&"\'/=![]?-;:\0\ufffe'[Math.floor(random.next() * 17)] + text.slice(from);
      }
      const parsed = parseXml(text);
      if (!parsed.ok && (parsed.error.message === '' || !(parsed.error.line >= 1))) throw new Error(`no message or place for ${text}`);
    }
  });
});
