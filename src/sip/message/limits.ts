/** What a message may cost before it is refused. Sizes in octets. */
export interface MessageLimits {
  /** Start line and headers together. */
  readonly headBytes: number;
  readonly bodyBytes: number;
  readonly headerCount: number;
}

/** Generous for real traffic: a datagram always fits. */
export const DEFAULT_LIMITS: MessageLimits = { headBytes: 65_535, bodyBytes: 1_048_576, headerCount: 256 };
