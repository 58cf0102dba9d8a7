import type { ScriptContext } from '../../../src/ecmascript/ecmascript.ts';
import { QuickjsEngine } from '../../../src/ecmascript/quickjs/quickjs-engine.ts';
import { compileGrammar, DtmfMatcher, linkGrammar, matchText, parseGrammar, type CompiledGrammar } from '../../../src/grammar/index.ts';
import { fail, ok } from '../../../src/kernel/result.ts';

describe('interpretation', () => {
  let engine: QuickjsEngine;
  let context: ScriptContext;
  beforeAll(async () => { engine = await QuickjsEngine.create(); });
  beforeEach(() => { context = engine.createContext({ memoryBytes: 4 * 1024 * 1024, evaluationMs: 200 }); });
  afterEach(() => context.dispose());

  async function grammar(text: string, files: Record<string, string> = {}): Promise<CompiledGrammar> {
    const parsed = parseGrammar(text, '', 'http://h/main.gram');
    if (!parsed.ok) throw new Error(parsed.error.message);
    const linked = await linkGrammar(parsed.value, (uri) => Promise.resolve(files[uri] === undefined ? fail({ message: 'none' }) : ok({ text: files[uri], contentType: '', uri })));
    if (!linked.ok) throw new Error(linked.error.message);
    const compiled = compileGrammar(linked.value);
    if (!compiled.ok) throw new Error(compiled.error.message);
    return compiled.value;
  }
  const meaning = async (body: string, text: string, files?: Record<string, string>): Promise<unknown> => {
    const found = matchText(await grammar(`#ABNF 1.0;\nroot $main;\n${body}`, files), text, context);
    if (found === undefined) return 'no match';
    if (!found.ok) throw new Error(`${found.error.line}: ${found.error.message}`);
    return found.value.interpretation;
  };
  const script = 'tag-format <semantics/1.0>;\n';

  it('runs scripts with out, rules and meta', async () => {
    expect(await meaning(`${script}$main = a {!{out.x = 1; out.y = [1, {z: "q"}];}!};`, 'a')).toEqual({ x: 1, y: [1, { z: 'q' }] });
    expect(await meaning(`${script}$main = from $city {out.from = rules.city;} to $city {out.to = rules.latest();}; $city = $b | $l; $b = boston {out = "BOS"}; $l = london {!{out = {code: "LON"}}!};`, 'from boston to london')).toEqual({ from: 'BOS', to: { code: 'LON' } });
    expect(await meaning(`${script}$main = {!{ out = ""; }!} ($d {out += rules.d + meta.d.text.length + meta.latest().text;})<1-> {out += "|" + meta.current().text;}; $d = one {out = 1} | two;`, 'one two')).toBe('4onetwo3two|one two');
    expect(await meaning(`${script}$main = $a {var n = rules.a.n; n.push(3); out = n === rules.a.n;}; $a = a {out.n = [1,2]};`, 'a')).toBe(true);
  });

  it('passes values up where a rule says nothing, and the words where none does', async () => {
    expect(await meaning(`${script}$main = well $a; $a = $b; $b = yes {out = true};`, 'well yes')).toBe(true);
    expect(await meaning(`${script}$main = $d<3>; $d = 1 | 2;`, '1 2 1')).toBe('1 2 1');
    expect(await meaning(`${script}$main = a {out = 1} | b;`, 'b')).toBe('b');
  });

  it('runs header tags once, and keeps variables of one rule from another', async () => {
    expect(await meaning(`${script}{!{var base = 40; function add(n) { return base + n }}!};\n$main = $a {out = [add(2), rules.a, typeof inner];}; $a = a {var inner = 1; out = inner + base};`, 'a')).toEqual([42, 41, 'undefined']);
  });

  it('reads literals: the last tag is the value', async () => {
    const literals = 'tag-format <semantics/1.0-literals>;\n';
    expect(await meaning(`${literals}$main = a {one} b {two; "three"};`, 'a b')).toBe('two; "three"');
    expect(await meaning(`${literals}$main = $x $y; $x = a {ex}; $y = b {why};`, 'a b')).toBe('why');
  });

  it('reads tags of no format by what they look like', async () => {
    expect(await meaning('$main = a {out.v = 1};', 'a')).toEqual({ v: 1 });
    expect(await meaning('$main = a {Boston, MA};', 'a')).toBe('Boston, MA');
    expect(await meaning(`$main = a {'quoted'};`, 'a')).toBe('quoted');
  });

  it('mixes documents of different tag formats', async () => {
    const other = '#ABNF 1.0;\nroot $c;\ntag-format <semantics/1.0-literals>;\npublic $c = red {#f00};';
    expect(await meaning(`${script}$main = $<other.gram> {out.colour = rules.c;};`, 'red', { 'http://h/other.gram': other })).toEqual({ colour: '#f00' });
  });

  it('tells where a script fails, and leaves no scope behind', async () => {
    const g = await grammar('#ABNF 1.0;\nroot $main;\ntag-format <semantics/1.0>;\n$main = a {out = 1;\n nope.x = 2;};');
    expect(matchText(g, 'a', context)).toMatchObject({ ok: false, error: { line: 5, message: expect.stringContaining('ReferenceError'), uri: 'http://h/main.gram' } });
    const loop = await grammar('#ABNF 1.0;\nroot $main;\ntag-format <semantics/1.0>;\n$main = a {for(;;);};');
    expect(matchText(loop, 'a', context)).toMatchObject({ ok: false });
    const before = context.memoryBytes();
    for (let i = 0; i < 200; i++) matchText(g, 'a', context);
    expect(context.memoryBytes() - before).toBeLessThan(100_000);
  });

  it('gives keys together, without blanks', async () => {
    const g = await grammar('#ABNF 1.0;\nmode dtmf; root $main; tag-format <semantics/1.0>;\n$main = $d<3> {out = meta.current().text + "/" + rules.latest();}; $d = 1 | 2 | 3;');
    const matcher = new DtmfMatcher(g);
    for (const key of '123') matcher.push(key);
    expect(matcher.result(context)).toMatchObject({ ok: true, value: { interpretation: '123/3', utterance: '123', tagged: true } });
  });
});
