import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { z } from 'zod';
import { QuickjsEngine } from '../ecmascript/quickjs/quickjs-engine.ts';
import { UndiciFetcher } from '../fetch/undici/undici-fetcher.ts';
import { NailupError } from '../kernel/nailup-error.ts';
import { silentLogger, type Logger } from '../kernel/logger.ts';
import { checkPage } from '../vxml/check/check-page.ts';
import { runInTerminal } from '../vxml/console/run-in-terminal.ts';
import type { Script } from '../vxml/console/scripted-caller.ts';
import { runSimulated } from '../vxml/console/simulated-run.ts';
import { traceLine } from '../vxml/console/trace-line.ts';
import { promptText } from '../vxml/console/prompt-text.ts';
import type { DialogEnd, FetchConfiguration, Trace } from '../vxml/index.ts';

/** `nailup vxml check FILE` and `nailup vxml run FILE`. */
export function registerVxml(program: Command): void {
  const vxml = program.command('vxml').description('VoiceXML pages');
  vxml
    .command('check <page...>')
    .description('check pages without running them: structure, expressions, variables, grammars, audio, dialogs that nothing leads to; exit code 1 when one is invalid')
    .option('--json', 'print the problems as JSON')
    .action(check);
  vxml
    .command('run <page>')
    .description('run a page in the terminal: prompts are printed; a line of keys is pressed, other lines are said, /hangup hangs up')
    .option('--script <file>', 'a scripted caller (JSON: a list of turns, or {"turns": […], "transfer": {…}}) on a clock that jumps')
    .option('--trace', 'print the steps of the form interpretation algorithm')
    .option('--call <address>', 'ring a SIP telephone (sip:user@host:port) and run the page with whoever answers')
    .option('--recognizer <engine>', 'with --call: who understands words: pocketsphinx, or the http address of an engine')
    .option('--transfer <destination=address...>', 'with --call: the SIP telephone that a transfer destination reaches, e.g. tel:+15550100=sip:200@192.0.2.7', [])
    .option('--param <name=value...>', 'a parameter, session.connection.ccxml.values.NAME', [])
    .action(run);
}

async function check(pages: readonly string[], flags: { readonly json?: boolean }): Promise<void> {
  const fetcher = fetcherFor(pages);
  try {
    const reports = [];
    for (const page of pages) reports.push({ file: page, ...(await checkPage(addressOf(page), fetcher)) });
    const invalid = reports.some((r) => r.problems.some((p) => p.severity === 'error'));
    if (flags.json === true) process.stdout.write(`${JSON.stringify(reports.map(({ file, problems }) => ({ file, valid: !problems.some((p) => p.severity === 'error'), problems: problems.map((p) => ({ severity: p.severity, line: p.place.line, column: p.place.column, message: p.message })) })), null, 2)}\n`);
    else for (const { file, problems } of reports) {
      for (const p of problems) process.stdout.write(`${file}:${p.place.line}:${p.place.column}: ${p.severity}: ${p.message}\n`);
      if (problems.length === 0) process.stdout.write(`${file}: valid\n`);
    }
    if (invalid) process.exitCode = 1;
  } finally {
    await fetcher.close();
  }
}

interface RunFlags {
  readonly script?: string;
  readonly trace?: boolean;
  readonly call?: string;
  readonly recognizer?: string;
  readonly transfer: readonly string[];
  readonly param: readonly string[];
}

