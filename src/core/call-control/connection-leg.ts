import type { ConnectionFacts, PlatformEvent, PlatformHints } from '../../ccxml/platform.ts';
import type { CallId, ConnectionId, MediaId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { step } from '../../kernel/machine.ts';
import { accepted, refused, type Reply } from '../../kernel/result.ts';
import type { Media, MediaEvent } from '../../media/media.ts';
import type { PlaceCall, Signalling, SignallingEvent, SipHeaders } from '../../signalling/signalling.ts';
import { classifiesEarly } from './platform-hints.ts';
import { Renegotiation } from './renegotiation.ts';
import { legMachine, type LegEffect, type LegEvent, type LegState } from './connection-leg.machine.ts';

/** All that may be joined stands on one media thread. */
export const mediaGroup = 'calls';

/** What a leg needs of its surroundings; one object serves all legs of a call platform. */
export interface LegDeps {
  readonly signalling: Signalling;
  readonly media: Media;
  readonly logger: Logger;
  /** Monotonic ms. */
  now(): number;
  tell(event: PlatformEvent): void;
  /** What the network plays before the answer is heard from now on. */
  early(leg: ConnectionLeg): void;
  /** The leg has told its last event and holds nothing any more. */
  closed(leg: ConnectionLeg): void;
}

export interface OutboundCall {
  readonly place: Omit<PlaceCall, 'call' | 'sdp'>;
  readonly hints: PlatformHints;
}

/** Where the far end is being sent: to somebody else, or together with the far end of another leg of ours. */
type Transfer = { readonly kind: 'redirect'; readonly reason: string; readonly dest: string } | { readonly kind: 'merge'; readonly other: ConnectionLeg; readonly referred: boolean };

/** Joins one CCXML connection to one signalling leg and one media endpoint. State in `connection-leg.machine.ts`. */
export class ConnectionLeg {
  readonly id: ConnectionId;
  readonly call: CallId;
  readonly node: MediaId;
  /** Of `<createcall>`, or of `<accept>`. */
  hints: PlatformHints;
  facts: ConnectionFacts;
  wasConnected = false;
  /** Its media endpoint is there: `node.closed` will come. */
  hasMedia = false;
  #state: LegState = 'idle';
  readonly #deps: LegDeps;
  readonly #outbound: OutboundCall | undefined;
  readonly #remoteSdp: string | undefined;
  /** The far end's Contact: whom to name to others who shall reach it. */
  #remoteTarget = '';
  #localSdp = '';
  #answerSdp: string | undefined;
  /** Of the last provisional response that had one. */
  #earlySdp: string | undefined;
  /** It is with the media plane, whose word on it is still to come. */
  #earlyPending = 0;
  #reason = '';
  #status = 0;
  #info: PlatformHints = {};
  #mediaOpen = false;
  #disconnectReason: string | undefined;
  #transfer: Transfer | undefined;
  readonly #renegotiation: Renegotiation;

  constructor(deps: LegDeps, ids: { connection: ConnectionId; call: CallId; node: MediaId }, facts: ConnectionFacts, origin: { outbound: OutboundCall } | { remoteSdp?: string }) {
    this.#deps = deps;
    this.id = ids.connection;
    this.call = ids.call;
    this.node = ids.node;
    this.#renegotiation = new Renegotiation(deps, ids.call, ids.node);
    this.facts = facts;
    this.#outbound = 'outbound' in origin ? origin.outbound : undefined;
    this.hints = this.#outbound?.hints ?? {};
    this.#remoteSdp = 'remoteSdp' in origin ? origin.remoteSdp : undefined;
  }

  get state(): LegState {
    return this.#state;
  }

  dial(): void {
    this.#take('dial');
  }

  ring(info: PlatformHints): void {
    this.#info = info;
    this.#take('ring');
  }

  accept(hints: PlatformHints): boolean {
    if (this.#state === 'alerting') this.hints = hints;
    return this.#take('accept');
  }

  /** 302 to a caller who waits, REFER to somebody connected. */
  redirect(dest: string, reason: string): Reply {
    if (this.#state !== 'alerting' && this.#state !== 'connected') return this.#wrongState('neither alerting nor connected');
    const reply = this.#deps.signalling.redirect({ call: this.call, target: dest });
    if (!reply.accepted) return reply;
    this.#transfer = { kind: 'redirect', reason, dest };
    this.#take(this.#state === 'alerting' ? 'redirect' : 'refer');
    return accepted;
  }

  /** Our far end is asked to take the place of ours in the other's call: REFER with Replaces. */
  mergeWith(other: ConnectionLeg): Reply {
    for (const leg of [this, other]) if (leg.#state !== 'connected') return leg.#wrongState('not connected');
    const reply = this.#deps.signalling.transfer({ call: this.call, target: other.#remoteTarget, replaces: other.call });
    if (!reply.accepted) return reply;
    this.#transfer = { kind: 'merge', other, referred: true };
    other.#transfer = { kind: 'merge', other: this, referred: false };
    this.#take('refer');
    other.#take('refer');
    return accepted;
  }

  hangUp(reason?: string): boolean {
    this.#disconnectReason = reason;
    return this.#take('hangup');
  }

  onSignalling(event: SignallingEvent): void {
    switch (event.name) {
      case 'call.progress':
        this.#info = { sip: { respcode: event.status, resptext: event.reason, headers: event.headers }, callprogress: event.status === 180 ? 'ringing' : undefined };
        this.#setHeaders(event.headers);
        this.#take('sip.progress');
        if (event.sdp !== undefined) this.#hearEarly(event.sdp);
        return;
      case 'call.answered':
        // RFC 3261 §13.2.1: a reliable provisional response may have had the answer already.
        this.#answerSdp = event.sdp ?? this.#earlySdp;
        // `answeredat`: when the 200 came in, not when the media was ready.
        this.#info = { sip: { respcode: 200, resptext: 'OK', ...event.sip, headers: event.headers }, answeredat: this.#deps.now() };
        this.#remoteTarget = event.sip.remoteTarget;
        this.#setHeaders(event.headers);
        this.#take('sip.answered');
        return;
      case 'call.failed':
        this.#status = event.status;
        if (this.#reason === '') this.#reason = event.failure;
        this.#info = { ...whyOf(this.#info), sip: { respcode: event.status, resptext: event.reason, headers: event.headers }, retryafter: event.retryAfterSeconds, completioncode: event.completionCode };
        this.#take(this.#state === 'redirecting' && event.status < 400 ? 'referred' : 'sip.failed');
        return;
      case 'call.ended':
        if (this.#reason === '') this.#reason = event.reason?.text ?? event.by;
        this.#info = { ...whyOf(this.#info), sip: { ...(event.reason === undefined ? {} : { reason: `${event.reason.protocol};cause=${event.reason.cause}` }), headers: event.headers } };
        this.#ended();
        return;
      case 'transfer.progress':
        if (event.done) this.#transferred(event.status);
        return;
      case 'call.offer':
        if (this.#state === 'connected' || this.#state === 'referring') this.#renegotiation.begin(event.sdp);
        else this.#renegotiation.refuse();
        return;
      default:
        return;
    }
  }

  onMedia(event: MediaEvent): void {
    switch (event.name) {
      case 'endpoint.ready':
        if (this.#renegotiation.ready(event.sdp)) return;
        this.#localSdp = event.sdp;
        this.#take('media.ready');
        return;
      case 'endpoint.negotiated':
        if (this.#earlyPending === 0) this.#take('media.negotiated');
        else {
          this.#earlyPending -= 1;
          if (this.#state === 'progressing') this.#deps.early(this);
        }
        return;
      case 'endpoint.failed':
        // The endpoint itself is as it was, unless its media thread is gone.
        if (this.#renegotiation.failed() && event.kind !== 'error') return;
        if (this.#earlyPending > 0 && event.kind !== 'error') {
          // The answer itself may still be good.
          this.#earlyPending -= 1;
          this.#deps.logger.warn({ connection: this.id, reason: event.reason }, 'early media cannot be heard');
          return;
        }
        this.#reason = event.kind === 'bad-sdp' ? 'unsupported' : event.kind;
        this.#info = { reason: event.reason };
        this.#take('media.failed');
        return;
      case 'node.closed':
        this.hasMedia = false;
        return;
      default:
        return;
    }
  }

  #take(event: LegEvent): boolean {
    const result = step(legMachine, this.#state, event);
    this.#state = result.state;
    for (const effect of result.effects) this.#run(effect);
    if (result.state === 'ended' && result.taken) this.#deps.closed(this);
    return result.taken;
  }

  #run(effect: LegEffect): void {
    const { media, signalling } = this.#deps;
    switch (effect) {
      case 'open-offer':
      case 'open-answer': {
        this.#mediaOpen = true;
        this.hasMedia = true;
        const reply = media.openEndpoint({ node: this.node, group: mediaGroup, ...(effect === 'open-answer' && this.#remoteSdp !== undefined ? { remoteSdp: this.#remoteSdp } : {}) });
        if (!reply.accepted) {
          this.#mediaOpen = false;
          this.hasMedia = false;
          this.#reason = reply.refusal.kind;
          this.#info = { reason: reply.refusal.reason };
          this.#take('media.failed');
        }
        return;
      }
      case 'place': {
        const outbound = this.#outbound;
        if (outbound === undefined) throw new Error(`connection ${this.id}: an inbound leg cannot be placed`);
        const reply = signalling.place({ ...outbound.place, call: this.call, sdp: this.#localSdp });
        if (!reply.accepted) {
          this.#status = 503;
          this.#reason = reply.refusal.kind;
          this.#info = { reason: reply.refusal.reason };
          this.#take('sip.failed');
        }
        return;
      }
      case 'answer': {
        const reply = signalling.answer({ call: this.call, sdp: this.#localSdp });
        if (!reply.accepted) this.#take('sip.failed');
        return;
      }
      case 'reject':
        if (!signalling.reject({ call: this.call, status: rejectStatus(this.#reason) }).accepted) this.#take('sip.failed');
        return;
      case 'apply-answer': {
        if (this.#answerSdp === undefined) {
          this.#reason = 'unsupported';
          this.#take('media.failed');
          return;
        }
        const reply = media.applyAnswer({ node: this.node, sdp: this.#answerSdp });
        if (!reply.accepted) this.#take('media.failed');
        return;
      }
      case 'hang-up': {
        const reply = signalling.hangUp({ call: this.call, ...(this.#disconnectReason === undefined ? {} : { reason: { protocol: 'Q.850', cause: 16, text: this.#disconnectReason } }) });
        // The adapter knows the call no more: nothing will come back, the leg is over.
        if (!reply.accepted) this.#take('sip.ended');
        return;
      }
      case 'close-media':
        if (this.#mediaOpen) media.close({ node: this.node });
        this.#mediaOpen = false;
        return;
      case 'tell-alerting':
        this.#deps.tell({ name: 'connection.alerting', connection: this.id, facts: this.facts, info: this.#info });
        return;
      case 'tell-progressing':
        this.#deps.tell({ name: 'connection.progressing', connection: this.id, facts: this.facts, info: this.#info });
        return;
      case 'tell-connected':
        this.wasConnected = true;
        this.#deps.tell({ name: 'connection.connected', connection: this.id, facts: this.facts, info: this.#info });
        return;
      case 'tell-disconnected':
        this.#deps.tell({ name: 'connection.disconnected', connection: this.id, reason: this.#reason, trigger: 'remote', info: this.#info });
        return;
      case 'tell-transferred': {
        const transfer = this.#transfer;
        if (transfer?.kind === 'merge') this.#deps.tell({ name: 'connection.merged', connection: this.id, other: transfer.other.id });
        else this.#deps.tell({ name: 'connection.redirected', connection: this.id, reason: transfer?.reason ?? '', info: { dest: transfer?.dest } });
        return;
      }
      case 'tell-refer-failed':
        this.#deps.tell({ name: 'connection.error', connection: this.id, event: this.#transfer?.kind === 'merge' ? 'error.merge' : 'error.connection', reason: this.#reason });
        this.#reason = '';
        this.#transfer = undefined;
        return;
      case 'tell-failed':
        this.#deps.tell({ name: 'connection.failed', connection: this.id, reason: this.#reason === '' ? 'unknown' : this.#reason, info: { ...this.#info, sipstatus: this.#status } });
        return;
      case 'tell-hung-up':
        if (this.wasConnected) this.#deps.tell({ name: 'connection.disconnected', connection: this.id, reason: this.#disconnectReason ?? 'disconnect', trigger: 'local', info: this.#info });
        else this.#deps.tell({ name: 'connection.failed', connection: this.id, reason: this.#reason === '' ? 'cancelled' : this.#reason, info: { ...this.#info, sipstatus: this.#status } });
        return;
    }
  }

  #wrongState(why: string): Reply {
    return refused('bad-state', `connection ${this.id} is ${this.#state}, ${why}`);
  }

  /** Where the page wants tones before the answer, the media plane takes the provisional description for the answer. */
  #hearEarly(sdp: string): void {
    const known = sdp === this.#earlySdp;
    this.#earlySdp = sdp;
    if (known || this.#state !== 'progressing' || !classifiesEarly(this.hints)) return;
    if (this.#deps.media.applyAnswer({ node: this.node, sdp }).accepted) this.#earlyPending += 1;
  }

  /** What became of the REFER, ours or the one that names us. */
  #transferred(status: number): void {
    const { other, referred } = this.#transfer?.kind === 'merge' ? this.#transfer : { other: undefined, referred: false };
    const done = status < 300;
    if (!done) this.#reason = `the far end was not connected elsewhere: ${status}`;
    this.#take(done ? 'referred' : 'refer.failed');
    if (referred && other !== undefined) other.#transferred(status);
  }

  /** BYE. One that is replaced in a merge leaves so, and so may the one who replaced it, before it tells the outcome. */
  #ended(): void {
    const transfer = this.#transfer;
    if (transfer?.kind !== 'merge' || this.#state !== 'referring') return void this.#take('sip.ended');
    if (!transfer.referred || transfer.other.state === 'ended') return void this.#take('sip.replaced');
    this.#take('sip.ended');
    transfer.other.#transferred(487);
  }

  #setHeaders(headers: SipHeaders): void {
    this.facts = { ...this.facts, sip: { ...this.facts.sip, headers } };
  }
}

/** What the media plane refused a call for is told to the page beside what the far end was told. */
const whyOf = ({ reason }: PlatformHints): PlatformHints => (reason === undefined ? {} : { reason });

/** What a caller is told: the page wants no call (603), nothing is free (503), the offer is none for us (488), or something of ours failed (RFC 3261 §21.5.1). */
function rejectStatus(reason: string): number {
  switch (reason) {
    case '': return 603;
    case 'noresource': return 503;
    case 'unsupported': return 488;
    default: return 500;
  }
}
