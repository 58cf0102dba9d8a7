import type { SessionId } from '../../kernel/ids.ts';
import type { SessionEnd } from '../platform.ts';
import type { SessionMessage, SessionRequest, SessionStart } from '../session/session-protocol.ts';

/** Where sessions run: worker threads in production, in process in tests and simulations. */
export interface SessionRunner {
  /** `group`: sessions of different groups share nothing that one of them could take from the other. */
  launch(start: SessionStart, group: string): void;
  post(session: SessionId, message: SessionMessage): void;
  close(): Promise<void>;
}

/** What a runner tells the host. `lost`: the thread of these sessions was ended; they are over. */
export interface RunnerEvents {
  readonly request: (session: SessionId, request: SessionRequest) => void;
  readonly lost: (session: SessionId, end: SessionEnd) => void;
}

export type RunnerFactory = (events: RunnerEvents) => SessionRunner;

/** The end of a session whose thread has no room for it. */
export function noRoom(error: unknown): SessionEnd {
  return { how: 'limit', values: {}, reason: `no room for another session: ${error instanceof Error ? error.message : String(error)}` };
}
