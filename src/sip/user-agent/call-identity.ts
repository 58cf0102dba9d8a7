import { createHash } from 'node:crypto';
import { MAGIC_COOKIE } from '../message/via.ts';

/**
 * What identifies an INVITE of ours on the wire, derived from a token that outlives the process: whoever knows the token can end
 * the call later (CANCEL: RFC 3261 §9.1; BYE), although the process that placed it is gone.
 */
export interface CallIdentity {
  readonly callId: string;
  /** From tag. */
  readonly tag: string;
  /** Via branch of the INVITE with that CSeq number. */
  branch(sequence: number): string;
}

/** One token names one INVITE and its repetitions (digest, redirection of transport); another call needs another token. */
export function callIdentity(token: string): CallIdentity {
  return identityOfCallId(hash(`call-id ${token}`));
}

/** Tag and branch follow from the Call-ID, so that a response shows by itself that its INVITE was one of ours. */
export function identityOfCallId(callId: string): CallIdentity {
  const prefix = `${MAGIC_COOKIE}${hash(`branch ${callId}`)}.`;
  return { callId, tag: hash(`tag ${callId}`), branch: (sequence) => prefix + String(sequence) };
}

/** 96 bits: as hard to guess as the token is (RFC 3261 §19.3). */
const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);
