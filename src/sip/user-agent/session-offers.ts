import type { Timer } from '../../kernel/clock.ts';
import { createResponse } from '../message/create-response.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { InviteServerTransaction } from '../transaction/invite-server-transaction.ts';
import type { ServerTransaction } from '../transaction/transaction-layer.ts';
import type { AckTransmission } from './ack-transmission.ts';
import type { InviteSession } from './invite-session.ts';
import { bodyIsUnderstood, sessionDescription } from './session-description.ts';
import { tooSmallInterval } from './session-timer.ts';
import { SuccessRetransmission } from './success-retransmission.ts';
import type { UserAgentContext } from './user-agent-context.ts';

/** What became of an offer of ours: the answer, or the status that refused it. */
export interface OfferOutcome {
  readonly status: number;
  readonly sdp: string | undefined;
}

/** A re-INVITE of the peer that is not finished: unanswered, or our 2xx unacknowledged. */
interface ServerChange {
  readonly transaction: InviteServerTransaction;
  readonly sequence: number;
  /** We offer in the 2xx, the answer is in the ACK. */
  readonly late: boolean;
  retransmission: SuccessRetransmission | undefined;
}

/** Offers inside a session, in both directions: re-INVITE (RFC 3261 §14) and UPDATE (RFC 3311), glare included. */
export class SessionOffers {
  /** Our last description; a refresh repeats it. */
  localSdp: string | undefined;
  readonly #context: UserAgentContext;
  readonly #session: InviteSession;
  /** Our INVITE or UPDATE with an offer that has no final response yet. */
  #ours: 'INVITE' | 'UPDATE' | undefined;
  #theirs: ServerChange | undefined;
  #theirUpdate = false;
  #retry: Timer | undefined;

  constructor(context: UserAgentContext, session: InviteSession) {
    this.#context = context;
    this.#session = session;
  }

  /** True while an offer of either side is under way; a further one has to wait. */
  get busy(): boolean {
    return this.#ours !== undefined || this.#theirs !== undefined || this.#theirUpdate || this.#retry !== undefined;
  }

