import { parentPort, workerData } from 'node:worker_threads';
import { QuickjsEngine } from '../../ecmascript/quickjs/quickjs-engine.ts';
import { SystemClock, type Clock } from '../../kernel/clock.ts';
import type { SessionId } from '../../kernel/ids.ts';
import { DocumentCache } from '../document/document-cache.ts';
import { CcxmlSession } from '../session/ccxml-session.ts';
import type { SessionRequest } from '../session/session-protocol.ts';
import { noRoom } from './session-runner.ts';
import { restored } from './shared-texts.ts';
import { watchTime, type FromWorker, type ToWorker, type WorkerSetup } from './worker-protocol.ts';

/** A thread that runs CCXML sessions. What it works on stands in the shared watch, so that the main thread can end it. */
const setup = workerData as WorkerSetup;
const watch = new Int32Array(setup.watch);
const clock = new SystemClock();
const documents = new DocumentCache();
const texts = new Map<string, string>();
const sessions = new Map<SessionId, { readonly session: CcxmlSession; readonly slot: number }>();
let engine = await QuickjsEngine.create({ maxMemoryBytes: setup.maxMemoryBytes });
let outbox: FromWorker[] = [];
const waiting: ToWorker[] = [];
let renewing = false;

const flush = (): void => {
  if (outbox.length === 0) return;
  const batch = outbox;
  outbox = [];
  parentPort?.postMessage(batch);
};

const attend = (slot: number, work: () => void): void => {
  Atomics.store(watch, 1, watchTime(Date.now()));
  Atomics.store(watch, 0, slot);
  work();
  Atomics.store(watch, 0, 0);
};

const attendedClock = (slot: number): Clock => ({
  now: () => clock.now(),
  monotonic: () => clock.monotonic(),
  after: (ms, task) => clock.after(ms, () => {
    attend(slot, task);
    flush();
  }),
});

function launch({ slot, start }: Extract<ToWorker, { type: 'launch' }>): void {
  const id = start.session;
  const toHost = (request: SessionRequest): void => {
    if (request.do === 'end') sessions.delete(id);
    outbox.push({ type: 'request', session: id, request });
  };
  const defer = (task: () => void): void => void setImmediate(() => {
    attend(slot, task);
    flush();
  });
  attend(slot, () => {
    try {
      const session = new CcxmlSession(start, { scripts: engine, documents, clock: attendedClock(slot), cpuNow: () => performance.now(), defer, toHost });
      if (!session.ended) sessions.set(id, { session, slot });
    } catch (error) {
      toHost({ do: 'end', end: noRoom(error) });
    }
  });
}

/** A full or broken engine is replaced; its sessions keep it until they end. */
function handle(message: ToWorker): boolean {
  if (message.type === 'post') {
    const found = sessions.get(message.session);
    if (found !== undefined) attend(found.slot, () => found.session.post(restored(message.message, texts)));
    return true;
  }
  if (message.type === 'keep' || message.type === 'forget') {
    if (message.type === 'keep') texts.set(message.version, message.text);
    else texts.delete(message.version);
    return true;
  }
  if (engine.broken !== undefined || engine.exhausted) {
    renewing = true;
    void QuickjsEngine.create({ maxMemoryBytes: setup.maxMemoryBytes }).then((renewed) => {
      engine = renewed;
      renewing = false;
      work();
    });
    return false;
  }
  launch(message);
  return true;
}

function work(): void {
  while (!renewing) {
    const next = waiting[0];
    if (next === undefined) break;
    if (!handle(next)) break;
    waiting.shift();
  }
  flush();
}

parentPort?.on('message', (batch: readonly ToWorker[]) => {
  waiting.push(...batch);
  work();
});
parentPort?.postMessage([{ type: 'ready' }] satisfies FromWorker[]);