async function run(page: string, flags: RunFlags): Promise<void> {
  if (flags.call !== undefined && flags.script !== undefined) throw new NailupError('VXML_CALL', '--call and --script exclude each other', { mend: 'A telephone has a caller of its own; leave --script out.' });
  if (flags.call === undefined && (flags.recognizer !== undefined || flags.transfer.length > 0)) throw new NailupError('VXML_CALL', '--recognizer and --transfer are for a telephone', { mend: 'Say whom to ring with --call; a scripted caller has "transfer" in its script.' });
  if (flags.recognizer !== undefined && flags.recognizer !== 'pocketsphinx' && !/^https?:\/\/[^/]/.test(flags.recognizer)) throw new NailupError('VXML_CALL', `"${flags.recognizer}" is no recogniser`, { mend: 'Write --recognizer pocketsphinx or --recognizer http://host:port/path.' });
  const values = Object.fromEntries(flags.param.map(parameter));
  const script = flags.script === undefined ? undefined : readScript(flags.script);
  if (flags.call !== undefined) return ring(flags.call, page, values, flags);
  const fetcher = fetcherFor([page]);
  const scripts = await QuickjsEngine.create();
  const onTrace = flags.trace === true ? (t: Parameters<typeof traceLine>[0]) => print(`  ${traceLine(t)}`) : () => undefined;
  try {
    if (script === undefined) {
      const lines = createInterface({ input: process.stdin });
      finish(await runInTerminal({ uri: addressOf(page), values, scripts, fetcher, logger: silentLogger, lines, print, onTrace }), print);
      return;
    }
    const done = await runSimulated({
      uri: addressOf(page), script, start: { values }, scripts, fetcher, logger: silentLogger, timeLimitMs: 60_000,
      onTrace(trace) {
        onTrace(trace);
        tell(trace);
      },
    });
    if (done.end === 'unexpected wait') throw new NailupError('VXML_SCRIPT_ENDED', 'the page waits for the caller, and the script has no turn left', { place: flags.script ?? '', mend: 'Add a turn, e.g. {"hangup": true}.' });
    if (done.end === 'time limit') throw new NailupError('VXML_TIME_LIMIT', 'the page did not end within 60 s', { place: page });
    if (done.turnsLeft > 0) print(`(${done.turnsLeft} turns of the script were not taken)`);
    finish(done.end, print);
  } finally {
    await fetcher.close();
  }
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** What the page says and logs. */
function tell(trace: Trace): void {
  if (trace.kind === 'prompt' && promptText(trace.items) !== '') print(promptText(trace.items));
  if (trace.kind === 'log') print(`(log${trace.label === undefined ? '' : ` ${trace.label}`}: ${trace.text})`);
}

/** With a telephone in place of the terminal. An interrupt hangs up. */
async function ring(target: string, page: string, values: Readonly<Record<string, string>>, flags: RunFlags): Promise<void> {
  const transfers = Object.fromEntries(flags.transfer.map(transferRoute));
  const abort = new AbortController();
  const hangUp = (): void => abort.abort();
  process.once('SIGINT', hangUp);
  const warn: Logger['warn'] = ({ reason }, message) => print(`(${message}${typeof reason === 'string' ? `: ${reason}` : ''})`);
  const logger: Logger = { ...silentLogger, warn, error: warn, child: () => logger };
  try {
    const { callWithPage } = await import('../page-call.ts');
    finish(await callWithPage({
      uri: addressOf(page), target, values, fetch: fetchFor([page]), logger, signal: abort.signal, transfers, notice: (line) => print(`(${line})`),
      ...(flags.recognizer === undefined ? {} : { recognizer: flags.recognizer }),
      onTrace(trace) {
        if (flags.trace === true) print(`  ${traceLine(trace)}`);
        tell(trace);
      },
    }), print);
  } finally {
    process.off('SIGINT', hangUp);
  }
}

function finish(end: DialogEnd | { readonly failed: string }, print: (line: string) => void): void {
  if ('failed' in end) throw new NailupError('VXML_PAGE', end.failed, { mend: 'Check the page with `nailup vxml check`.' });
  const values = 'value' in end ? end.value : Object.keys(end.values).length === 0 ? undefined : end.values;
  print(`(end: ${end.how}${end.event === undefined ? '' : ` ${end.event}`}${end.reason === undefined ? '' : `: ${end.reason}`}${values === undefined ? '' : ` ${JSON.stringify(values)}`})`);
  if (['error', 'limit', 'load'].includes(end.how)) process.exitCode = 1;
}

const turn = z.strictObject({
  dtmf: z.string().regex(/^[0-9*#A-D]*$/).optional(), say: z.string().optional(), confidence: z.number().min(0).max(1).optional(), silence: z.boolean().optional(), noise: z.boolean().optional(),
  record: z.number().nonnegative().optional(), hangup: z.boolean().optional(),
});
const scriptSchema = z.union([z.array(turn), z.looseObject({ turns: z.array(turn), transfer: z.record(z.string(), z.string()).optional() })]);

function readScript(file: string): Script {
  const mend = 'A script is a JSON list of turns: [{"dtmf": "1"}, {"say": "yes"}, {"silence": true}, {"hangup": true}].';
  let text: unknown;
  try {
    text = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new NailupError('VXML_SCRIPT', error instanceof Error ? error.message : String(error), { place: file, mend });
  }
  const parsed = scriptSchema.safeParse(text);
  if (!parsed.success) throw new NailupError('VXML_SCRIPT', parsed.error.issues[0]?.message ?? 'is no script', { place: `${file} ${parsed.error.issues[0]?.path.join('.') ?? ''}`.trim(), mend });
  return (Array.isArray(parsed.data) ? { turns: parsed.data } : parsed.data) as Script;
}

function parameter(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new NailupError('VXML_PARAMETER', `"${text}" is no parameter`, { mend: 'Write --param name=value.' });
  return [text.slice(0, at), text.slice(at + 1)];
}

/** The address follows the last `=sip:`, as a destination may hold `=` itself. */
function transferRoute(text: string): [string, string] {
  const at = text.search(/=sips?:[^=]*$/i);
  if (at < 1) throw new NailupError('VXML_CALL', `"${text}" names no telephone for a transfer`, { mend: 'Write --transfer tel:+15550100=sip:user@host.' });
  return [text.slice(0, at), text.slice(at + 1)];
}

function addressOf(page: string): string {
  if (/^https?:/.test(page)) return page;
  if (page.startsWith('file:')) return page;
  const [path = '', id] = page.split('#');
  if (!existsSync(path)) throw new NailupError('VXML_PAGE', 'no such file', { place: path, mend: 'Name a VoiceXML file or an http address.' });
  return pathToFileURL(resolve(path)).href + (id === undefined ? '' : `#${id}`);
}

/** Reaches every address (it is the author's own machine), and files below the pages and the working folder. */
function fetchFor(pages: readonly string[]): FetchConfiguration {
  const folders = pages.flatMap((p) => (/^https?:/.test(p) ? [] : [dirname(p.startsWith('file:') ? fileURLToPath(p) : resolve(p))]));
  return { fileRoots: [process.cwd(), ...folders], allowedRanges: ['0.0.0.0/0', '::/0'] };
}

const fetcherFor = (pages: readonly string[]): UndiciFetcher => new UndiciFetcher(fetchFor(pages));
