import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { z } from 'zod';
import { checkDocument } from '../ccxml/check/check-document.ts';
import { parseDocument } from '../ccxml/document/parse-document.ts';
import { drawSvg } from '../ccxml/draw/draw-svg.ts';
import { stateChart } from '../ccxml/draw/state-chart.ts';
import type { SessionEnd } from '../ccxml/platform.ts';
import { ScriptedDialogs } from '../ccxml/simulation/scripted-dialogs.ts';
import { Simulation } from '../ccxml/simulation/simulation.ts';
import type { WebSite } from '../ccxml/simulation/simulated-web.ts';
import { QuickjsEngine } from '../ecmascript/quickjs/quickjs-engine.ts';
import { NailupError } from '../kernel/nailup-error.ts';
import { addSessionCommands } from './ccxml-sessions.ts';
import { describeStep, shorten } from './session-step.ts';

/** `nailup ccxml check | run | draw`: for authors of call-control pages; `sessions | trace` of a running server. */
export function registerCcxml(program: Command): void {
  const ccxml = program.command('ccxml').description('call-control pages');
  ccxml
    .command('check <file>')
    .description('check a CCXML page: elements and attributes, expressions, variables, transitions, events; exit code 1 when it has errors')
    .option('--json', 'print the findings as JSON')
    .action(check);
  ccxml
    .command('run <file>')
    .description('run a page against simulated callees (sip:answer@sim, sip:busy@sim, sip:ring-2000@sim …), printing each event, transition and command')
    .option('--script <file>', 'JSON: values, calls, inject, dialogs, web, timeLimitMs (see docs/ccxml.md)')
    .option('--quiet', 'print only <log> and the end')
    .action(run);
  ccxml
    .command('draw <file>')
    .description('draw the state chart of a page as SVG')
    .option('--out <file>', 'where to (default: standard output)')
    .action(draw);
  addSessionCommands(ccxml);
}

function read(file: string): { text: string; uri: string } {
  const path = resolve(file);
  return { text: readText(path, file, 'Name a CCXML page.'), uri: pathToFileURL(path).href };
}

/** `shown`: the name as the user gave it. */
function readText(path: string, shown: string, mend: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new NailupError('CCXML_FILE_MISSING', 'no such file', { place: shown, mend });
    throw new NailupError('CCXML_FILE_UNREADABLE', (error as Error).message, { place: shown, mend });
  }
}

function check(file: string, flags: { readonly json?: boolean }): void {
  const { text, uri } = read(file);
  const report = checkDocument(text, uri, (script) => {
    try {
      return script.startsWith('file:') ? readFileSync(fileURLToPath(script), 'utf8') : undefined;
    } catch {
      return undefined;
    }
  });
  if (flags.json === true) console.log(JSON.stringify({ file, valid: report.valid, diagnostics: report.diagnostics }, null, 2));
  else {
    for (const d of report.diagnostics) console.log(`${file}:${d.line}:${d.column}: ${d.severity}: ${d.message} [${d.code}]`);
    const errors = report.diagnostics.filter((d) => d.severity === 'error').length;
    console.log(`${file}: ${errors} error(s), ${report.diagnostics.length - errors} warning(s)`);
  }
  if (!report.valid) process.exitCode = 1;
}

function draw(file: string, flags: { readonly out?: string }): void {
  const { text, uri } = read(file);
  const parsed = parseDocument(text, uri);
  if (!parsed.ok) {
    const first = parsed.error.diagnostics.find((d) => d.severity === 'error');
    throw new NailupError('CCXML_INVALID', first?.message ?? 'not valid', { place: `${file}:${first?.line ?? 1}:${first?.column ?? 1}`, mend: `Run nailup ccxml check ${file}.` });
  }
  const svg = drawSvg(stateChart(parsed.value));
  if (flags.out === undefined) return void process.stdout.write(svg);
  try {
    writeFileSync(flags.out, svg);
  } catch (error) {
    throw new NailupError('CCXML_OUT_UNWRITABLE', (error as Error).message, { place: flags.out, mend: 'Name a file in a folder that is there and may be written to.' });
  }
}

const data = z.record(z.string(), z.unknown());
const scriptSchema = z.strictObject({
  values: data.optional(),
  calls: z.array(z.strictObject({
    after: z.number().min(0), from: z.string(), to: z.string(),
    then: z.array(z.strictObject({ after: z.number().min(0), do: z.enum(['hangup', 'cancel', 'dtmf']), digits: z.string().optional() })).optional(),
  })).optional(),
  inject: z.array(z.strictObject({ after: z.number().min(0), event: z.string(), data: data.optional() })).optional(),
  dialogs: z.array(z.strictObject({
    src: z.string(), exitAfter: z.number().min(0).optional(), values: data.optional(), fails: z.string().optional(),
    events: z.array(z.strictObject({ after: z.number().min(0), event: z.string(), values: data.optional() })).optional(),
  })).optional(),
  web: z.record(z.string(), z.strictObject({ status: z.number().int().default(200), body: z.string().default(''), delayMs: z.number().min(0).optional() })).optional(),
  timeLimitMs: z.number().positive().optional(),
  expectAbort: z.boolean().optional(),
});
type RunScript = z.infer<typeof scriptSchema>;

