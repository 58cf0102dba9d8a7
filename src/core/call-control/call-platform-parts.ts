import type { ConnectionFacts, PlatformEvent } from '../../ccxml/platform.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { ConnectionId, DialogId, IdSource, SessionId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Reply } from '../../kernel/result.ts';
import type { Media, MediaEvent } from '../../media/media.ts';
import type { Signalling } from '../../signalling/signalling.ts';
import type { ClampPolicy } from '../clamping/clamp-policy.ts';
import type { DialogRunner } from './dialog-runner.ts';
import type { PlacedCall } from '../ports.ts';

export interface CallPlatformDeps {
  readonly signalling: Signalling;
  readonly media: Media;
  readonly dialogs: DialogRunner;
  readonly ids: IdSource;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly clampPolicy: ClampPolicy;
  /** Of what pages record; undefined: nothing. */
  readonly recordingFolder?: string | undefined;
  /** The local address of outbound connections (`connection.local`), e.g. `sip:nailup@127.0.0.1`. */
  readonly localAddress: string;
  /** `<send targettype="'avaya_platform'">` of a session. */
  readonly toLauncher: (message: LauncherMessage) => Reply;
  /** Whose a connection or dialog is: no page and no dialog does anything to those of another session. Absent: there is one session only. */
  readonly ownerOf?: (id: ConnectionId | DialogId) => SessionId | undefined;
  /** Asked before a session's call is placed: the token by which a later server can end it. Absent: none. */
  readonly identify?: (call: PlacingCall) => string | undefined;
  /** A call from outside: who gets it. Absent answer means 480. */
  readonly incoming: (call: IncomingCall) => void;
}

export interface PlacingCall {
  readonly session: SessionId;
  readonly connection: ConnectionId;
  readonly placed: Omit<PlacedCall, 'identity'>;
}

export interface LauncherMessage {
  readonly session: SessionId;
  readonly target: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An inbound call; exactly one of the two is called. */
export interface IncomingCall {
  readonly to: string;
  readonly from: string;
  readonly requestUri: string;
  readonly facts: ConnectionFacts;
  /** Makes it a connection; the CCXML server is told `connection.alerting` by the caller of this, or by `start`. */
  take(): ConnectionId;
  refuse(status: number): void;
}

/** `session`: the one that placed the connection's call. */
export type PlatformListener = (event: PlatformEvent, session: SessionId | undefined) => void;

/** An event of one leg that call control listens to besides the session (greeting's end, first audio to the agent, its figures when it is over). */
export type LegObserver = (event: MediaEvent, connection: ConnectionId) => void;
