import type { Clock } from '../../kernel/clock.ts';
import type { SessionId } from '../../kernel/ids.ts';

interface Family {
  readonly root: SessionId;
  alive: number;
  /** New sessions it may still start at once. */
  tokens: number;
  at: number;
}

/** New sessions a family may start per second in the long run. */
const refillPerSecond = 5;

/**
 * A session, those it started, those they started, and so on: together they may have so many alive, and start so many per second, so
 * that a page that starts itself cannot fill the server.
 */
export class SessionFamilies {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #of = new Map<SessionId, Family>();

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  begin(session: SessionId): void {
    this.#of.set(session, { root: session, alive: 1, tokens: this.#limit, at: this.#clock.monotonic() });
  }

  /** Counts a child in; or says why not. */
  join(parent: SessionId, child: SessionId): string | undefined {
    const family = this.#of.get(parent);
    if (family === undefined) return 'the session is over';
    const now = this.#clock.monotonic();
    family.tokens = Math.min(this.#limit, family.tokens + ((now - family.at) / 1000) * refillPerSecond);
    family.at = now;
    if (family.alive > this.#limit) return `this session and its descendants already have ${family.alive - 1} child sessions`;
    if (family.tokens < 1) return 'this session and its descendants start child sessions too fast';
    family.tokens -= 1;
    family.alive += 1;
    this.#of.set(child, family);
    return undefined;
  }

  end(session: SessionId): void {
    const family = this.#of.get(session);
    if (family === undefined) return;
    family.alive -= 1;
    this.#of.delete(session);
  }

  get size(): number {
    return this.#of.size;
  }
}
