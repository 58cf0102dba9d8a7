/** Completion codes of messages, by channel. */
export const messageCodes = {
  sms: { sent: 'SMS Sent', delivered: 'SMS Delivered', bounced: 'SMS Failed', failed: 'SMS Failed' },
  email: { sent: 'Email Sent', delivered: 'Email Delivered', bounced: 'Email Bounced', failed: 'Email Failed' },
} as const;

/** Nobody knows whether it arrived. */
export const outcomeUnknown = 'Unknown';

/**
 * How far a message had come, as it is noted with its attempt. `recorded`: nothing has left; `sending`: it may have; `sent`: it was taken
 * over, and its delivery is waited for.
 */
export interface MessageFacts {
  readonly message: 'recorded' | 'sending' | 'sent';
  readonly channel: keyof typeof messageCodes;
}

/** Of a message whose server died, by what was noted; undefined: it is no message, or nothing of it has left. */
export function codeOfLeftMessage(facts: Readonly<Record<string, unknown>>): string | undefined {
  if (facts['message'] === 'sending') return outcomeUnknown;
  if (facts['message'] === 'sent') return messageCodes[facts['channel'] === 'email' ? 'email' : 'sms'].sent;
  return undefined;
}
