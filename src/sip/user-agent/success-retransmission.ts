import { WheelTimer, type WheelTimerOwner } from '../transaction/timer-wheel.ts';
import type { InviteServerTransaction } from '../transaction/invite-server-transaction.ts';
import type { UserAgentContext } from './user-agent-context.ts';

/** Repeats a 2xx to an INVITE until its ACK comes, over reliable transports too (RFC 3261 §13.3.1.4). */
export class SuccessRetransmission implements WheelTimerOwner {
  readonly #context: UserAgentContext;
  readonly #transaction: InviteServerTransaction;
  readonly #bytes: Buffer;
  readonly #onGivenUp: () => void;
  readonly #again = new WheelTimer(this, 'again');
  readonly #deadline = new WheelTimer(this, 'deadline');
  #interval: number;

  constructor(context: UserAgentContext, transaction: InviteServerTransaction, bytes: Buffer, onGivenUp: () => void) {
    this.#context = context;
    this.#transaction = transaction;
    this.#bytes = bytes;
    this.#onGivenUp = onGivenUp;
    this.#interval = context.timers.t1;
    context.wheel.start(this.#again, this.#interval);
    context.wheel.start(this.#deadline, 64 * context.timers.t1);
  }

  stop(): void {
    this.#context.wheel.stop(this.#again);
    this.#context.wheel.stop(this.#deadline);
  }

  onTimer(name: string): void {
    if (name === 'deadline') {
      this.stop();
      return this.#onGivenUp();
    }
    this.#transaction.repeat(this.#bytes);
    this.#interval = Math.min(this.#interval * 2, this.#context.timers.t2);
    this.#context.wheel.start(this.#again, this.#interval);
  }
}