function readScript(file: string | undefined, page: string): RunScript {
  const path = file ?? page.replace(/\.ccxml$/, '.json');
  if (file === undefined && (path === page || !existsSync(path))) return {};
  const text = readText(path, path, 'Name a script; docs/ccxml.md, "Running a page", says what it holds.');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new NailupError('CCXML_SCRIPT_INVALID', error instanceof Error ? error.message : String(error), { place: path, mend: 'Give JSON.' });
  }
  const parsed = scriptSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new NailupError('CCXML_SCRIPT_INVALID', issue?.message ?? 'not valid', { place: `${path}: ${issue?.path.join('.') ?? ''}`, mend: 'See docs/ccxml.md, "Running a page".' });
}

async function run(file: string, flags: { readonly script?: string; readonly quiet?: boolean }): Promise<void> {
  const { uri } = read(file);
  const script = readScript(flags.script, file);
  const scripts = await QuickjsEngine.create({ maxMemoryBytes: 256 * 1024 * 1024 });
  let end: SessionEnd | undefined;
  const say = (kind: string, text: string, always = false): void => {
    if (always || flags.quiet !== true) console.log(`${(simulation.clock.monotonic() / 1000).toFixed(3).padStart(9)}  ${kind.padEnd(10)} ${text}`);
  };
  const simulation: Simulation = new Simulation({
    scripts,
    dialogs: (clock) => (sink) => new ScriptedDialogs(clock, sink, dialogScripts(script)),
    sites: sitesOf(script.web ?? {}),
    onCommand: (name, command) => say('command', `${name} ${shorten(command)}`),
    observe: {
      log: (session, level, message, place) => say(level === 'warn' ? 'warning' : 'log', `${session} ${message}${place === undefined ? '' : ` (${place.replace(/^.*\//, '')})`}`, true),
      trace: (session, entry) => say(entry.what, `${session} ${describeStep(entry)}`),
      ended: (session, ended) => say('end', `${session} ${ended.how}${ended.value === undefined ? '' : ` ${JSON.stringify(ended.value)}`}${ended.reason === undefined ? '' : `: ${ended.reason}`}${Object.keys(ended.values).length === 0 ? '' : ` ${shorten(ended.values)}`}`, true),
    },
  });
  const session = simulation.ids.next('session');
  const [first] = script.calls ?? [];
  const inbound = first?.after === 0 ? simulation.platform.incoming(first.from, first.to) : undefined;
  simulation.host.start({ session, uri, values: script.values ?? {}, onEnd: (ended) => void (end = ended), ...(inbound === undefined ? {} : { inbound }) });
  for (const call of script.calls ?? []) {
    const act = (connection: Parameters<typeof simulation.platform.farEndLeaves>[0]): void => {
      for (const action of call.then ?? []) {
        simulation.clock.after(action.after, () => (action.do === 'dtmf' ? simulation.platform.farEndSendsDigits(connection, action.digits ?? '', 0) : simulation.platform.farEndLeaves(connection)));
      }
    };
    if (call === first && inbound !== undefined) act(inbound.connection);
    else simulation.clock.after(call.after, () => void (end === undefined && act(simulation.ring(session, call.from, call.to))));
  }
  for (const injection of script.inject ?? []) {
    simulation.clock.after(injection.after, () => {
      if (/^ccxml\.kill(\.unconditional)?$/.test(injection.event)) simulation.host.kill(session, injection.event.endsWith('unconditional'));
      else simulation.host.inject(session, injection.event, placed(injection.data ?? {}, simulation.connectionsOf(session)));
    });
  }
  await simulation.live(script.timeLimitMs ?? 600_000, () => end !== undefined);
  if (end === undefined) say('end', `${session} still runs after ${(script.timeLimitMs ?? 600_000) / 1000} s`, true);
  await simulation.close();
  if (end?.how !== 'exit') process.exitCode = 1;
}

function dialogScripts(script: RunScript): ConstructorParameters<typeof ScriptedDialogs>[2] {
  return (script.dialogs ?? []).map((d) => ({
    src: d.src,
    ...(d.exitAfter === undefined ? {} : { exitAfter: d.exitAfter }), ...(d.values === undefined ? {} : { values: d.values }), ...(d.fails === undefined ? {} : { fails: d.fails }),
    ...(d.events === undefined ? {} : { events: d.events.map((e) => ({ after: e.after, event: e.event, ...(e.values === undefined ? {} : { values: e.values }) })) }),
  }));
}

/** `web` of the script: address → answer. */
function sitesOf(web: NonNullable<RunScript['web']>): Record<string, WebSite> {
  const hosts = new Set(Object.keys(web).flatMap((address) => (URL.canParse(address) ? [new URL(address).host] : [])));
  return Object.fromEntries([...hosts].map((host): [string, WebSite] => [host, ({ url }) => {
    const found = web[url.href] ?? web[`${url.origin}${url.pathname}`];
    return found === undefined ? undefined : { status: found.status, body: found.body, ...(found.delayMs === undefined ? {} : { delayMs: found.delayMs }) };
  }]));
}

function placed(values: Readonly<Record<string, unknown>>, connections: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, typeof value === 'string' ? value.replace(/^\$connection:(\d+)$/, (whole, n: string) => connections[Number(n)] ?? whole) : value]));
}
