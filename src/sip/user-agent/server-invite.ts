import { Dialog } from '../dialog/dialog.ts';
import { createResponse } from '../message/create-response.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { InviteServerTransaction } from '../transaction/invite-server-transaction.ts';
import type { ServerTransaction } from '../transaction/transaction-layer.ts';
import { WheelTimer, type WheelTimerOwner } from '../transaction/timer-wheel.ts';
import { InviteSession, type CalledSide } from './invite-session.ts';
import { ReliableServer, type ReliableServerOwner } from './reliable-server.ts';
import { sessionDescription } from './session-description.ts';
import { addHeaders, type HeaderLines } from './session-handlers.ts';
import { SuccessRetransmission } from './success-retransmission.ts';
import type { StoppableCall, UserAgentContext } from './user-agent-context.ts';

/** What the called side hears before its answer. */
export interface ServerInviteHandlers {
  /** The caller gave up (CANCEL, or BYE in the early dialog); it has been answered with 487. */
  onCancelled?(cancel: SipRequest | undefined): void;
}

const hundredAfterMs = 150;

/** A call towards us: RFC 3261 §13.3. Provisional responses as often as wanted, then exactly one of answer, reject and redirect. */
export class ServerInvite implements StoppableCall, WheelTimerOwner, ReliableServerOwner, CalledSide {
  readonly request: SipRequest;
  /** The offer; absent: we offer in the 2xx (or a reliable 18x) and the answer comes with `session.handlers.onConfirmed`. */
  readonly sdp: string | undefined;
  /** IP address of the sender. */
  readonly source: string;
  /** Set handlers on it before answering. */
  readonly session: InviteSession;
  /** The session that this call is to replace (RFC 3891); ended when we answer. */
  readonly replaces: InviteSession | undefined;
  handlers: ServerInviteHandlers = {};
  readonly #context: UserAgentContext;
  readonly #transaction: InviteServerTransaction;
  readonly #trying = new WheelTimer(this, 'trying');
  #reliable: ReliableServer | undefined;
  #over = false;
  /** Our answer, while a PRACK is awaited. */
  #afterPrack: (() => void) | undefined;
  /** The answer to our offer, when it came in a PRACK. */
  #earlyAnswer: string | undefined;

