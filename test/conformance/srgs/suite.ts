import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compileGrammar, grammarErrorLine, linkGrammar, matchText, parseGrammar, type CompiledGrammar, type GrammarError } from '../../../src/grammar/index.ts';
import { fail, ok, type Result } from '../../../src/kernel/result.ts';
import type { ConformanceSuite } from '../conformance-suite.ts';

interface Entry {
  readonly name: string;
  readonly form: 'xml' | 'abnf';
  readonly about: string;
  readonly optional?: unknown;
  readonly grammar: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly load: 'accept' | 'reject';
  readonly activate?: readonly string[];
  readonly cases?: readonly { readonly text: string; readonly expect: 'accept' | 'nomatch'; readonly parse?: string }[];
}

const base = 'http://suite.invalid/';

async function prepare(entry: Entry): Promise<Result<CompiledGrammar, GrammarError>> {
  const parsed = parseGrammar(entry.grammar, entry.form === 'xml' ? 'application/srgs+xml' : 'application/srgs', base + entry.name);
  if (!parsed.ok) return parsed;
  const linked = await linkGrammar(parsed.value, (uri) => {
    const text = entry.files?.[uri.replace(base, '')];
    return Promise.resolve(text === undefined ? fail({ message: 'there is no such file' }) : ok({ text, contentType: '', uri }));
  });
  return linked.ok ? compileGrammar(linked.value, entry.activate ?? []) : linked;
}

/** A folder with `grammars.json` (or that file): texts against the active rules. */
export const suite: ConformanceSuite = {
  async run({ path, only }) {
    const file = statSync(path).isDirectory() ? join(path, 'grammars.json') : path;
    const entries = (JSON.parse(readFileSync(file, 'utf8')) as Entry[]).filter((e) => only.length === 0 || only.includes(e.name));
    const cases: { name: string; passed: boolean; reason?: string }[] = [];
    const notes: string[] = [];
    const record = (name: string, reason: string | undefined): void => {
      cases.push(reason === undefined ? { name, passed: true } : { name, passed: false, reason });
      if (reason !== undefined) console.log(`FAIL ${name}: ${reason}`);
    };
    for (const entry of entries) {
      const grammar = await prepare(entry);
      if (!grammar.ok) {
        const refused = grammarErrorLine(grammar.error);
        if (entry.load === 'accept' && entry.optional !== undefined && entry.optional !== false) notes.push(`${entry.name}: refused, as it may be: ${refused}`);
        record(entry.name, entry.load === 'reject' || (entry.optional !== undefined && entry.optional !== false) ? undefined : `refused: ${refused}`);
        continue;
      }
      if (entry.load === 'reject') {
        record(entry.name, 'the grammar was accepted');
        continue;
      }
      for (const { text, expect, parse } of entry.cases ?? []) {
        const found = matchText(grammar.value, text);
        const got = found === undefined ? 'nomatch' : 'accept';
        record(`${entry.name} ${JSON.stringify(text)}`, got === expect ? undefined : `${got}, not ${expect}`);
        if (parse !== undefined && found?.ok === true && found.value.parse !== parse) notes.push(`${entry.name} ${JSON.stringify(text)}: parsed as ${found.value.parse}, the report has ${parse}`);
      }
    }
    const failed = cases.filter((c) => !c.passed).length;
    return { passed: cases.length - failed, failed, notes, cases };
  },
};
