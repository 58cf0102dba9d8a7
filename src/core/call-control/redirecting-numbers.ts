import type { CallRedirection } from '../../signalling/signalling.ts';

/** `session.connection.redirect[n]` of VoiceXML 2.0 §5.1.4. */
export interface RedirectingNumber {
  readonly uri: string;
  /** Presentation. */
  readonly pi: 'allowed' | 'restricted';
  /** Screening: SIP does not tell. */
  readonly si: 'unknown';
  readonly reason: 'unknown' | 'user busy' | 'no reply' | 'deflection during alerting' | 'deflection immediate response' | 'mobile subscriber not reachable';
}

/** Reasons of Diversion (RFC 5806 §4) and statuses of History-Info (RFC 7044 §7) in VoiceXML's words. */
const reasons: Readonly<Record<string, RedirectingNumber['reason']>> = {
  'user-busy': 'user busy', 486: 'user busy', 600: 'user busy', 'no-answer': 'no reply', 408: 'no reply', 480: 'deflection during alerting', deflection: 'deflection during alerting', 487: 'deflection during alerting',
  unconditional: 'deflection immediate response', 302: 'deflection immediate response', 'follow-me': 'deflection immediate response',
  'out-of-service': 'mobile subscriber not reachable', unavailable: 'mobile subscriber not reachable', 503: 'mobile subscriber not reachable', 404: 'mobile subscriber not reachable',
};

/** The way of an inbound call, the number called first at its head. */
export const redirectingNumbers = (sentOn: readonly CallRedirection[]): readonly RedirectingNumber[] =>
  sentOn.map(({ uri, reason, private: hidden }) => ({ uri, pi: hidden ? 'restricted' : 'allowed', si: 'unknown', reason: reasons[reason?.toLowerCase() ?? ''] ?? 'unknown' }));
