import type { ConferenceId, ConnectionId, DialogId, SessionId } from '../../kernel/ids.ts';
import type { EventData } from '../events/event-data.ts';
import type { SessionEnd } from '../platform.ts';

/** What crosses between a session (on its worker) and the host (main thread). Plain data only. */
export type HintsRecord = Readonly<Record<string, unknown>>;
export type ObjectKind = 'connections' | 'dialogs' | 'conferences';
export type Duplex = 'half' | 'full';

/** A change of one of `session.connections`, `.dialogs`, `.conferences`, told with the event that reports it. */
export interface ObjectPatch {
  readonly kind: ObjectKind;
  readonly id: string;
  /** Properties to set; undefined is a value. */
  readonly set?: Readonly<Record<string, unknown>>;
  /** `now`: before the event is processed; `after`: once its transition is done. */
  readonly remove?: 'now' | 'after';
}

/** Host → session. */
export type SessionMessage =
  /** An event, with the changes of state that belong to it. `event` is missing when only state changes (an adopted object). */
  | { readonly type: 'event'; readonly event?: Omit<EventData, 'eventid'> & { readonly eventid?: string; readonly name: string }; readonly patches?: readonly ObjectPatch[] }
  | { readonly type: 'fetched'; readonly id: string; readonly outcome: FetchOutcome }
  | { readonly type: 'kill'; readonly unconditional: boolean; readonly reason: string }
  | { readonly type: 'trace'; readonly on: boolean };

export type FetchOutcome =
  | { readonly ok: true; readonly uri: string; readonly text: string; readonly contentType?: string; /** The same for the same content of the same address. */ readonly version?: string }
  | { readonly ok: false; readonly reason: string; readonly status?: number };

export interface FetchRequest {
  readonly id: string;
  readonly uri: string;
  /** Tried when `uri` cannot be had. */
  readonly secondaryUri?: string;
  readonly method: 'get' | 'post';
  readonly enctype: string;
  readonly namelist: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number | undefined;
  readonly maxAgeMs: number | undefined;
  readonly maxStaleMs: number | undefined;
}

export interface DialogRequest {
  readonly dialog: DialogId;
  readonly src: string;
  readonly type: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly namelist: Readonly<Record<string, unknown>>;
  readonly method: 'get' | 'post';
  readonly enctype: string;
  readonly maxAgeMs: number | undefined;
  readonly maxStaleMs: number | undefined;
}

export interface DialogMedia {
  readonly connection: string | undefined;
  readonly conference: string | undefined;
  readonly direction: string;
  /** Connection of the event, for a prepared dialog that names no endpoint anywhere. */
  readonly fallback?: string | undefined;
  readonly directionGiven?: boolean;
}

