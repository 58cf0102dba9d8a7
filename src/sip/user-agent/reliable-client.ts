import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { InviteSession } from './invite-session.ts';

/** Reliable provisional responses as caller: RFC 3262 §4. One counter per early dialog. */
export class ReliableClient {
  readonly #last = new Map<InviteSession, number>();

  /** Acknowledges with PRACK what has to be. `again`: a repetition, or ahead of its turn; not to be processed. */
  receive(response: SipResponse, invite: SipRequest, session: InviteSession): 'unreliable' | 'reliable' | 'again' {
    if (!response.require.some((tag) => tag.toLowerCase() === '100rel')) return 'unreliable';
    const number = Number.parseInt(response.get('RSeq') ?? '', 10);
    if (!(number >= 1)) return 'unreliable';
    const last = this.#last.get(session);
    // A repetition needs no second PRACK: ours is retransmitted by its own transaction.
    if (last !== undefined && number !== last + 1) return 'again';
    this.#last.set(session, number);
    const prack = session.dialog.request('PRACK');
    prack.append('RAck', `${number} ${invite.get('CSeq') ?? '1 INVITE'}`);
    session.send(prack, { onResponse: () => undefined, onFailure: () => undefined });
    return 'reliable';
  }
}