  /**
   * Offers a change. Before the answer it goes as UPDATE where the peer allows it, afterwards as re-INVITE. False when the
   * session's state or another offer forbids it now.
   */
  offer(sdp: string, done: (outcome: OfferOutcome) => void): boolean {
    const { state } = this.#session;
    if (this.busy || (state !== 'confirmed' && state !== 'early') || this.#session.initialOffer !== undefined) return false;
    if (state === 'early' && !this.#peerTakesUpdate()) return false;
    this.#change(state === 'early' ? 'UPDATE' : 'INVITE', sdp, done);
    return true;
  }

  /** Session refresh (RFC 4028 §7.4): UPDATE without a body where the peer takes it, else a re-INVITE with what we have. */
  refresh(): void {
    if (this.#session.state !== 'confirmed') return;
    if (this.busy) {
      this.#retry = this.#context.after(2_000, () => {
        this.#retry = undefined;
        this.refresh();
      });
      return;
    }
    this.#change(this.#peerTakesUpdate() ? 'UPDATE' : 'INVITE', undefined, () => undefined);
  }

  /** A re-INVITE or UPDATE of the peer, or a PRACK with an offer. */
  receive(transaction: ServerTransaction): void {
    const { request } = transaction;
    const session = this.#session;
    if (session.state === 'closing' || session.state === 'ended') return session.respond(transaction, 481);
    if (!bodyIsUnderstood(request)) return session.respond(transaction, 415, { Accept: 'application/sdp' });
    const sdp = sessionDescription(request);
    const offers = transaction.kind === 'invite' || sdp !== undefined;
    // RFC 3261 §14.2, RFC 3311 §5.2: ours is out → 491; theirs is unanswered → 500 with a Retry-After
    if (offers && (this.#ours !== undefined || session.initialOffer === 'ours' || (session.state === 'awaitingAck' && request.method !== 'PRACK'))) return session.respond(transaction, 491);
    if (offers && (this.#theirs !== undefined || this.#theirUpdate || session.initialOffer === 'theirs')) {
      return session.respond(transaction, 500, { 'Retry-After': String(Math.floor(this.#context.random.next() * 10)) });
    }
    const minimum = tooSmallInterval(request, this.#context.settings.sessionMinimumSeconds);
    if (minimum !== undefined && request.method !== 'PRACK') return session.respond(transaction, 422, { 'Min-SE': String(minimum) });
    if (transaction.kind === 'invite') return this.#receiveInvite(transaction, sdp);
    if (request.method === 'UPDATE') session.dialog.refreshTarget(request); // RFC 3311 §5.2
    if (sdp === undefined) return this.#respondUpdate(transaction, undefined);
    this.#receiveUpdate(transaction, sdp);
  }

  /** An ACK inside the dialog. */
  receiveAck(ack: SipRequest): void {
    const change = this.#theirs;
    if (change?.retransmission === undefined || ack.cseq?.number !== change.sequence) return;
    change.retransmission.stop();
    change.transaction.release();
    this.#theirs = undefined;
    if (change.late) this.#session.handlers.onLateAnswer?.(sessionDescription(ack));
  }

  stop(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
    const change = this.#theirs;
    this.#theirs = undefined;
    change?.retransmission?.stop();
    if (change?.transaction.pending === true) this.#session.respond(change.transaction, 487); // RFC 3261 §15.1.2
  }

  #peerTakesUpdate(): boolean {
    return this.#session.peerAllows?.has('UPDATE') === true;
  }

  #change(method: 'INVITE' | 'UPDATE', sdp: string | undefined, done: (outcome: OfferOutcome) => void, minimum = 0): void {
    const session = this.#session;
    const request = session.dialog.request(method);
    request.set('Allow', this.#context.settings.allow);
    request.set('Supported', this.#context.settings.supported);
    if (session.state === 'confirmed') session.timer.ask(request, minimum);
    const offer = sdp ?? (method === 'INVITE' ? this.localSdp : undefined);
    if (offer !== undefined) request.setBody(offer, 'application/sdp');
    this.#ours = method;
    let acknowledge: AckTransmission | undefined;
    let over = false;
    session.send(request, {
      onResponse: (response, sent) => {
        if (response.status < 200) return;
        if (response.status < 300 && method === 'INVITE') {
          // RFC 3261 §13.2.2.4: every 2xx is acknowledged, repetitions too
          if (acknowledge !== undefined) return acknowledge.transmit();
          session.dialog.refreshTarget(response);
          acknowledge = session.sendAck(session.dialog.request('ACK', sent.cseq?.number ?? session.dialog.localSequence));
        }
        if (over) return;
        over = true;
        this.#ours = undefined;
        this.#outcome(method, sdp, response, done);
      },
      onFailure: (failure) => {
        if (over) return;
        over = true;
        this.#ours = undefined;
        done({ status: failure === 'timeout' ? 408 : 503, sdp: undefined });
      },
    });
  }

  #outcome(method: 'INVITE' | 'UPDATE', sdp: string | undefined, response: SipResponse, done: (outcome: OfferOutcome) => void): void {
    const session = this.#session;
    const { status } = response;
    if (status < 300) {
      session.dialog.refreshTarget(response);
      if (session.state === 'confirmed') session.timer.agreedAsClient(response);
      if (sdp !== undefined) this.localSdp = sdp;
      return done({ status, sdp: sessionDescription(response) });
    }
    if (session.state !== 'confirmed' && session.state !== 'early') return done({ status, sdp: undefined });
    if (status === 491) {
      // RFC 3261 §14.1: whoever made the Call-ID waits 2.1–4 s, the other 0–2 s
      const delay = session.role === 'caller' ? 2_100 + this.#context.random.next() * 1_900 : this.#context.random.next() * 2_000;
      this.#retry = this.#context.after(delay, () => {
        this.#retry = undefined;
        if (session.state === 'confirmed' || session.state === 'early') this.#change(method, sdp, done);
        else done({ status, sdp: undefined });
      });
      return;
    }
    const minimum = Number.parseInt(response.get('Min-SE') ?? '', 10);
    if (status === 422 && minimum > 0 && minimum < 86_400) return this.#change(method, sdp, done, minimum);
    done({ status, sdp: undefined });
  }

  #receiveInvite(transaction: InviteServerTransaction, sdp: string | undefined): void {
    const session = this.#session;
    const { request } = transaction;
    const change: ServerChange = { transaction, sequence: request.cseq?.number ?? 0, late: sdp === undefined, retransmission: undefined };
    this.#theirs = change;
    transaction.user = {
      onAck: (ack) => this.receiveAck(ack),
      onCancel: () => {
        if (this.#theirs !== change || !transaction.pending) return;
        this.#theirs = undefined;
        session.respond(transaction, 487);
      },
    };
    const reject = (status = 488): void => {
      if (this.#theirs !== change || !transaction.pending) return;
      this.#theirs = undefined;
      session.respond(transaction, status);
    };
    const accept = (answer: string): void => {
      if (this.#theirs !== change || !transaction.pending) return;
      session.dialog.refreshTarget(request);
      const response = this.#success(transaction, answer);
      session.timer.agreeAsServer(request, response);
      const bytes = transaction.respond(response);
      if (bytes !== undefined) change.retransmission = new SuccessRetransmission(this.#context, transaction, bytes, () => session.fail('ack-timeout'));
    };
    if (session.handlers.onOffer === undefined) return reject();
    session.handlers.onOffer({ method: 'INVITE', request, sdp, accept, reject });
  }

  #receiveUpdate(transaction: ServerTransaction, sdp: string): void {
    const session = this.#session;
    this.#theirUpdate = true;
    const once = (act: () => void): void => {
      if (!this.#theirUpdate || !transaction.pending) return;
      this.#theirUpdate = false;
      act();
    };
    const reject = (status = 488): void => once(() => session.respond(transaction, status));
    if (session.handlers.onOffer === undefined) return reject();
    session.handlers.onOffer({
      method: transaction.request.method === 'PRACK' ? 'PRACK' : 'UPDATE', request: transaction.request, sdp, reject,
      accept: (answer) => once(() => this.#respondUpdate(transaction, answer)),
    });
  }

  #respondUpdate(transaction: ServerTransaction, sdp: string | undefined): void {
    const response = this.#success(transaction, sdp);
    if (this.#session.state === 'confirmed' && transaction.request.method === 'UPDATE') this.#session.timer.agreeAsServer(transaction.request, response);
    transaction.respond(response);
  }

  #success(transaction: ServerTransaction, sdp: string | undefined): SipResponse {
    const response = this.#context.decorate(createResponse(transaction.request, 200, { toTag: this.#session.dialog.localTag }));
    response.set('Contact', this.#context.contact(transaction.flow, this.#session.contactUser));
    response.set('Supported', this.#context.settings.supported);
    if (sdp !== undefined) {
      response.setBody(sdp, 'application/sdp');
      this.localSdp = sdp;
    }
    return response;
  }
}
