import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { QuickjsEngine } from '../ecmascript/quickjs/quickjs-engine.ts';
import { badFetchEvent } from '../fetch/fetch.ts';
import { contentTypeOf } from '../fetch/file-source.ts';
import { UndiciFetcher } from '../fetch/undici/undici-fetcher.ts';
import {
  builtinGrammar, compileGrammar, DtmfMatcher, grammarErrorEvent, linkGrammar, matchText, parseGrammar, stateOfText, type CompiledGrammar, type Grammar, type GrammarError, type GrammarMatch,
  type InterpretationError, type MatchState,
} from '../grammar/index.ts';
import { NailupError } from '../kernel/nailup-error.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { decodeXml } from '../xml/decode-xml.ts';

interface TestFlags {
  readonly input?: readonly string[];
  readonly rule?: readonly string[];
  readonly json?: boolean;
}

/** What one input is to the grammar. */
interface Verdict {
  readonly input: string;
  readonly state: MatchState;
  readonly utterance?: string;
  readonly interpretation?: unknown;
  readonly parse?: string;
  readonly error?: string;
}

/** `nailup grammar test FILE --input "1 2 3"`. */
export function registerGrammar(program: Command): void {
  const grammar = program.command('grammar').description('speech and DTMF grammars');
  grammar
    .command('test <file>')
    .description('check an SRGS grammar (XML or ABNF, or a built-in one such as builtin:dtmf/digits?length=4) and match inputs against it; exit code 1 when one does not match')
    .option('--input <text...>', 'keys ("1 2 3#") for a DTMF grammar, words for a voice grammar (repeatable)')
    .option('--rule <id...>', 'rules to activate (default: the root rule)')
    .option('--json', 'print the result as JSON')
    .action(testGrammar);
}

async function testGrammar(file: string, flags: TestFlags): Promise<void> {
  const fetcher = new UndiciFetcher({ fileRoots: [process.cwd(), dirname(resolve(file))], allowedRanges: ['0.0.0.0/0', '::/0'] });
  try {
    const parsed = readGrammar(file);
    if (!parsed.ok) throw refusal(parsed.error, file);
    const linked = await linkGrammar(parsed.value, async (uri) => {
      const fetched = await fetcher.fetch({ uri });
      if (!fetched.ok) return fail({ message: fetched.error.message, event: badFetchEvent(fetched.error) });
      const text = decodeXml(fetched.value.body, fetched.value.contentType);
      return text.ok ? ok({ text: text.text, contentType: fetched.value.contentType, uri: fetched.value.uri }) : fail({ message: text.message });
    });
    if (!linked.ok) throw refusal(linked.error, file);
    const compiled = compileGrammar(linked.value, flags.rule ?? []);
    if (!compiled.ok) throw refusal(compiled.error, file);
    const verdicts = await matchAll(compiled.value, flags.input ?? []);
    print(file, parsed.value, verdicts, flags.json === true);
    if (verdicts.some((v) => !v.state.startsWith('match') || v.error !== undefined)) process.exitCode = 1;
  } finally {
    await fetcher.close();
  }
}

function readGrammar(file: string): Result<Grammar, GrammarError> {
  if (/^builtin:/i.test(file)) return builtinGrammar(file, 'voice');
  let octets: Buffer;
  try {
    octets = readFileSync(file);
  } catch (error) {
    throw new NailupError('GRAMMAR_FILE', `cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, { place: file, mend: 'Name a grammar file.' });
  }
  const text = decodeXml(octets);
  if (!text.ok) throw new NailupError('GRAMMAR_FILE', text.message, { place: file, mend: 'Save it as UTF-8, or say its encoding in the XML declaration.' });
  return parseGrammar(text.text, contentTypeOf(file), pathToFileURL(resolve(file)).href);
}

async function matchAll(grammar: CompiledGrammar, inputs: readonly string[]): Promise<Verdict[]> {
  if (inputs.length === 0) return [];
  const context = (await QuickjsEngine.create()).createContext({ memoryBytes: 16 * 1024 * 1024, evaluationMs: 1000 });
  try {
    return inputs.map((input) => {
      const { state, result } = matchOne(grammar, input, context);
      if (result === undefined) return { input, state: state.startsWith('match') ? 'nomatch' : state };
      if (!result.ok) return { input, state, error: `${result.error.line}:${result.error.column}: ${result.error.message}` };
      const { utterance, interpretation, parse } = result.value;
      return { input, state, utterance, interpretation, parse };
    });
  } finally {
    context.dispose();
  }
}

function matchOne(grammar: CompiledGrammar, input: string, context: Parameters<typeof matchText>[2]): { state: MatchState; result: Result<GrammarMatch, InterpretationError> | undefined } {
  if (grammar.mode === 'voice') return { state: stateOfText(grammar, input), result: matchText(grammar, input, context) };
  const matcher = new DtmfMatcher(grammar);
  for (const key of input.replace(/\s+/g, '')) matcher.push(key);
  return { state: matcher.state, result: matcher.result(context) };
}

function refusal(error: GrammarError, file: string): NailupError {
  const place = `${error.uri?.replace(pathToFileURL(resolve(file)).href, file) ?? file}:${error.line}:${error.column}`;
  return new NailupError('GRAMMAR_INVALID', `${error.message} (${grammarErrorEvent(error)})`, { place, mend: 'Mend the grammar at the place named.' });
}

function print(file: string, grammar: Grammar, verdicts: readonly Verdict[], json: boolean): void {
  if (json) {
    const { form, mode, root, language, warnings } = grammar;
    process.stdout.write(`${JSON.stringify({ file, form, mode, root, language, rules: [...grammar.rules.keys()], warnings, inputs: verdicts }, null, 2)}\n`);
    return;
  }
  process.stdout.write(`${file}: ${grammar.mode} grammar (${grammar.form}), root ${grammar.root ?? 'none'}, ${grammar.rules.size} rules\n`);
  for (const w of grammar.warnings) process.stdout.write(`${file}:${w.line}:${w.column}: warning: ${w.message}\n`);
  for (const v of verdicts) {
    process.stdout.write(`${JSON.stringify(v.input)}: ${v.state}${v.error === undefined ? '' : `, ${v.error}`}\n`);
    if (v.parse !== undefined) process.stdout.write(`  parse           ${v.parse}\n  interpretation  ${JSON.stringify(v.interpretation)}\n`);
  }
}
