import type { Expansion, Grammar, Rule } from '../../../src/grammar/grammar.ts';
import { builtinGrammar, compileGrammar, DtmfMatcher, linkGrammar, parseGrammar, type CompiledGrammar, type GrammarLoader, type MatchState } from '../../../src/grammar/index.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { fail } from '../../../src/kernel/result.ts';
import { allKeys, derivative, expressionOf, naiveState } from './naive-matcher.ts';

const nowhere: GrammarLoader = () => Promise.resolve(fail({ message: 'nowhere' }));

async function compiled(source: Grammar | string, activate: string[] = []): Promise<CompiledGrammar> {
  const parsed = typeof source === 'string' ? parseGrammar(source, '') : { ok: true as const, value: source };
  if (!parsed.ok) throw new Error(`${parsed.error.line}:${parsed.error.column} ${parsed.error.message}`);
  const linked = await linkGrammar(parsed.value, nowhere);
  if (!linked.ok) throw new Error(linked.error.message);
  const grammar = compileGrammar(linked.value, activate);
  if (!grammar.ok) throw new Error(grammar.error.message);
  return grammar.value;
}
const states = (grammar: CompiledGrammar, keys: string): MatchState[] => {
  const matcher = new DtmfMatcher(grammar);
  return [...keys].map((key) => matcher.push(key));
};
const meaning = (grammar: CompiledGrammar, keys: string): unknown => {
  const matcher = new DtmfMatcher(grammar);
  for (const key of keys) matcher.push(key);
  const result = matcher.result();
  return result?.ok === true ? result.value.interpretation : undefined;
};
const abnf = (body: string): string => `#ABNF 1.0;\nmode dtmf;\nroot $main;\n${body}`;

