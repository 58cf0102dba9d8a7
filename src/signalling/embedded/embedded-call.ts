import type { CallId } from '../../kernel/ids.ts';
import { accepted, refused, type Reply } from '../../kernel/result.ts';
import type { ClientInvite } from '../../sip/user-agent/client-invite.ts';
import type { IncomingOffer } from '../../sip/user-agent/incoming-offer.ts';
import type { InviteSession } from '../../sip/user-agent/invite-session.ts';
import type { ServerInvite } from '../../sip/user-agent/server-invite.ts';
import type { SessionEnd } from '../../sip/user-agent/session-handlers.ts';
import type { IncomingRefer, ReferProgress, ReplacesTarget } from '../../sip/user-agent/session-transfer.ts';
import type { SignallingEvent, SipDialogIds, SipHeaders, SipReason } from '../signalling.ts';
import { messageHeaders, messageReason, reasonHeader } from './message-headers.ts';

/** One call of the port and what stands behind it in the user agent. Turns the one's commands and the other's callbacks into each other. */
export class EmbeddedCall {
  readonly id: CallId;
  readonly #emit: (event: SignallingEvent) => void;
  readonly #onOver: (call: EmbeddedCall) => void;
  /** Set while the call is being made; `cancel` ends whatever attempt is under way. */
  outgoing: { cancel(headers: SipHeaders): void; readonly invite: ClientInvite | undefined } | undefined;
  incoming: ServerInvite | undefined;
  session: InviteSession | undefined;
  /** After a late offer: sends our answer in the ACK. */
  acknowledge: ((sdp: string) => void) | undefined;
  #offer: IncomingOffer | undefined;
  #refer: ReferProgress | undefined;
  #over = false;

  constructor(id: CallId, emit: (event: SignallingEvent) => void, onOver: (call: EmbeddedCall) => void) {
    this.id = id;
    this.#emit = emit;
    this.#onOver = onOver;
  }

  get over(): boolean {
    return this.#over;
  }

