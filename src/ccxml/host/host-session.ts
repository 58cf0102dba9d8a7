import type { ConferenceId, ConnectionId, DialogId, SessionId } from '../../kernel/ids.ts';
import type { StartSession } from '../platform.ts';
import type { SessionMessage } from '../session/session-protocol.ts';

/** A running session as the host sees it: its thread's end, and what it owns. */
export interface HostSession {
  readonly id: SessionId;
  readonly uri: string;
  readonly parent: SessionId | undefined;
  /** Shares its thread only with sessions of the same group. */
  readonly group: string;
  readonly onEnd: StartSession['onEnd'] | undefined;
  readonly heir: StartSession['heir'];
  readonly startedAt: number;
  readonly connections: Set<ConnectionId>;
  readonly dialogs: Set<DialogId>;
  readonly conferences: Set<ConferenceId>;
  readonly children: Set<SessionId>;
  readonly fetches: Map<string, AbortController>;
  /** ccxml.created was sent to the parent. */
  loaded: boolean;
  post: (message: SessionMessage) => void;
}