describe('dtmf-matcher', () => {
  it('agrees with a naive matcher on 100,000 random inputs', async () => {
    const random = new SeededRandom(20260101);
    const pick = (n: number): number => Math.floor(random.next() * n);
    const rules = new Map<string, Rule>();
    const expansion = (depth: number): Expansion => {
      const kind = depth <= 0 ? 0 : pick(12);
      if (kind <= 3) return { kind: 'token', text: '012*#'[pick(5)]!, line: 1, column: 1 };
      if (kind <= 5) return { kind: 'sequence', items: Array.from({ length: pick(4) }, () => expansion(depth - 1)) };
      if (kind <= 7) return { kind: 'alternatives', items: Array.from({ length: 1 + pick(3) }, () => ({ weight: 1 + pick(3), expansion: expansion(depth - 1) })) };
      if (kind <= 9) {
        const min = pick(3);
        return { kind: 'repeat', min, max: pick(3) === 0 ? Infinity : min + pick(3), probability: undefined, item: expansion(depth - 1) };
      }
      if (kind === 10 && rules.size > 1) return { kind: 'reference', uri: '#r', document: undefined, rule: [...rules.keys()][pick(rules.size)]!, mediaType: undefined, line: 1, column: 1 };
      return { kind: 'special', name: (['NULL', 'NULL', 'VOID', 'GARBAGE', 'NULL', 'NULL'] as const)[pick(6)]! };
    };
    const seen: Record<MatchState, number> = { nomatch: 0, partial: 0, 'match-may-extend': 0, 'match-final': 0 };
    let inputs = 0;
    while (inputs < 100_000) {
      rules.clear();
      // A rule refers only to those before it: the naive matcher knows no recursion.
      for (const id of ['a', 'b', 'main']) rules.set(id, { id, scope: 'public', expansion: expansion(3), line: 1, column: 1 });
      const grammar: Grammar = { form: 'xml', mode: 'dtmf', language: undefined, root: 'main', tagFormat: undefined, base: undefined, rules: new Map(rules), globalTags: [], warnings: [] };
      const ours = await compiled(grammar);
      const start = expressionOf(rules.get('main')!.expansion, grammar);
      for (let i = 0; i < 50; i++) {
        const matcher = new DtmfMatcher(ours);
        let naive = start;
        const keys: string[] = [];
        const length = pick(9);
        for (let k = 0; k < length; k++) {
          const viable = allKeys.filter((key) => derivative(naive, key).kind !== 'never');
          if (viable.length === 0 && pick(3) > 0) break;
          const key = viable.length > 0 && pick(10) > 0 ? viable[pick(viable.length)]! : allKeys[pick(allKeys.length)]!;
          keys.push(key);
          matcher.push(key);
          naive = derivative(naive, key);
        }
        inputs += 1;
        const expected = naiveState(naive);
        seen[expected] += 1;
        if (matcher.state !== expected) throw new Error(`${keys.join('')}: ${matcher.state}, not ${expected}, by ${JSON.stringify([...rules])}`);
        const result = matcher.result();
        if ((result !== undefined) !== expected.startsWith('match')) throw new Error(`${keys.join('')}: a result for ${expected} by ${JSON.stringify([...rules])}`);
        if (result?.ok === true && result.value.utterance !== keys.join('')) throw new Error('the parse lost keys');
      }
    }
    for (const [state, count] of Object.entries(seen)) expect([state, count > 2000]).toEqual([state, true]);
  }, 120_000);

  it('takes rules that refer to themselves, from the left, the right and the middle', async () => {
    const left = await compiled(abnf('$main = $main 1 | 2;'));
    expect(states(left, '2111')).toEqual(['match-may-extend', 'match-may-extend', 'match-may-extend', 'match-may-extend']);
    expect(states(left, '22').at(-1)).toBe('nomatch');
    const middle = await compiled(abnf('$main = 1 [$main] 2;'));
    expect(states(middle, '111222')).toEqual(['partial', 'partial', 'partial', 'partial', 'partial', 'match-final']);
    expect(states(middle, '112221').at(-1)).toBe('nomatch');
    const itself = await compiled(abnf('$main = $main | $main $main | 1 | $NULL;'));
    expect(states(itself, '11').at(-1)).toBe('match-may-extend');
    expect(meaning(itself, '11')).toBe('11');
    const endless = await compiled(abnf('$main = 1 $main;'));
    expect(new DtmfMatcher(endless).state).toBe('nomatch');
  });

  it('stays polynomial on grammars made to explode', async () => {
    const hostile = [
      '$main = ((((1<0->)<0->)<0->)<0->)<0-> 2;', '$main = $main $main $main | 1 | $NULL;', '$main = $a<0-1000000>; $a = $b<0-1000000>; $b = [1] [1] [1] [1];',
      `$main = ${'[1] '.repeat(200)};`, '$main = ($GARBAGE 1)<0-> $GARBAGE;', '$main = $a | $b; $a = $b $b | 1; $b = $a $a | 1;',
    ];
    for (const body of hostile) {
      const grammar = await compiled(abnf(body));
      const matcher = new DtmfMatcher(grammar);
      const started = performance.now();
      for (let i = 0; i < 60; i++) matcher.push('1');
      matcher.result();
      expect([body, performance.now() - started < 3000]).toEqual([body, true]);
    }
  });

  it('tells the keys that may come next', async () => {
    const grammar = await compiled(abnf('$main = 1 (2 | 3) | 4;'));
    const matcher = new DtmfMatcher(grammar);
    expect([...matcher.expected()].sort()).toEqual(['1', '4']);
    matcher.push('1');
    expect([...matcher.expected()].sort()).toEqual(['2', '3']);
    expect(matcher.keys).toBe('1');
    matcher.reset();
    expect([...matcher.expected()].sort()).toEqual(['1', '4']);
  });

  it.each([
    ['boolean', '1', true], ['boolean', '2', false], ['boolean', '3', undefined], ['boolean?y=7;n=9', '9', false], ['date', '20031225', '20031225'], ['date', '20030231', undefined],
    ['date', '20040229', '20040229'], ['digits', '0', '0'], ['digits?length=3', '246', '246'], ['digits?minlength=3;maxlength=5', '12', undefined], ['digits?minlength=3;maxlength=5', '12345', '12345'],
    ['currency', '12*34', '12.34'], ['currency', '12', '12.00'], ['number', '12*5', '12.5'], ['number', '0530', '0530'], ['phone', '8005551234*789', '8005551234x789'],
    ['time', '1530', '1530h'], ['time', '0830', '0830?'], ['time', '0000', '0000h'], ['time', '2460', undefined],
  ])('reads the built-in %s from %s as %j', async (type, keys, expected) => {
    const grammar = builtinGrammar(type, 'dtmf');
    if (!grammar.ok) throw new Error(grammar.error.message);
    expect(meaning(await compiled(grammar.value), keys)).toEqual(expected);
  });

  it('ends a built-in of fixed length by itself, and leaves one of open length open', async () => {
    const fixed = builtinGrammar('builtin:dtmf/digits?length=2', 'voice');
    const open = builtinGrammar('builtin:dtmf/digits', 'voice');
    expect(fixed.ok && states(await compiled(fixed.value), '123')).toEqual(['partial', 'match-final', 'nomatch']);
    expect(open.ok && states(await compiled(open.value), '12#')).toEqual(['match-may-extend', 'match-may-extend', 'nomatch']);
  });

  it('refuses built-ins that there are not, and parameters that contradict', () => {
    expect(builtinGrammar('shoesize', 'dtmf')).toMatchObject({ ok: false, error: { kind: 'builtin' } });
    expect(builtinGrammar('builtin:grammar/doesnotexist', 'voice')).toMatchObject({ ok: false, error: { kind: 'builtin' } });
    for (const wrong of ['digits?minlength=5;maxlength=3', 'digits?length=2;minlength=4', 'digits?length=x', 'boolean?y=1;n=1', 'boolean?y=yes', 'digits?']) {
      expect([wrong, builtinGrammar(wrong, 'dtmf').ok]).toEqual([wrong, wrong === 'digits?']);
    }
  });
});
