import type { CallId } from '../kernel/ids.ts';
import type { Reply } from '../kernel/result.ts';

/**
 * The signalling port: SIP as the call-control core sees it. Commands answer accepted or refused at once; what becomes of
 * them arrives as events, keyed by the call's id, in order. Every argument and payload is plain data, so that the port works
 * in process (embedded) and over a socket (drachtio-server) alike. SDP crosses the port as text and is never interpreted here.
 */
export interface Signalling {
  /** What this adapter can do; a command that needs more is refused with `unsupported`. */
  readonly capabilities: ReadonlySet<SignallingCapability>;
  start(listener: (event: SignallingEvent) => void): Promise<void>;
  /** Ends every dialog (BYE, CANCEL) within `graceMs`, then closes the transports. */
  stop(graceMs: number): Promise<void>;

  /** Sends an INVITE through the trunk (or straight to the target). The caller chooses the id. */
  place(command: PlaceCall): Reply;
  /** Answers an incoming call: 18x with or without SDP. */
  progress(command: { call: CallId; status: 180 | 181 | 182 | 183; sdp?: string; headers?: SipHeaders }): Reply;
  /** Answers an incoming call with 200. */
  answer(command: { call: CallId; sdp: string; headers?: SipHeaders }): Reply;
  /** Refuses an incoming call with a final 4xx–6xx. */
  reject(command: { call: CallId; status: number; reason?: string; headers?: SipHeaders }): Reply;
  /** Sends an incoming, unanswered call elsewhere (302), or an answered one (REFER without Replaces, RFC 3515). */
  redirect(command: { call: CallId; target: string; headers?: SipHeaders }): Reply;
  /** CANCEL before the answer, BYE after it. The end arrives as `call.ended` or `call.failed`. */
  hangUp(command: { call: CallId; reason?: SipReason; headers?: SipHeaders }): Reply;
  /** A re-INVITE (or UPDATE where both sides allow it) with a new offer; the answer arrives as `call.renegotiated`. */
  renegotiate(command: { call: CallId; sdp: string }): Reply;
  /** Answers an offer that arrived as `call.offer`. Absent SDP answers 488. */
  answerOffer(command: { call: CallId; sdp?: string }): Reply;
  /** Sends INFO inside the dialog, e.g. DTMF (`application/dtmf-relay`). */
  info(command: { call: CallId; contentType: string; body: string }): Reply;
  /** Sends MESSAGE inside the dialog (RFC 3428). */
  message(command: { call: CallId; contentType: string; body: string }): Reply;
  /** REFER the far end: blind (target) or attended (`replaces` names another call of ours, RFC 3891). */
  transfer(command: { call: CallId; target: string; replaces?: CallId }): Reply;
  /**
   * Ends a call that an earlier process of this server placed with an `identity` and left behind. The outcome arrives as
   * `orphan.ended`. Capability `orphans`.
   */
  endOrphan?(command: EndOrphan): Reply;
  /** What a trunk takes now: further lines, and INVITEs at once (calls-per-second window). Undefined: no such trunk. */
  trunkRoom(trunk: string): { readonly lines: number; readonly invites: number } | undefined;
  /** Counters and open objects, for metrics and leak checks. */
  stats(): SignallingStats;
}

export type SignallingCapability =
  | 'place' | 'answer' | 'progress-sdp' | 'redirect' | 'renegotiate' | 'info' | 'message' | 'transfer' | 'replaces' | 'prack' | 'update'
  | 'session-timer' | 'register' | 'trunk-health' | 'trace' | 'orphans';

/** Extra header lines by canonical name; several lines of one name as an array. */
export type SipHeaders = Readonly<Record<string, string | readonly string[]>>;

/** RFC 3326: `protocol` is `SIP` or `Q.850`. */
export interface SipReason {
  readonly protocol: string;
  readonly cause: number;
  readonly text?: string;
}

export interface PlaceCall {
  readonly call: CallId;
  /** `sip:`, `sips:` or `tel:` URI, or a bare E.164 number for the trunk. */
  readonly to: string;
  /** Caller-ID: URI or number. Absent: the trunk's own. */
  readonly from?: string;
  readonly fromDisplayName?: string;
  readonly toDisplayName?: string;
  /** A configured trunk's name. Absent: routed by the target's own host. */
  readonly trunk?: string;
  /** The offer. Absent: a late offer (the far end offers in its 200, answered in our ACK through `answerOffer`). */
  readonly sdp?: string;
  /** From the INVITE to a final answer; then CANCEL, and `call.failed` with `noanswer`. Milliseconds. */
  readonly timeoutMs: number;
  /** User-to-User (RFC 7433), sent as given. */
  readonly uui?: string;
  readonly headers?: SipHeaders;
  /** `Replaces` towards a call that somebody else holds (RFC 3891). */
  readonly replaces?: { readonly callId: string; readonly toTag: string; readonly fromTag: string };
  /**
   * A token that outlives this process and names this call alone: the INVITE's Call-ID, From tag and branch follow from it, so
   * that a later process can end the call (`endOrphan`). Unguessable, e.g. the attempt's id.
   */
  readonly identity?: string;
  /** The call whose far end asked for this one (`call.referred`): it is told by NOTIFY how this call goes. */
  readonly referredBy?: CallId;
}

/** A call that was placed with these by a process that is gone; `dialog` when it is known to have been answered. */
export interface EndOrphan extends Pick<PlaceCall, 'call' | 'to' | 'from' | 'fromDisplayName' | 'trunk'> {
  readonly identity: string;
  readonly dialog?: SipDialogIds;
}

