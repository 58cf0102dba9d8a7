import type { SipMessage, SipRequest } from '../message/sip-message.ts';
import type { IncomingOffer } from './incoming-offer.ts';
import type { IncomingRefer } from './session-transfer.ts';

/** Extra header lines by name. */
export type HeaderLines = Readonly<Record<string, string | readonly string[]>>;

/** Why an answered call is over. */
export interface SessionEnd {
  readonly by: 'us' | 'them' | 'error';
  /** For `error`: `ack-timeout`, `session-timer`, `peer-lost` (408 or 481 inside the dialog), `transport`. */
  readonly error?: string;
  /** The BYE of the peer. */
  readonly message?: SipMessage;
}

/** What a session tells its owner; set on `session.handlers`. */
export interface SessionHandlers {
  /** Once, last. */
  onEnded?(end: SessionEnd): void;
  /** Our 2xx was acknowledged; `sdp` is the answer to our offer after a late offer. */
  onConfirmed?(sdp: string | undefined): void;
  /** re-INVITE or UPDATE from the peer. Absent: 488. */
  onOffer?(offer: IncomingOffer): void;
  /** The ACK's answer to an offer that we gave in answer to a re-INVITE without one. */
  onLateAnswer?(sdp: string | undefined): void;
  /** Answered 200. Absent: 200 all the same. */
  onInfo?(request: SipRequest): void;
  /** Absent: 603. */
  onRefer?(refer: IncomingRefer): void;
  /** Answered 200. Absent: 405. */
  onMessage?(request: SipRequest): void;
}

/** Puts the extra lines into a message. */
export function addHeaders(message: SipMessage, headers: HeaderLines | undefined): void {
  if (headers === undefined) return;
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') message.append(name, value);
    else for (const line of value) message.append(name, line);
  }
}