/** Session → host. */
export type SessionRequest =
  | { readonly do: 'createcall'; readonly connection: ConnectionId; readonly dest: string; readonly callerId: string | undefined; readonly aai: string | undefined; readonly timeoutMs: number | undefined; readonly join: { readonly id: string; readonly direction: string } | undefined; readonly hints: HintsRecord }
  | { readonly do: 'accept' | 'reject' | 'disconnect'; readonly connection: string; readonly reason: string | undefined; readonly hints: HintsRecord }
  | { readonly do: 'redirect'; readonly connection: string; readonly dest: string; readonly reason: string | undefined; readonly hints: HintsRecord }
  | { readonly do: 'merge'; readonly connection1: string; readonly connection2: string; readonly hints: HintsRecord }
  | { readonly do: 'createconference'; readonly conference: ConferenceId; readonly name: string | undefined; readonly reservedTalkers: number | undefined; readonly reservedListeners: number | undefined; readonly hints: HintsRecord }
  | { readonly do: 'destroyconference'; readonly conference: string; readonly hints: HintsRecord }
  | { readonly do: 'join'; readonly id1: string; readonly id2: string; readonly duplex: Duplex; readonly options: JoinOptions; readonly hints: HintsRecord }
  | { readonly do: 'unjoin'; readonly id1: string; readonly id2: string; readonly hints: HintsRecord }
  | ({ readonly do: 'dialogprepare'; readonly media: DialogMedia; readonly hints: HintsRecord } & DialogRequest)
  | ({ readonly do: 'dialogstart'; readonly media: DialogMedia; readonly hints: HintsRecord; readonly prepared: false } & DialogRequest)
  | { readonly do: 'dialogstart'; readonly prepared: true; readonly dialog: DialogId; readonly media: DialogMedia; readonly hints: HintsRecord }
  | { readonly do: 'dialogterminate'; readonly dialog: string; readonly immediate: boolean; readonly hints: HintsRecord }
  | { readonly do: 'send'; readonly sendId: string; readonly targetType: string; readonly target: string; readonly name: string; readonly data: Readonly<Record<string, unknown>>; readonly hints: HintsRecord }
  | { readonly do: 'move'; readonly source: string | undefined; readonly event: EventData | undefined; readonly session: string }
  | { readonly do: 'createccxml'; readonly session: SessionId; readonly next: FetchRequest; readonly parameters: Readonly<Record<string, unknown>> }
  | ({ readonly do: 'fetch' } & FetchRequest)
  /** The document is ready and initialized: ccxml.loaded is about to be processed. */
  | { readonly do: 'loaded' }
  | { readonly do: 'end'; readonly end: SessionEnd }
  | { readonly do: 'log'; readonly level: 'info' | 'warn'; readonly message: string; readonly place: string | undefined }
  | { readonly do: 'trace'; readonly entry: TraceEntry };

export interface JoinOptions {
  /** Defaults of §10.5.7: both clamps on. */
  readonly dtmfClamp: boolean;
  readonly toneClamp: boolean;
  readonly autoInputGain: boolean | undefined;
  readonly autoOutputGain: boolean | undefined;
  readonly entryTone: string | boolean | undefined;
  readonly exitTone: string | boolean | undefined;
}

/** One step of a session, for a live trace and for `nailup ccxml run`. */
export type TraceEntry =
  | { readonly what: 'event'; readonly name: string; readonly event: Readonly<Record<string, unknown>> }
  | { readonly what: 'transition'; readonly event: string; readonly state: string | undefined; readonly place: string }
  | { readonly what: 'unhandled'; readonly event: string }
  | { readonly what: 'element'; readonly tag: string; readonly place: string }
  | { readonly what: 'state'; readonly from: string; readonly to: string }
  | { readonly what: 'document'; readonly uri: string };

/** Everything a session is started with. */
export interface SessionStart {
  readonly session: SessionId;
  readonly uri: string;
  readonly startupMode: 'newcall' | 'external' | 'createccxml';
  readonly parent: SessionId | undefined;
  readonly values: Readonly<Record<string, unknown>>;
  readonly ioProcessors: Readonly<Record<string, string>>;
  /** The parameters of `<createccxml>` for fetching the first document. */
  readonly fetch: FetchRequest;
  readonly limits: SessionLimits;
  readonly trace: boolean;
}

/** What one session may use. Reaching a limit ends the session, or refuses the element, and is recorded. */
export interface SessionLimits {
  readonly memoryBytes: number;
  /** CPU time of one evaluation or script, milliseconds. */
  readonly evaluationMs: number;
  /** CPU time a session may use at once; refilled by `cpuRefillPerSecondMs`. */
  readonly cpuBurstMs: number;
  readonly cpuRefillPerSecondMs: number;
  readonly queuedEvents: number;
  readonly timers: number;
  /** Alive among a session and all that it and they started. */
  readonly childSessions: number;
  /** Fetches under way at the same time. */
  readonly fetches: number;
  /** Connections, dialogs and conferences alive at the same time. */
  readonly objects: number;
}

export const defaultSessionLimits: SessionLimits = {
  memoryBytes: 4 * 1024 * 1024,
  evaluationMs: 500,
  cpuBurstMs: 800,
  cpuRefillPerSecondMs: 250,
  queuedEvents: 1000,
  timers: 500,
  childSessions: 50,
  fetches: 20,
  objects: 500,
};
