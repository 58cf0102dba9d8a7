/** A message as it leaves: addresses and texts are final. */
export interface OutgoingMessage {
  /** The attempt's id: the same message, handed over again, can be known by it. */
  readonly id: string;
  /** A number in E.164, or a mail address. */
  readonly to: string;
  /** As the far end takes it: a number or a word, or a mail address with or without a name. */
  readonly from: string;
  readonly text: string;
  readonly subject?: string;
  readonly html?: string;
  readonly replyTo?: string;
}

/**
 * `sent`: the far end has taken it over. `bounced`: it refuses this address. `failed`: it certainly did not take it, and may later. `unknown`: it
 * may have it, because the connection broke before it answered; such a message is not sent again by itself.
 */
export type SendOutcome =
  | { readonly how: 'sent'; readonly detail: string }
  | { readonly how: 'bounced' | 'failed' | 'unknown'; readonly reason: string };

/** The port to whatever carries messages: one try, one outcome. Never rejects. */
export interface MessageSender {
  send(message: OutgoingMessage): Promise<SendOutcome>;
}
