/** RFC 3261 §17.1.1.1 and table 4; milliseconds. */
export interface SipTimers {
  /** Round-trip estimate. */
  readonly t1: number;
  /** Cap of the retransmission interval of non-INVITE requests and of responses to INVITE. */
  readonly t2: number;
  /** How long a message may live in the network. */
  readonly t4: number;
  /** Timer D: how long an INVITE client answers repeated final responses over an unreliable transport. At least 32 s. */
  readonly d: number;
}

export const defaultSipTimers: SipTimers = { t1: 500, t2: 4_000, t4: 5_000, d: 32_000 };
