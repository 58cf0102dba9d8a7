import { readFileSync } from 'node:fs';
import { compileGrammar, DtmfMatcher, linkGrammar, parseSrgsXml, type CompiledGrammar, type GrammarError, type MatchState } from '../../../src/grammar/index.ts';
import { fail, type Result } from '../../../src/kernel/result.ts';
import type { ConformanceSuite } from '../conformance-suite.ts';

interface Vector {
  readonly name: string;
  readonly grammar: string;
  readonly load: 'accept' | 'reject';
  readonly activate?: readonly string[];
  readonly lenient?: string;
  readonly cases?: readonly { readonly input: string; readonly expect: MatchState; readonly interpretation?: unknown }[];
}

async function prepare(vector: Vector): Promise<Result<CompiledGrammar, GrammarError>> {
  const parsed = parseSrgsXml(vector.grammar);
  if (!parsed.ok) return parsed;
  const linked = await linkGrammar(parsed.value, () => Promise.resolve(fail({ message: 'no other documents here' })));
  return linked.ok ? compileGrammar(linked.value, vector.activate ?? []) : linked;
}

/** `grammars.json` of DTMF vectors: the state after the last key, and the interpretation where one is given. */
export const suite: ConformanceSuite = {
  async run({ path, only }) {
    const vectors = (JSON.parse(readFileSync(path, 'utf8')) as Vector[]).filter((v) => only.length === 0 || only.includes(v.name));
    const cases: { name: string; passed: boolean; reason?: string }[] = [];
    const notes: string[] = [];
    const record = (name: string, reason: string | undefined): void => {
      cases.push(reason === undefined ? { name, passed: true } : { name, passed: false, reason });
      if (reason !== undefined) console.log(`FAIL ${name}: ${reason}`);
    };
    for (const vector of vectors) {
      const grammar = await prepare(vector);
      if (vector.load === 'reject') {
        // A rule may be missing only where it is referred to; activation is not part of loading.
        record(vector.name, grammar.ok || /no root rule/.test(grammar.error.message) ? 'the grammar was accepted' : undefined);
        continue;
      }
      if (!grammar.ok) {
        record(vector.name, `refused: ${grammar.error.message}`);
        continue;
      }
      if (vector.lenient !== undefined) notes.push(`${vector.name}: ${vector.lenient}`);
      for (const { input, expect, interpretation } of vector.cases ?? []) {
        const matcher = new DtmfMatcher(grammar.value);
        for (const key of input) matcher.push(key);
        const wrong = matcher.state !== expect ? `${matcher.state}, not ${expect}` : undefined;
        const result = matcher.result();
        const meaning = result?.ok === true ? result.value.interpretation : undefined;
        const misread = interpretation !== undefined && JSON.stringify(meaning) !== JSON.stringify(interpretation) ? `means ${JSON.stringify(meaning)}, not ${JSON.stringify(interpretation)}` : undefined;
        record(`${vector.name} ${input}`, wrong ?? misread);
      }
    }
    const failed = cases.filter((c) => !c.passed).length;
    return { passed: cases.length - failed, failed, notes, cases };
  },
};
