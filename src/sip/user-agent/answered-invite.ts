import { Dialog } from '../dialog/dialog.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { ClientTransactionUser } from '../transaction/transaction-context.ts';
import type { AckTransmission } from './ack-transmission.ts';
import { InviteSession } from './invite-session.ts';
import type { UserAgentContext } from './user-agent-context.ts';

/**
 * What is left of an INVITE of ours once its first 2xx came, for as long as further ones may follow (RFC 6026 timer M): the same
 * 2xx again gets its ACK again, and one of another fork is acknowledged and ended (RFC 3261 §13.2.2.4).
 */
export class AnsweredInvite implements ClientTransactionUser {
  readonly #context: UserAgentContext;
  readonly #callee: string;
  /** Undefined once the ACK is out, so that an ended call is not kept. */
  #session: InviteSession | undefined;
  #ack: AckTransmission | undefined;
  #others: Map<string, AckTransmission> | undefined;

  constructor(context: UserAgentContext, session: InviteSession) {
    this.#context = context;
    this.#session = session;
    // A copy: the tag as it was read is a piece of the whole response, which it would keep.
    this.#callee = Buffer.from(session.dialog.remoteTag, 'utf8').toString('utf8');
  }

  /** Sends the ACK to the first 2xx; `sdp` is the answer after a late offer. */
  acknowledge(invite: SipRequest, sdp: string | undefined): void {
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined;
    const ack = session.dialog.request('ACK', invite.cseq?.number ?? 1);
    // RFC 3261 §13.2.2.4: the credentials of the INVITE
    for (const { name, key, value } of invite.headers.fields) {
      if (key === 'Authorization' || key === 'Proxy-Authorization') ack.append(name, value);
    }
    if (sdp !== undefined && sdp !== '') {
      session.offers.localSdp = sdp;
      ack.setBody(sdp, 'application/sdp');
    }
    this.#ack = session.sendAck(ack);
  }

  onResponse(response: SipResponse): void {
    const tag = response.toTag ?? '';
    if (tag === this.#callee) return this.#ack?.transmit();
    const known = this.#others?.get(tag);
    if (known !== undefined) return known.transmit();
    this.#context.counters.event('invite.extra-fork');
    const dialog = Dialog.ofResponse(response);
    const session = new InviteSession(this.#context, dialog, 'caller', {});
    session.establish('confirmed');
    this.#others ??= new Map();
    this.#others.set(tag, session.sendAck(dialog.request('ACK', response.cseq?.number ?? 1)));
    session.bye();
  }

  onTimeout(): void {
    // The transaction is answered: nothing is awaited.
  }

  onTransportError(): void {
    // As above.
  }
}
