import type { ScriptEngine } from '../../../src/ecmascript/ecmascript.ts';
import { UndiciFetcher } from '../../../src/fetch/undici/undici-fetcher.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { runSimulated, type SimulatedRun } from '../../../src/vxml/console/simulated-run.ts';
import type { VxmlCase } from './case.ts';

/** Runs one test against the interpreter, in process, over HTTP, on a simulated clock. */
export async function runCase(test: VxmlCase, base: string, scripts: ScriptEngine): Promise<SimulatedRun> {
  const fetcher = new UndiciFetcher({ allowedRanges: ['127.0.0.0/8'] });
  const run = await runSimulated({ uri: `${base}${encodeURIComponent(test.name)}.vxml`, script: test, scripts, fetcher, logger: silentLogger, timeLimitMs: test.timeLimitMs });
  await fetcher.close();
  return run;
}

/** `<log>` output and events, printed with a failing test. */
export function logLines(run: SimulatedRun): readonly string[] {
  return run.traces.flatMap((t) => {
    if (t.kind === 'log') return [t.text];
    return t.kind === 'event' ? [`(event ${t.event}${t.message === undefined ? '' : `: ${t.message}`})`] : [];
  });
}
