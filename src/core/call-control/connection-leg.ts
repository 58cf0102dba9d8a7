import type { ConnectionFacts, PlatformEvent, PlatformHints } from '../../ccxml/platform.ts';
import type { CallId, ConnectionId, MediaId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { step } from '../../kernel/machine.ts';
import type { Media, MediaEvent } from '../../media/media.ts';
import type { PlaceCall, Signalling, SignallingEvent, SipHeaders } from '../../signalling/signalling.ts';
import { legMachine, type LegEffect, type LegEvent, type LegState } from './connection-leg.machine.ts';

/** What a leg needs of its surroundings; one object serves all legs of a call platform. */
export interface LegDeps {
  readonly signalling: Signalling;
  readonly media: Media;
  readonly logger: Logger;
  /** Monotonic ms. */
  now(): number;
  tell(event: PlatformEvent): void;
  /** The leg has told its last event and holds nothing any more. */
  closed(leg: ConnectionLeg): void;
}

export interface OutboundCall {
  readonly place: Omit<PlaceCall, 'call' | 'sdp'>;
  readonly hints: PlatformHints;
}

/** Joins one CCXML connection to one signalling leg and one media endpoint. State in `connection-leg.machine.ts`. */
export class ConnectionLeg {
  readonly id: ConnectionId;
  readonly call: CallId;
  readonly node: MediaId;
  readonly hints: PlatformHints;
  facts: ConnectionFacts;
  wasConnected = false;
  #state: LegState = 'idle';
  readonly #deps: LegDeps;
  readonly #outbound: OutboundCall | undefined;
  readonly #remoteSdp: string | undefined;
  #localSdp = '';
  #answerSdp: string | undefined;
  #reason = '';
  #status = 0;
  #info: PlatformHints = {};
  #mediaOpen = false;
  #pendingOffer = false;
  #disconnectReason: string | undefined;

  constructor(deps: LegDeps, ids: { connection: ConnectionId; call: CallId; node: MediaId }, facts: ConnectionFacts, origin: { outbound: OutboundCall } | { remoteSdp?: string }) {
    this.#deps = deps;
    this.id = ids.connection;
    this.call = ids.call;
    this.node = ids.node;
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

  accept(): boolean {
    return this.#take('accept');
  }

  hangUp(reason?: string): boolean {
    this.#disconnectReason = reason;
    return this.#take('hangup');
  }

  onSignalling(event: SignallingEvent): void {
    switch (event.name) {
      case 'call.progress':
        this.#info = { sip: { respcode: event.status, resptext: event.reason }, callprogress: event.status === 180 ? 'ringing' : undefined };
        this.#setHeaders(event.headers);
        this.#take('sip.progress');
        return;
      case 'call.answered':
        this.#answerSdp = event.sdp;
        // `answeredat`: when the 200 came in, not when the media was ready.
        this.#info = { sip: { respcode: 200, resptext: 'OK', ...event.sip }, answeredat: this.#deps.now() };
        this.#setHeaders(event.headers);
        this.#take('sip.answered');
        return;
      case 'call.failed':
        this.#status = event.status;
        if (this.#reason === '') this.#reason = event.failure;
        this.#info = { sip: { respcode: event.status, resptext: event.reason }, retryafter: event.retryAfterSeconds, completioncode: event.completionCode };
        this.#take('sip.failed');
        return;
      case 'call.ended':
        this.#reason = event.reason?.text ?? event.by;
        this.#info = { sip: event.reason === undefined ? {} : { reason: `${event.reason.protocol};cause=${event.reason.cause}` } };
        this.#take('sip.ended');
        return;
      case 'call.offer':
        this.#answerChange(event.sdp);
        return;
      default:
        return;
    }
  }

  onMedia(event: MediaEvent): void {
    switch (event.name) {
      case 'endpoint.ready':
        if (this.#pendingOffer) {
          this.#pendingOffer = false;
          this.#deps.signalling.answerOffer({ call: this.call, sdp: event.sdp });
          return;
        }
        this.#localSdp = event.sdp;
        this.#take('media.ready');
        return;
      case 'endpoint.negotiated':
        this.#take('media.negotiated');
        return;
      case 'endpoint.failed':
        if (this.#pendingOffer) {
          this.#pendingOffer = false;
          this.#deps.signalling.answerOffer({ call: this.call });
          return;
        }
        this.#reason = event.kind === 'noresource' ? 'noresource' : 'unsupported';
        this.#info = { reason: event.reason };
        this.#take('media.failed');
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
        const reply = media.openEndpoint({ node: this.node, group: 'calls', ...(effect === 'open-answer' && this.#remoteSdp !== undefined ? { remoteSdp: this.#remoteSdp } : {}) });
        if (!reply.accepted) {
          this.#mediaOpen = false;
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
        if (!signalling.reject({ call: this.call, status: this.#reason === 'noresource' ? 503 : this.#reason === 'unsupported' ? 488 : 603 }).accepted) this.#take('sip.failed');
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
      case 'tell-failed':
        this.#deps.tell({ name: 'connection.failed', connection: this.id, reason: this.#reason === '' ? 'unknown' : this.#reason, info: { ...this.#info, sipstatus: this.#status } });
        return;
      case 'tell-hung-up':
        if (this.wasConnected) this.#deps.tell({ name: 'connection.disconnected', connection: this.id, reason: this.#disconnectReason ?? 'disconnect', trigger: 'local', info: this.#info });
        else this.#deps.tell({ name: 'connection.failed', connection: this.id, reason: this.#reason === '' ? 'cancelled' : this.#reason, info: { ...this.#info, sipstatus: this.#status } });
        return;
    }
  }

  /** A re-INVITE or UPDATE of the far end (hold, codec change): the media plane answers the offer. */
  #answerChange(sdp: string | undefined): void {
    if (this.#state !== 'connected') {
      this.#deps.signalling.answerOffer({ call: this.call });
      return;
    }
    this.#pendingOffer = true;
    const reply = sdp === undefined
      ? this.#deps.media.makeOffer({ node: this.node, direction: 'sendrecv' })
      : this.#deps.media.applyOffer({ node: this.node, sdp });
    if (!reply.accepted) {
      this.#pendingOffer = false;
      this.#deps.signalling.answerOffer({ call: this.call });
    }
  }

  #setHeaders(headers: SipHeaders): void {
    this.facts = { ...this.facts, sip: { ...this.facts.sip, headers } };
  }
}
