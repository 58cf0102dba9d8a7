import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScriptEngine } from '../../ecmascript/ecmascript.ts';
import type { Fetcher } from '../../fetch/fetch.ts';
import { SimulatedClock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import { FetchResources } from '../fetch-resources.ts';
import { VxmlHost, type StartRequest } from '../host.ts';
import type { Values, VxmlCommand } from '../platform.ts';
import type { Resources } from '../resources.ts';
import type { VxmlLimits } from '../session/limits.ts';
import type { DialogEnd } from '../session/run-session.ts';
import type { Trace } from '../session/trace.ts';
import { ScriptedCaller, type Script } from './scripted-caller.ts';
import { promptText } from './prompt-text.ts';

/** What a page did with a scripted caller. */
export interface SimulatedRun {
  /** The text of every prompt that was executed, without empty ones. */
  readonly prompts: readonly string[];
  readonly traces: readonly Trace[];
  readonly events: readonly { readonly event: string; readonly values: Values }[];
  readonly end: DialogEnd | 'time limit' | 'unexpected wait' | { readonly failed: string };
  readonly turnsLeft: number;
  /** Timers that the dialog left behind: 0, or there is a leak. */
  readonly openTimers: number;
  /** Simulated milliseconds. */
  readonly lastedMs: number;
}

export interface SimulationRequest {
  readonly uri: string;
  readonly script: Script;
  readonly start?: Omit<StartRequest, 'dialog'>;
  readonly scripts: ScriptEngine;
  readonly fetcher: Fetcher;
  readonly logger: Logger;
  /** Real milliseconds. */
  readonly timeLimitMs: number;
  readonly limits?: Partial<VxmlLimits>;
  readonly onTrace?: (trace: Trace) => void;
  readonly onCommand?: (command: VxmlCommand) => void;
}

/**
 * Runs a page against a scripted caller on a simulated clock: time jumps to whatever is due next as soon as the page waits for nothing
 * but time, so that a dialog of minutes takes milliseconds.
 */
export async function runSimulated(request: SimulationRequest): Promise<SimulatedRun> {
  const folder = await mkdtemp(join(tmpdir(), 'nailup-vxml-'));
  const recording = join(folder, 'recording.wav');
  await writeFile(recording, 'RIFF');
  const resources = new CountedResources(new FetchResources(request.fetcher, join(folder, 'audio')));
  const clock = new SimulatedClock(Date.UTC(2026, 0, 1));
  const traces: Trace[] = [];
  const events: SimulatedRun['events'][number][] = [];
  let end: SimulatedRun['end'] | undefined;
  const host = new VxmlHost(
    { clock, logger: request.logger, scripts: request.scripts, resources, ...(request.limits === undefined ? {} : { limits: request.limits }) },
    {
      prepared: () => undefined,
      started: () => undefined,
      failed: (_dialog, event, reason) => {
        end ??= { failed: `${event}: ${reason}` };
      },
      ended: (_dialog, how) => {
        end ??= how;
      },
      command(_dialog, command) {
        request.onCommand?.(command);
        if (command.name === 'event') events.push({ event: command.event, values: command.values });
        caller.command(command);
      },
      trace(_dialog, trace) {
        traces.push(trace);
        request.onTrace?.(trace);
      },
    },
  );
  const caller = new ScriptedCaller(request.script, clock, recording, (event) => void host.deliver('dialog-1', event));
  const startedAt = performance.now();
  host.start({ dialog: 'dialog-1', connection: simulatedConnection, ...request.start }, { dialog: 'dialog-1', uri: request.uri });
  while (end === undefined) {
    if (performance.now() - startedAt > request.timeLimitMs) end = 'time limit';
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
  const openTimers = clock.openTimers;
  await rm(folder, { recursive: true, force: true });
  const prompts = traces.flatMap((t) => (t.kind === 'prompt' ? [promptText(t.items)] : [])).filter((p) => p !== '');
  return { prompts, traces, events, end, turnsLeft: caller.turnsLeft, openTimers, lastedMs: clock.monotonic() };
}

const simulatedConnection = { local: 'sip:+15550100@127.0.0.1', remote: 'sip:+15550199@127.0.0.1', originator: 'remote', protocol: { name: 'sip', version: '2.0' } } as const;

/** Counts fetches under way: the clock stands while there is one. */
class CountedResources implements Resources {
  readonly #inner: Resources;
  open = 0;

  constructor(inner: Resources) {
    this.#inner = inner;
  }

  fetch(...args: Parameters<Resources['fetch']>): ReturnType<Resources['fetch']> {
    return this.#count(this.#inner.fetch(...args));
  }

  audio(...args: Parameters<Resources['audio']>): ReturnType<Resources['audio']> {
    return this.#count(this.#inner.audio(...args));
  }

  release(path: string, signal: AbortSignal): void {
    this.#inner.release?.(path, signal);
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