  emit(event: SignallingEvent): void {
    if (!this.#over) this.#emit(event);
  }

  /** The terminal event; nothing follows it. */
  finish(event: Extract<SignallingEvent, { name: 'call.failed' | 'call.ended' | 'call.redirected' }>): void {
    if (this.#over) return;
    this.#over = true;
    this.#refer?.notify(487);
    this.#onOver(this);
    this.#emit(event);
  }

  /** Takes over an established or establishing session. */
  adopt(session: InviteSession): void {
    this.session = session;
    const call = this.id;
    session.handlers = {
      onEnded: (end) => this.#ended(end),
      onConfirmed: (sdp) => this.emit({ name: 'call.answered', call, ...(sdp === undefined ? {} : { sdp }), headers: {}, sip: dialogIds(session) }),
      onOffer: (offer) => {
        this.#offer = offer;
        this.emit({ name: 'call.offer', call, ...(offer.sdp === undefined ? {} : { sdp: offer.sdp }) });
      },
      onLateAnswer: (sdp) => this.emit({ name: 'call.renegotiated', call, ...(sdp === undefined ? {} : { sdp }), status: 200 }),
      onInfo: (request) => this.emit({ name: 'call.info', call, contentType: request.contentType ?? '', body: request.body.toString('utf8') }),
      onMessage: (request) => this.emit({ name: 'call.message', call, contentType: request.contentType ?? '', body: request.body.toString('utf8') }),
      onRefer: (refer) => this.#referred(refer),
    };
  }

  hangUp(reason: SipReason | undefined, headers: SipHeaders | undefined): Reply {
    const lines = { ...(reason === undefined ? {} : { Reason: reasonHeader(reason) }), ...headers };
    if (this.session !== undefined && this.session.state !== 'early') {
      this.session.bye(lines);
      return accepted;
    }
    if (this.outgoing !== undefined) {
      this.outgoing.cancel(lines);
      return accepted;
    }
    return this.reject(480, undefined, lines);
  }

  progress(status: number, sdp: string | undefined, headers: SipHeaders | undefined): Reply {
    if (this.incoming?.pending !== true) return refused('bad-state', 'the call does not ring any more');
    this.incoming.provisional(status, { sdp, headers });
    return accepted;
  }

  answer(sdp: string, headers: SipHeaders | undefined): Reply {
    if (this.incoming?.pending !== true) return refused('bad-state', 'the call does not ring any more');
    this.incoming.answer(sdp, headers);
    return accepted;
  }

  reject(status: number, reason: string | undefined, headers: SipHeaders | undefined): Reply {
    if (this.incoming?.pending !== true) return refused('bad-state', 'the call does not ring any more');
    if (status < 300 || status > 699) return refused('bad-argument', `${status} is no final refusal`);
    this.incoming.reject(status, { headers, ...(reason === undefined ? {} : { reason }) });
    this.#refusedByUs(status, reason);
    return accepted;
  }

  redirect(target: string, headers: SipHeaders | undefined): Reply {
    if (this.incoming?.pending === true) {
      this.incoming.redirect([target], { headers });
      this.#refusedByUs(302, 'Moved Temporarily');
      return accepted;
    }
    return this.transfer(target, undefined);
  }

  renegotiate(sdp: string): Reply {
    const session = this.session ?? this.outgoing?.invite?.earlySession;
    if (session === undefined) return refused('bad-state', 'the call has no dialog yet');
    const sent = session.offers.offer(sdp, (outcome) =>
      this.emit({ name: 'call.renegotiated', call: this.id, status: outcome.status, ...(outcome.sdp === undefined ? {} : { sdp: outcome.sdp }) }));
    return sent ? accepted : refused('bad-state', 'another offer is under way, or the call is not up');
  }

  answerOffer(sdp: string | undefined): Reply {
    if (this.acknowledge !== undefined) {
      const acknowledge = this.acknowledge;
      this.acknowledge = undefined;
      if (sdp === undefined) {
        // RFC 3261 §13.2.2.4: an offer in a 2xx cannot be refused; acknowledged and ended
        acknowledge('');
        this.session?.bye();
      } else acknowledge(sdp);
      return accepted;
    }
    const offer = this.#offer;
    if (offer === undefined) return refused('bad-state', 'no offer waits for an answer');
    this.#offer = undefined;
    if (sdp === undefined) offer.reject();
    else offer.accept(sdp);
    return accepted;
  }

  info(contentType: string, body: string): Reply {
    if (this.session?.state !== 'confirmed') return refused('bad-state', 'the call is not up');
    this.session.info(contentType, body);
    return accepted;
  }

  message(contentType: string, body: string): Reply {
    if (this.session?.state !== 'confirmed') return refused('bad-state', 'the call is not up');
    this.session.message(contentType, body);
    return accepted;
  }

  transfer(target: string, replaces: ReplacesTarget | undefined): Reply {
    const sent = this.session?.transfer.refer(target, replaces, (status, done) => this.emit({ name: 'transfer.progress', call: this.id, status, done }));
    return sent === true ? accepted : refused('bad-state', 'the call is not up');
  }

  /** Tells the far end that referred this call how the call to its target goes (RFC 3515 §2.4.5). */
  notifyRefer(status: number): void {
    this.#refer?.notify(status);
    if (status >= 200) this.#refer = undefined;
  }

  #referred(refer: IncomingRefer): void {
    this.#refer = refer.accept();
    this.emit({ name: 'call.referred', call: this.id, target: refer.target, ...(refer.replaces === undefined ? {} : { replaces: refer.replaces }) });
  }

  #refusedByUs(status: number, reason: string | undefined): void {
    queueMicrotask(() => this.finish({ name: 'call.failed', call: this.id, failure: 'reject', status, reason: reason ?? '', headers: {} }));
  }

  #ended(end: SessionEnd): void {
    const reason = messageReason(end.message) ?? (end.error === undefined ? undefined : { protocol: 'nailup', cause: 0, text: end.error });
    this.finish({ name: 'call.ended', call: this.id, by: end.by, ...(reason === undefined ? {} : { reason }), headers: messageHeaders(end.message) });
  }
}

export function dialogIds(session: InviteSession): SipDialogIds {
  const { callId, localTag, remoteTag, remoteTarget, localParty, remoteParty, routeSet } = session.dialog;
  return {
    callId, localTag, remoteTag, remoteTarget, localParty: withoutTag(localParty, localTag), remoteParty: withoutTag(remoteParty, remoteTag),
    ...(routeSet.length === 0 ? {} : { routeSet }),
  };
}

const withoutTag = (party: string, tag: string): string => party.replace(`;tag=${tag}`, '');
