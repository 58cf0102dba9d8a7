/**
 * `npx tsx test/conformance/vxml/fuzz.ts [--pages N] [--seed N] [--stall-ms N] [--stop-after N] DIR…`: mutates every page below the folders and
 * runs each with a scripted caller. Exit code 1 when the interpreter throws or ends by an error of its own, when the thread stands still for
 * longer than `--stall-ms` (1,000; the limit of one evaluation is 100), when a page does not end, or when a dialog leaves a timer, an
 * ECMAScript context or memory behind.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { QuickjsEngine } from '../../../src/ecmascript/quickjs/quickjs-engine.ts';
import { UndiciFetcher } from '../../../src/fetch/undici/undici-fetcher.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { runSimulated } from '../../../src/vxml/console/simulated-run.ts';
import type { Script, Turn } from '../../../src/vxml/console/scripted-caller.ts';
import { mutatePage } from './mutate-page.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pages: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' }, 'stall-ms': { type: 'string', default: '1000' }, 'stop-after': { type: 'string', default: '20' } },
});
if (positionals.length === 0) {
  console.error('usage: npx tsx test/conformance/vxml/fuzz.ts [--pages N] [--seed N] [--stall-ms N] [--stop-after N] DIR…');
  process.exit(2);
}
const corpus = positionals.flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.vxml')).map((f) => readFileSync(join(folder, f), 'utf8')));
if (corpus.length === 0) {
  console.error('fuzz: no pages found');
  process.exit(2);
}

const random = new SeededRandom(Number(values.seed));
const pick = <T>(from: readonly T[]): T => from[Math.floor(random.next() * from.length)] as T;
const turns: readonly Turn[] = [{ dtmf: '1' }, { dtmf: '12#' }, { dtmf: '*' }, { say: 'yes', confidence: 0.9 }, { noise: true }, { silence: true }, { record: 1500 }, { hangup: true }];
/** Every far end answers and hangs up after a while: a conversation that nobody ends is no fault of the page's. */
const transfer = new Proxy<Record<string, string>>({}, { get: () => 'farhangup-2000' });
const folder = mkdtempSync(join(tmpdir(), 'nailup-vxml-fuzz-'));
const file = join(folder, 'page.vxml');
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();

const total = Number(values.pages);
const stallMs = Number(values['stall-ms']);
const ends = new Map<string, number>();
let scripts = await QuickjsEngine.create();
let faults = 0;
let slowest = 0;
let heapAfterWarmUp = 0;
const started = performance.now();

function fault(page: string, why: string): void {
  faults += 1;
  const kept = join(tmpdir(), `nailup-vxml-fuzz-${values.seed}-${faults}.vxml`);
  writeFileSync(kept, page);
  console.log(`FAIL ${why}\n     ${basename(kept)} in ${tmpdir()}`);
}

const heap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

/** Runs one page; how long the thread stood still, milliseconds. */
async function runOnce(page: string, script: Script): Promise<number> {
  const fetcher = new UndiciFetcher({ fileRoots: [folder] });
  delay.reset();
  try {
    const { end, openTimers } = await runSimulated({ uri: pathToFileURL(file).href, script, scripts, fetcher, logger: silentLogger, timeLimitMs: 10_000, limits: { evaluationMs: 100, steps: 5_000, transitions: 200 } });
    const how = typeof end === 'string' ? end : 'failed' in end ? 'refused' : end.how;
    ends.set(how, (ends.get(how) ?? 0) + 1);
    if (how === 'time limit') fault(page, 'did not end within 10 s');
    if (typeof end === 'object' && 'reason' in end && end.reason === 'internal error') fault(page, 'ended by an error of the interpreter');
    if (openTimers > 0) fault(page, `left ${openTimers} timers`);
    if (scripts.contexts > 0) fault(page, `left ${scripts.contexts} ECMAScript contexts`);
  } catch (error) {
    fault(page, `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  await fetcher.close();
  // As the server does: what one page used up is not the next one's.
  if (scripts.broken !== undefined || scripts.exhausted) scripts = await QuickjsEngine.create();
  return delay.max / 1e6;
}

for (let i = 0; i < total && faults < Number(values['stop-after']); i++) {
  const page = mutatePage(pick(corpus), corpus, random);
  writeFileSync(file, page);
  const script = { turns: [...Array.from({ length: 4 }, () => pick(turns)), { hangup: true }], transfer };
  let stalledMs = await runOnce(page, script);
  // The machine may have paused: only what stands still every time is the page's doing.
  for (let again = 0; again < 3 && stalledMs > stallMs; again++) stalledMs = Math.min(stalledMs, await runOnce(page, script));
  slowest = Math.max(slowest, stalledMs);
  if (stalledMs > stallMs) fault(page, `stood still for ${stalledMs.toFixed(0)} ms`);
  if (i === Math.floor(total / 5)) heapAfterWarmUp = heap();
}
const grownBytes = heap() - heapAfterWarmUp;
rmSync(folder, { recursive: true });
if (faults === 0 && globalThis.gc !== undefined && grownBytes > 32 * 1024 * 1024) {
  faults += 1;
  console.log(`FAIL the heap grew by ${(grownBytes / 1024 / 1024).toFixed(1)} MiB after the first fifth`);
}
console.log(`${total} pages from ${corpus.length}, seed ${values.seed}: ${[...ends].sort((a, b) => b[1] - a[1]).map(([how, n]) => `${n} ${how}`).join(', ')}; longest stall ${slowest.toFixed(0)} ms; heap grew by ${(grownBytes / 1024 / 1024).toFixed(1)} MiB; ${((performance.now() - started) / 1000).toFixed(0)} s`);
console.log(`${faults} faults`);
process.exit(faults === 0 ? 0 : 1);
