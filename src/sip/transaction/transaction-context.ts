import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { SipCounters } from '../transport/sip-counters.ts';
import type { SipTimers } from './sip-timers.ts';
import type { TimerWheel } from './timer-wheel.ts';

/** What every transaction needs of its layer. */
export interface TransactionContext {
  readonly wheel: TimerWheel;
  readonly timers: SipTimers;
  readonly counters: SipCounters;
  /** The transaction is over: forget its key. */
  forget(key: string, mergeKey?: string): void;
}

/** Who started a client transaction. */
export interface ClientTransactionUser {
  onResponse(response: SipResponse): void;
  /** Timer B or F: no final response came (RFC 3261 §8.1.3.1: like a 408). */
  onTimeout(): void;
  /** Like a 503. */
  onTransportError(error: Error): void;
}

/** Who answers a server transaction; set by the transaction user when it takes the request. */
export interface ServerTransactionUser {
  /** ACK to a 2xx that came with the INVITE's own branch (RFC 6026 §7.1). */
  onAck?(ack: SipRequest): void;
  /** Timer H: our final response was never acknowledged. */
  onTimeout?(): void;
  onTransportError?(error: Error): void;
  /** A CANCEL for this INVITE; it has been answered with 200 (RFC 3261 §9.2). */
  onCancel?(cancel: SipRequest): void;
}