  constructor(context: UserAgentContext, transaction: InviteServerTransaction, replaces: InviteSession | undefined) {
    this.#context = context;
    this.#transaction = transaction;
    this.request = transaction.request;
    this.source = transaction.flow.remoteAddress;
    this.sdp = sessionDescription(this.request);
    this.replaces = replaces;
    const dialog = Dialog.ofServer(this.request, context.tokens.tag());
    transaction.toTag = dialog.localTag;
    this.session = new InviteSession(context, dialog, 'callee', { flow: transaction.flow });
    const allow = this.request.all('Allow');
    if (allow.length > 0) this.session.peerAllows = new Set(allow);
    this.session.initialOffer = this.sdp === undefined ? 'ours' : 'theirs';
    this.session.called = this;
    transaction.user = {
      onCancel: (cancel) => this.#cancelled(cancel),
      onAck: (ack) => this.session.onAck(ack),
    };
    context.addCall(this);
    if (context.settings.tryingAtOnce) this.onTimer();
    else context.wheel.start(this.#trying, hundredAfterMs); // RFC 3261 §17.2.1: 100 within 200 ms
  }

  /** False once it is answered, refused or cancelled. */
  get pending(): boolean {
    return !this.#over;
  }

  /** 101–199, with SDP for early media. Sent reliably where both sides can, if it carries SDP (RFC 3262 §3). */
  provisional(status: number, options: { sdp?: string | undefined; headers?: HeaderLines | undefined; reason?: string; reliable?: boolean } = {}): void {
    if (this.#over) return;
    this.#context.wheel.stop(this.#trying);
    const response = this.#response(status, options);
    if (options.sdp !== undefined) {
      response.setBody(options.sdp, 'application/sdp');
      this.session.offers.localSdp = options.sdp;
    }
    this.session.register();
    const demanded = this.request.require.some((tag) => tag.toLowerCase() === '100rel');
    const wanted = options.reliable ?? options.sdp !== undefined;
    if (demanded || (wanted && this.#context.settings.reliableProvisionals && this.request.supports('100rel'))) {
      this.#reliable ??= new ReliableServer(this.#context, this.#transaction, this.session, this);
      if (options.sdp !== undefined && this.session.initialOffer === 'theirs') this.session.initialOffer = undefined; // RFC 3262 §5: answered
      this.#reliable.send(response);
      return;
    }
    this.#transaction.respond(response);
  }

  /** 200 with our answer (or our offer after a late one). Repeated until its ACK. Waits for the PRACK to a description before it (RFC 3262 §3). */
  answer(sdp: string | undefined, headers?: HeaderLines): void {
    if (this.#over || this.#afterPrack !== undefined) return;
    if (this.#reliable?.holdsAnswer === true) {
      this.#context.wheel.stop(this.#trying);
      this.#afterPrack = () => this.answer(sdp, headers);
      return;
    }
    this.#finish();
    const { session } = this;
    session.initialOffer = undefined;
    const response = this.#response(200, { headers });
    response.append('Allow', this.#context.settings.allow);
    response.append('Supported', this.#context.settings.supported);
    // Our offer was answered in a PRACK: a description would be a new one.
    if (sdp !== undefined && this.#earlyAnswer === undefined) {
      response.setBody(sdp, 'application/sdp');
      session.offers.localSdp = sdp;
    }
    session.timer.agreeAsServer(this.request, response);
    session.establish('awaitingAck');
    const bytes = this.#transaction.respond(response);
    if (bytes === undefined) return session.fail('transport');
    const retransmission = new SuccessRetransmission(this.#context, this.#transaction, bytes, () => session.fail('ack-timeout'));
    session.unacknowledged = retransmission;
    this.replaces?.replaced();
  }

  onFirstAck(ack: SipRequest): void {
    const { session } = this;
    session.called = undefined;
    session.unacknowledged?.stop();
    session.unacknowledged = undefined;
    this.#transaction.release();
    session.handlers.onConfirmed?.(sessionDescription(ack) ?? this.#earlyAnswer);
    session.confirmed();
  }

  onEarlyBye(): void {
    this.#cancelled(undefined);
  }

  /** A final 3xx–6xx. */
  reject(status: number, options: { headers?: HeaderLines | undefined; reason?: string } = {}): void {
    if (this.#over) return;
    this.#finish();
    this.#transaction.respond(this.#response(status, options));
    this.#transaction.release();
    this.session.discard();
  }

  /** 302 with the new targets (RFC 3261 §21.3.3). */
  redirect(targets: readonly string[], options: { status?: number; headers?: HeaderLines | undefined } = {}): void {
    this.reject(options.status ?? 302, { headers: { ...options.headers, Contact: targets.map((target) => `<${target}>`) } });
  }

  end(): void {
    this.reject(503);
  }

  drop(): void {
    if (this.#over) return;
    this.#finish();
    this.#transaction.abandon();
    this.session.discard();
  }

  onTimer(): void {
    if (!this.#over) this.#transaction.respond(createResponse(this.request, 100));
  }

  notAcknowledged(): void {
    this.reject(504); // RFC 3262 §3: no PRACK within 64·T1 → 5xx
    this.handlers.onCancelled?.(undefined);
  }

  /** RFC 3262 §5: a PRACK may answer our offer, or offer anew once the first exchange is done. */
  acknowledged(prack: ServerTransaction): void {
    const { session } = this;
    const sdp = sessionDescription(prack.request);
    if (sdp === undefined) session.respond(prack, 200);
    else if (session.initialOffer === 'ours') {
      session.initialOffer = undefined;
      this.#earlyAnswer = sdp;
      session.respond(prack, 200);
    } else session.offers.receive(prack);
    const next = this.#afterPrack;
    if (next === undefined || this.#reliable?.holdsAnswer === true) return;
    this.#afterPrack = undefined;
    next();
  }

  #cancelled(cancel: SipRequest | undefined): void {
    if (this.#over) return;
    this.reject(487); // RFC 3261 §9.2
    this.handlers.onCancelled?.(cancel);
  }

  #finish(): void {
    this.#over = true;
    this.#context.wheel.stop(this.#trying);
    this.#reliable?.stop();
    this.#context.removeCall(this);
  }

  #response(status: number, options: { headers?: HeaderLines | undefined; reason?: string }): SipResponse {
    const response = this.#context.decorate(createResponse(this.request, status, { toTag: this.session.dialog.localTag, reason: options.reason }));
    if (status < 300) response.append('Contact', this.#context.contact(this.#transaction.flow, this.session.contactUser));
    addHeaders(response, options.headers);
    return response;
  }
}
