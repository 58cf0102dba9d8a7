import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { QuickjsEngine } from '../../../src/ecmascript/quickjs/quickjs-engine.ts';
import { UndiciFetcher } from '../../../src/fetch/undici/undici-fetcher.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import type { Script, Turn } from '../../../src/vxml/console/scripted-caller.ts';
import { runSimulated } from '../../../src/vxml/console/simulated-run.ts';
import type { FuzzReport } from '../fuzz.ts';
import { TurnMeter } from '../turn-meter.ts';
import { mutatePage } from './mutate-page.ts';

export interface PageFuzz {
  readonly pages: number;
  readonly seed: number;
  readonly corpus: readonly string[];
  readonly say: (line: string) => void;
}

/** One evaluation may take so much CPU; a turn of the interpreter's thread may take it twice, and what is around it. */
const evaluationMs = 100;
const longestTurnMs = 2 * evaluationMs + 50;
const mostFaults = 20;
const grownMost = 32 * 1024 * 1024;
const turns: readonly Turn[] = [{ dtmf: '1' }, { dtmf: '12#' }, { dtmf: '*' }, { say: 'yes', confidence: 0.9 }, { noise: true }, { silence: true }, { record: 1500 }, { hangup: true }];
/** Every far end answers and hangs up after a while: a conversation that nobody ends is no fault of the page's. */
const transfer = new Proxy<Record<string, string>>({}, { get: () => 'farhangup-2000' });

/**
 * Runs each broken page with a scripted caller, in this thread and on a clock that jumps. A fault: the interpreter throws or ends by an error
 * of its own, a page does not end, a turn takes too long, or a timer, an ECMAScript context or memory is left behind.
 */
export async function fuzzInterpreter({ pages, seed, corpus, say }: PageFuzz): Promise<FuzzReport> {
  const random = new SeededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random.next() * from.length)] as T;
  const folder = mkdtempSync(join(tmpdir(), 'nailup-vxml-fuzz-'));
  const file = join(folder, 'page.vxml');
  const ends = new Map<string, number>();
  const faults: string[] = [];
  const fault = (page: string, why: string): void => {
    const kept = join(tmpdir(), `nailup-vxml-fuzz-${seed}-${faults.length + 1}.vxml`);
    writeFileSync(kept, page);
    faults.push(`${why}: ${kept}`);
  };
  let scripts = await QuickjsEngine.create();
  let longestMs = 0;
  let heapAfterWarmUp = 0;
  for (let i = 0; i < pages && faults.length < mostFaults; i++) {
    const page = mutatePage(pick(corpus), corpus, random);
    writeFileSync(file, page);
    const script: Script = { turns: [...Array.from({ length: 4 }, () => pick(turns)), { hangup: true }], transfer };
    const fetcher = new UndiciFetcher({ fileRoots: [folder] });
    const meter = new TurnMeter();
    try {
      const { end, openTimers } = await runSimulated({ uri: pathToFileURL(file).href, script, scripts, fetcher, logger: silentLogger, timeLimitMs: 10_000, limits: { evaluationMs, steps: 5_000, transitions: 200 } });
      const how = typeof end === 'string' ? end : 'failed' in end ? 'refused' : end.how;
      ends.set(how, (ends.get(how) ?? 0) + 1);
      if (how === 'time limit') fault(page, 'did not end within 10 s');
      if (typeof end === 'object' && 'reason' in end && end.reason === 'internal error') fault(page, 'ended by an error of the interpreter');
      if (openTimers > 0) fault(page, `left ${openTimers} timers`);
      if (scripts.contexts > 0) fault(page, `left ${scripts.contexts} ECMAScript contexts`);
    } catch (error) {
      fault(page, `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    meter.stop();
    await fetcher.close();
    longestMs = Math.max(longestMs, meter.longestMs);
    if (meter.longestMs > longestTurnMs) fault(page, `a turn of ${meter.longestMs.toFixed(0)} ms of CPU`);
    // As the server does: what one page used up is not the next one's.
    if (scripts.broken !== undefined || scripts.exhausted) scripts = await QuickjsEngine.create();
    if (i === Math.floor(pages / 5)) heapAfterWarmUp = heap();
    if (i % 1_000 === 999) say(`${i + 1} pages, longest turn ${longestMs.toFixed(0)} ms of CPU, ${faults.length} faults`);
  }
  const grown = heap() - heapAfterWarmUp;
  rmSync(folder, { recursive: true });
  if (globalThis.gc !== undefined && grown > grownMost) faults.push(`the heap grew by ${(grown / 1024 / 1024).toFixed(1)} MiB after the first fifth`);
  const counted = [...ends].sort((a, b) => b[1] - a[1]).map(([how, n]) => `${n} ${how}`).join(', ');
  return { summary: `${pages} broken pages of ${corpus.length}: ${counted}; longest turn ${longestMs.toFixed(0)} ms of CPU; heap grew by ${(grown / 1024 / 1024).toFixed(1)} MiB`, faults };
}

const heap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};
