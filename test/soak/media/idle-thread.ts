/** A thread that does nothing but wake up, with the priority of a media thread: how late it is, the machine makes any thread, whatever runs on it. */
import { constants, setPriority } from 'node:os';
import { isMainThread, workerData } from 'node:worker_threads';
import { startModuleWorker } from '../../../src/kernel/module-worker.ts';

const everyMs = 5;
/** A write in hundredths of a millisecond by the thread, taken and set to nothing by who asks. */
type Worst = Int32Array<SharedArrayBuffer>;

export class IdleThread {
  readonly #worst: Worst = new Int32Array(new SharedArrayBuffer(4));
  readonly #worker = startModuleWorker(import.meta.url, 'idle-thread', { workerData: this.#worst });

  /** How late it was at most since this was last asked, milliseconds. */
  takeWorstMs(): number {
    return Atomics.exchange(this.#worst, 0, 0) / 100;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}

function wakeUp(worst: Worst): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGH);
  } catch {
    // It is as late as other threads are, then.
  }
  let due = performance.now() + everyMs;
  setInterval(() => {
    const now = performance.now();
    const late = Math.round((now - due) * 100);
    if (late > Atomics.load(worst, 0)) Atomics.store(worst, 0, late);
    due = now + everyMs;
  }, everyMs);
}

if (!isMainThread && workerData instanceof Int32Array) wakeUp(workerData as Worst);
