import type { SipRequest } from './sip-message.ts';

/** Why a message was refused: a word for counters. */
export type MalformedReason =
  | 'keep-alive'
  | 'not-sip'
  | 'start-line'
  | 'version'
  | 'status-code'
  | 'header-line'
  | 'incomplete'
  | 'content-length'
  | 'head-too-large'
  | 'body-too-large'
  | 'too-many-headers'
  | 'missing-header'
  | 'duplicate-header'
  | 'bad-header'
  | 'method-mismatch'
  | 'bad-uri'
  | 'uri-scheme'
  | 'not-sip-address'
  | 'via-transport';

/** A message that does not parse or breaks a rule, and what the RFC asks to be done about it. */
export interface MalformedMessage {
  readonly reason: MalformedReason;
  /** One sentence for a log. */
  readonly detail: string;
  /** The final response to send; undefined: drop silently (a response, an ACK, no SIP at all). */
  readonly status: number | undefined;
  /** As much of the request as could be read, for `createResponse`; present whenever `status` is. */
  readonly request: SipRequest | undefined;
}
