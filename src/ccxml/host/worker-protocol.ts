import type { SessionId } from '../../kernel/ids.ts';
import type { SessionMessage, SessionRequest, SessionStart } from '../session/session-protocol.ts';

/** Main thread → worker; sent in batches. */
export type ToWorker =
  | { readonly type: 'launch'; readonly slot: number; readonly start: SessionStart }
  | { readonly type: 'post'; readonly session: SessionId; readonly message: SessionMessage }
  /** A text to be kept: later it is only named by its version. */
  | { readonly type: 'keep'; readonly version: string; readonly text: string }
  | { readonly type: 'forget'; readonly version: string };

/** Worker → main thread; sent in batches. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'request'; readonly session: SessionId; readonly request: SessionRequest };

/** What a worker is started with. */
export interface WorkerSetup {
  /** Two 32-bit words: the slot of the session that runs now (0: none), and since when (ms, low 31 bits of the wall clock). */
  readonly watch: SharedArrayBuffer;
  readonly maxMemoryBytes: number;
}

/** The wall clock in 31 bits, so that both threads can compare it. */
export function watchTime(now: number): number {
  return now % 0x7fffffff;
}
