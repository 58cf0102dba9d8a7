import type { ConferenceId, ConnectionId, DialogId, SessionId } from '../kernel/ids.ts';
import type { Reply } from '../kernel/result.ts';

/**
 * What a CCXML server stands on: connections that can be dialled, answered and ended; conferences; dialogs; and directed
 * media paths between them. The rules of bridging (CCXML 1.0 §10.4: implicit unjoin, default of one input, full and half
 * duplex) are the language's own and live in `ccxml/objects`; the platform only does what it is told, path by path.
 * Implemented by `core/call-control` on SIP and RTP, and by the simulated world of the conformance suite.
 * Commands answer accepted or refused at once, outcomes are events. Everything is plain data.
 */
export interface CcxmlPlatform {
  /** True: dialogs go on when their connection ends, and the server ends them. Otherwise the platform tells them of the hang-up and they exit. */
  readonly leavesDialogsRunning?: boolean;
  createCall(command: {
    connection: ConnectionId; session: SessionId; dest: string; callerId?: string; aai?: string; timeoutMs: number; hints: PlatformHints;
  }): Reply;
  accept(command: { connection: ConnectionId; hints: PlatformHints }): Reply;
  reject(command: { connection: ConnectionId; reason?: string; hints: PlatformHints }): Reply;
  /** An alerting connection (302), or a connected one (REFER). → `connection.redirected` | `connection.failed` / `error.connection` */
  redirect(command: { connection: ConnectionId; dest: string; reason?: string; hints: PlatformHints }): Reply;
  disconnect(command: { connection: ConnectionId; reason?: string; hints: PlatformHints }): Reply;
  /** Merges two connections at the network (REFER with Replaces). → `connection.merged` for both | `error` */
  merge(command: { connection1: ConnectionId; connection2: ConnectionId; hints: PlatformHints }): Reply;

  createConference(command: { conference: ConferenceId; session: SessionId; name?: string; reservedTalkers?: number; reservedListeners?: number; hints: PlatformHints }): Reply;
  destroyConference(command: { conference: ConferenceId }): Reply;

  /** Makes or changes the one-way path from → to. */
  connectPath(command: MediaPath): Reply;
  disconnectPath(command: { from: BridgeId; to: BridgeId }): Reply;

  /** Fetches and compiles a dialog without running it. → `dialog.prepared` | `dialog.failed` */
  prepareDialog(command: { dialog: DialogId; session: SessionId; src: string; type: string; parameters: Readonly<Record<string, unknown>>; fetch: DialogFetch; hints: PlatformHints; connection?: ConnectionId; conference?: ConferenceId }): Reply;
  /** Runs a prepared dialog, or prepares and runs it. → `dialog.started`, later `dialog.exit` | `dialog.failed` */
  startDialog(command: { dialog: DialogId; session: SessionId; src?: string; type?: string; parameters: Readonly<Record<string, unknown>>; fetch?: DialogFetch; hints: PlatformHints; connection?: ConnectionId; conference?: ConferenceId }): Reply;
  /** `immediate`: no exit values are waited for. → `dialog.exit` */
  terminateDialog(command: { dialog: DialogId; immediate: boolean; hints: PlatformHints }): Reply;
  /** The `dialog` I/O processor: an event into a running dialog (CCXML 1.0 App. D / J). */
  sendToDialog(command: { dialog: DialogId; event: string; data: Readonly<Record<string, unknown>>; hints: PlatformHints }): Reply;
  /** Answers a `dialog.transfer` that a dialog asked for. */
  transferResult(command: { dialog: DialogId; result: Readonly<Record<string, unknown>> }): Reply;

  /** `<send targettype="'avaya_platform'">`: a word to the launcher of the session (`avaya.launchresponse`, agent selection, completion code). */
  sendToLauncher(command: { session: SessionId; target: string; event: string; data: Readonly<Record<string, unknown>>; hints: PlatformHints }): Reply;
}

export type BridgeId = ConnectionId | ConferenceId | DialogId;
export type PlatformHints = Readonly<Record<string, unknown>>;

export interface MediaPath {
  readonly from: BridgeId;
  readonly to: BridgeId;
  /** CCXML 10.5.7: remove DTMF / call-progress tones on this path. */
  readonly dtmfClamp: boolean;
  readonly toneClamp: boolean;
  readonly autoInputGain?: boolean;
  readonly autoOutputGain?: boolean;
  /** A tone played to a conference when a member enters or leaves. */
  readonly entryTone?: string | boolean;
  readonly exitTone?: string | boolean;
}

export interface DialogFetch {
  readonly method: 'get' | 'post';
  readonly encType: string;
  readonly maxAgeSeconds?: number;
  readonly maxStaleSeconds?: number;
  readonly namelist: Readonly<Record<string, unknown>>;
}

/** The connection's static facts, told with every event so that the session can keep its object true. */
export interface ConnectionFacts {
  readonly local: string;
  readonly remote: string;
  readonly originator: 'local' | 'remote';
  readonly protocol: { readonly name: string; readonly version: string };
  readonly redirect?: readonly unknown[];
  readonly aai?: string;
  /** SIP headers and other platform facts, readable under `connection.protocol.sip` and `event$.info`. */
  readonly sip?: Readonly<Record<string, unknown>>;
}