/** Why a call never got through: the reason word of `connection.failed`. */
export type CallFailure =
  | 'busy' | 'noanswer' | 'noroute' | 'networkbusy' | 'reject' | 'timeout' | 'unreachable' | 'cancelled' | 'unknown';

/** Name → payload of everything that the port tells. */
export interface SignallingEventMap {
  /** A new INVITE towards us. Unanswered until `answer`, `reject` or `redirect`. */
  'call.incoming': {
    call: CallId; from: string; to: string; requestUri: string; fromDisplayName?: string; sdp?: string; uui?: string;
    headers: SipHeaders; source: string; trunk?: string; replaces?: CallId;
    /** P-Asserted-Identity (RFC 3325) where a trunk says it, which alone is trusted with it. */
    assertedIdentity?: string;
    /** Where the call was sent on from, the first number first (History-Info, Diversion); absent: nowhere. */
    redirections?: readonly CallRedirection[];
  };
  /** A provisional answer to our INVITE. `status` 180–199; SDP present means early media. */
  'call.progress': { call: CallId; status: number; reason: string; sdp?: string; headers: SipHeaders };
  /** 200 to our INVITE (its SDP is the answer, or the offer after a late offer: `offer` true), or ACK to our 200. */
  'call.answered': { call: CallId; sdp?: string; offer?: boolean; headers: SipHeaders; sip: SipDialogIds };
  /** It never got through. Terminal. */
  'call.failed': { call: CallId; failure: CallFailure; status: number; reason: string; retryAfterSeconds?: number; completionCode?: string; headers: SipHeaders };
  /** An answered call is over. Terminal. `by` says who ended it. */
  'call.ended': { call: CallId; by: 'us' | 'them' | 'error'; reason?: SipReason; headers: SipHeaders };
  /** The far end offers a change (re-INVITE, UPDATE): answer with `answerOffer`. Absent SDP: it asks us to offer. */
  'call.offer': { call: CallId; sdp?: string };
  /** Our offer was answered (`sdp`) or refused (`status`). */
  'call.renegotiated': { call: CallId; sdp?: string; status: number };
  'call.info': { call: CallId; contentType: string; body: string };
  'call.message': { call: CallId; contentType: string; body: string };
  /** The far end refers this call to a target; the adapter has accepted it (202) and reports progress by NOTIFY. */
  'call.referred': { call: CallId; target: string; replaces?: { callId: string; toTag: string; fromTag: string } };
  'transfer.progress': { call: CallId; status: number; done: boolean };
  'trunk.state': { trunk: string; up: boolean; reason: string };
  /**
   * What became of `endOrphan`. `ended`: the call was there and is over; `none`: the far end knows of none; `unknown`: no
   * word from it that could be relied on (within 64·T1), so the call may still be up. Terminal.
   */
  'orphan.ended': { call: CallId; outcome: 'ended' | 'none' | 'unknown' };
  /**
   * A 3xx to a call of ours. `following`: the target that is called now in its stead, as the same call, where the configuration
   * and the guard allow it; absent: none, and `call.failed` with that status comes next.
   */
  'call.redirected': { call: CallId; targets: readonly string[]; status: number; following?: string };
}

/** One address from which a call was sent on. `reason`: a word of RFC 5806 (`user-busy`) or a status (`486`). */
export interface CallRedirection {
  readonly uri: string;
  readonly reason?: string;
  /** Not to be shown. */
  readonly private: boolean;
}

export type SignallingEvent = { [N in keyof SignallingEventMap]: { readonly name: N } & Readonly<SignallingEventMap[N]> }[keyof SignallingEventMap];

/** Identifies the dialog on the wire (RFC 3261 §12), for call records and `Replaces`. */
export interface SipDialogIds {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly remoteTarget: string;
  /** From and To of our requests, without tags, as header values. */
  readonly localParty?: string;
  readonly remoteParty?: string;
  /** Route values of our requests; absent: none. */
  readonly routeSet?: readonly string[];
}

export interface SignallingStats {
  readonly openCalls: number;
  readonly openDialogs: number;
  readonly openTransactions: number;
  readonly openTimers: number;
  readonly counters: Readonly<Record<string, number>>;
}

/** A SIP trunk, as configured. */
export interface TrunkConfig {
  readonly name: string;
  /** Trunks of one group stand in for each other: `PlaceCall.trunk` may name the group. */
  readonly group?: string;
  /** `host[:port][;transport=udp|tcp|tls]`. */
  readonly address: string;
  readonly username?: string;
  readonly password?: string;
  /** Caller-ID used when a call names none: a number or a URI. */
  readonly callerId?: string;
  /** Calls per second, a rolling sum over `windowMs` (default 5,000): at most `callsPerSecond × windowMs / 1000` INVITEs in any window. */
  readonly callsPerSecond?: number;
  readonly windowMs?: number;
  readonly maxConcurrentCalls?: number;
  readonly priority?: number;
  readonly weight?: number;
  /** OPTIONS ping interval, milliseconds; 0 switches it off. */
  readonly pingMs?: number;
  readonly register?: boolean;
  /** What a registration asks for, seconds; default 600. */
  readonly expiresSeconds?: number;
  /** Number or URI for P-Asserted-Identity of every call (RFC 3325). */
  readonly assertedIdentity?: string;
  readonly headers?: SipHeaders;
}
