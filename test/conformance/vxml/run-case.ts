import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { UndiciFetcher } from '../../../src/fetch/undici/undici-fetcher.ts';
import type { ScriptEngine } from '../../../src/ecmascript/ecmascript.ts';
import type { Fetcher } from '../../../src/fetch/fetch.ts';
import { SimulatedClock } from '../../../src/kernel/clock.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { FetchResources } from '../../../src/vxml/fetch-resources.ts';
import { VxmlHost } from '../../../src/vxml/host.ts';
import type { PromptItem } from '../../../src/vxml/platform.ts';
import type { Resources } from '../../../src/vxml/resources.ts';
import type { DialogEnd } from '../../../src/vxml/session/run-session.ts';
import type { VxmlCase } from './case.ts';
import { ScriptedCaller } from './scripted-caller.ts';

/** What a test did. */
export interface CaseRun {
  readonly prompts: readonly string[];
  readonly logs: readonly string[];
  readonly end: DialogEnd | 'time limit' | 'unexpected wait' | { readonly failed: string };
  readonly turnsLeft: number;
}

/** The text of one prompt by the rules of the suite. */
export function promptText(items: readonly PromptItem[]): string {
  const part = (item: PromptItem): string => {
    if (item.kind === 'text') return item.text;
    if (item.kind === 'audio') return `[audio:${basename(new URL(item.uri).pathname)}]`;
    return item.kind === 'recording' ? '[audio:recording]' : '';
  };
  return items.map(part).join('').replace(/\s+/g, ' ').trim();
}

/** Counts fetches under way, so that the simulated clock moves only when the interpreter really waits for time. */
class CountedResources implements Resources {
  readonly #inner: Resources;
  open = 0;

  constructor(inner: Resources) {
    this.#inner = inner;
  }

  async fetch(...args: Parameters<Resources['fetch']>): ReturnType<Resources['fetch']> {
    return this.#count(this.#inner.fetch(...args));
  }

  async audio(...args: Parameters<Resources['audio']>): ReturnType<Resources['audio']> {
    return this.#count(this.#inner.audio(...args));
  }

  async #count<T>(work: Promise<T>): Promise<T> {
    this.open += 1;
    try {
      return await work;
    } finally {
      this.open -= 1;
    }
  }
}

/** Runs one test against the interpreter, in process, on a simulated clock. */
export async function runCase(test: VxmlCase, base: string, scripts: ScriptEngine): Promise<CaseRun> {
  const folder = mkdtempSync(join(tmpdir(), 'nailup-vxml-'));
  const recording = join(folder, 'recording.wav');
  writeFileSync(recording, 'RIFF');
  const fetcher: Fetcher = new UndiciFetcher({ allowedRanges: ['127.0.0.0/8'] });
  const resources = new CountedResources(new FetchResources(fetcher, join(folder, 'audio')));
  const clock = new SimulatedClock(Date.UTC(2026, 0, 1));
  const prompts: string[] = [];
  const logs: string[] = [];
  let end: CaseRun['end'] | undefined;
  const host = new VxmlHost(
    { clock, logger: silentLogger, scripts, resources },
    {
      prepared: () => undefined,
      started: () => undefined,
      failed: (_d, event, reason) => {
        end ??= { failed: `${event}: ${reason}` };
      },
      ended: (_d, how) => {
        end ??= how;
      },
      command: (_d, command) => caller.command(command),
      trace: (_d, trace) => {
        if (trace.kind === 'prompt') prompts.push(promptText(trace.items));
        if (trace.kind === 'log') logs.push(trace.text);
        if (trace.kind === 'event') logs.push(`(event ${trace.event}${trace.message === undefined ? '' : `: ${trace.message}`})`);
      },
    },
  );
  const caller = new ScriptedCaller(test, clock, recording, (event) => void host.deliver('d', event));
  const started = performance.now();
  const connection = { local: 'sip:+15550100@127.0.0.1', remote: 'sip:+15550199@127.0.0.1', originator: 'remote', protocol: { name: 'sip', version: '2.0' } } as const;
  host.start({ dialog: 'd', connection, values: {} }, { dialog: 'd', uri: `${base}${encodeURIComponent(test.name)}.vxml` });
  while (end === undefined) {
    if (performance.now() - started > test.timeLimitMs) {
      end = 'time limit';
      break;
    }
    await new Promise((resolve) => setImmediate(resolve));
    if (resources.open > 0 || end !== undefined) continue;
    if (caller.act()) {
      if (caller.unexpectedWait) end ??= 'unexpected wait';
      continue;
    }
    const due = clock.nextDue();
    if (due !== undefined) clock.advance(due - clock.now());
  }
  host.close();
  await fetcher.close();
  rmSync(folder, { recursive: true, force: true });
  return { prompts: prompts.filter((p) => p !== ''), logs, end, turnsLeft: caller.turnsLeft };
}
