import type { SipRequest } from '../message/sip-message.ts';

/** A change of the session that the peer asks for (RFC 3261 §14, RFC 3311, RFC 3262 §5). Answer it once. */
export interface IncomingOffer {
  readonly method: 'INVITE' | 'UPDATE' | 'PRACK';
  readonly request: SipRequest;
  /** Absent: the peer wants our offer; its answer comes in the ACK (`onLateAnswer`). */
  readonly sdp: string | undefined;
  accept(sdp: string): void;
  /** 488 unless said otherwise: the session goes on as it was. */
  reject(status?: number): void;
}