/** Name → payload. `info` is copied to `event$.info` (e.g. `callprogress`, `sip.resptext`). */
export interface PlatformEventMap {
  /** `session`: the running session that shall own a connection not known yet. */
  'connection.alerting': { connection: ConnectionId; facts: ConnectionFacts; info?: PlatformHints; session?: SessionId };
  'connection.progressing': { connection: ConnectionId; facts: ConnectionFacts; info?: PlatformHints };
  'connection.connected': { connection: ConnectionId; facts: ConnectionFacts; info?: PlatformHints };
  'connection.disconnected': { connection: ConnectionId; reason: string; trigger: 'local' | 'remote'; info?: PlatformHints };
  'connection.failed': { connection: ConnectionId; reason: string; info?: PlatformHints };
  'connection.redirected': { connection: ConnectionId; reason: string; info?: PlatformHints };
  'connection.merged': { connection: ConnectionId; other: ConnectionId; info?: PlatformHints };
  'connection.signal': { connection: ConnectionId; info: PlatformHints };
  'connection.error': { connection: ConnectionId; event: string; reason: string };
  'conference.created': { conference: ConferenceId };
  'conference.failed': { conference: ConferenceId; event: string; reason: string };
  'conference.destroyed': { conference: ConferenceId; reason: string };
  'path.failed': { from: BridgeId; to: BridgeId; reason: string };
  'dialog.prepared': { dialog: DialogId };
  'dialog.started': { dialog: DialogId };
  'dialog.failed': { dialog: DialogId; phase: 'prepare' | 'start'; event: string; reason: string };
  /** `values`: what the VoiceXML `<exit namelist/expr>` returned. */
  'dialog.exit': { dialog: DialogId; values: Readonly<Record<string, unknown>>; reason?: string };
  'dialog.disconnect': { dialog: DialogId; values: Readonly<Record<string, unknown>> };
  /** The dialog asks for a transfer: `type` blind, bridge or consultation. */
  'dialog.transfer': { dialog: DialogId; type: string; uri: string; maxTimeMs?: number; connectTimeoutMs?: number; aai?: string; values: Readonly<Record<string, unknown>> };
  'dialog.terminatetransfer': { dialog: DialogId; reason: string };
  /** Anything else a dialog sends up: `dialog.user.*`. */
  'dialog.user': { dialog: DialogId; event: string; values: Readonly<Record<string, unknown>> };
}
export type PlatformEvent = { [N in keyof PlatformEventMap]: { readonly name: N } & Readonly<PlatformEventMap[N]> }[keyof PlatformEventMap];

/** The server side that the platform tells its events, and the launcher its wishes. Implemented by `ccxml/`. */
export interface CcxmlServer {
  /** Hands in an event of an object that a session owns; unknown ids are counted and dropped. */
  deliver(event: PlatformEvent): void;
  /** Starts a session. `connection` is an inbound, alerting one that the session then owns. */
  start(request: StartSession): Reply;
  /** An event into a running session, as basichttp or SendCCXMLEvent would bring it. False: no such session. */
  inject(session: SessionId, event: string, data: Readonly<Record<string, unknown>>): boolean;
  /** `ccxml.kill` (catchable) or `ccxml.kill.unconditional`. */
  kill(session: SessionId, unconditional: boolean): boolean;
  /** The session that owns a connection or dialog now, `<move>` regarded; undefined: nobody, or there is none. */
  ownerOf(id: ConnectionId | DialogId): SessionId | undefined;
  stop(): Promise<void>;
}

export interface StartSession {
  readonly session: SessionId;
  /** Absolute URI of the page. */
  readonly uri: string;
  /** Where the page is looked for when `uri` cannot be had. */
  readonly secondaryUri?: string;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly inbound?: { readonly connection: ConnectionId; readonly facts: ConnectionFacts };
  /** Sessions of different groups never share a thread, so that no page of one can harm another: agents, attempts, inbound calls. */
  readonly group?: string;
  /** Called exactly once when the session is over. */
  readonly onEnd: (end: SessionEnd) => void;
  /**
   * Asked when the session ends otherwise than by `<exit>` while connections of its are up: the session that takes them and its
   * conferences over, bridges as they are. Undefined: they end with it.
   */
  readonly heir?: (end: SessionEnd, connections: readonly ConnectionId[]) => StartSession | undefined;
}

export interface SessionEnd {
  /** `exit`: by `<exit>`; `error`: an event that no transition took; `kill`, also when another page had the thread ended; `load`: the document could not be started; `limit`: ended by a sandbox limit. */
  readonly how: 'exit' | 'error' | 'kill' | 'load' | 'limit';
  /** The value of `<exit expr>`. */
  readonly value?: unknown;
  /** The variables of `<exit namelist>`. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly reason?: string;
  readonly place?: string;
}
