import type { DigitVia } from './media-node.ts';

/** A tone heard so soon after the event of the same key is of the same press. Milliseconds. */
const samePressMs = 250;

/**
 * Tells one key press of a phone from another: a press may come as an event (RFC 4733), as a tone in the audio, and by SIP INFO. A gateway
 * that sends the event and leaves the tone in the audio makes two of one; it is told once. Times are milliseconds of the thread's clock.
 */
export class KeyPresses {
  readonly #tell: (key: string, durationMs: number, via: DigitVia) => void;
  #eventKey = '';
  #eventEndedAt = Number.NEGATIVE_INFINITY;
  #infoUntil = Number.NEGATIVE_INFINITY;

  constructor(tell: (key: string, durationMs: number, via: DigitVia) => void) {
    this.#tell = tell;
  }

  /** An event has ended. */
  event(key: string, durationMs: number, nowMs: number): void {
    this.#eventKey = key;
    this.#eventEndedAt = nowMs;
    this.#tell(key, durationMs, 'rfc4733');
  }

  /** A tone was heard in the audio. `duringEvent`: an event goes on, whose end is going to tell the press. */
  tone(key: string, durationMs: number, nowMs: number, duringEvent: boolean): void {
    if (duringEvent) return;
    if (key === this.#eventKey && nowMs - this.#eventEndedAt < samePressMs + durationMs) return;
    this.#tell(key, durationMs, 'inband');
  }

  /** A digit came by SIP INFO. */
  info(key: string, durationMs: number, nowMs: number): void {
    this.#infoUntil = nowMs + durationMs;
    this.#tell(key, durationMs, 'info');
  }

  /** A key that came by SIP INFO is still down, as far as its duration says. */
  infoHolds(nowMs: number): boolean {
    return nowMs < this.#infoUntil;
  }

  /** Reads what is going to be needed, so that it is on its way from memory; the number means nothing. */
  preload(): number {
    return this.#infoUntil;
  }
}
