import type { Clock, Timer } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import { ownIdentity, processState } from '../../kernel/process-identity.ts';
import { instant, type Store } from '../../store/index.ts';
import { beat, forgetServer, selectServers } from './attempt-statements.ts';

const heartbeatMs = 5_000;
const deadAfterMs = 20_000;

/**
 * Which servers live. On the same machine a dead process is known at once; a server on another machine is taken for dead
 * when its heartbeat is 20 s old.
 */
export class ServerPresence {
  readonly id: string;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #timer: Timer | undefined;
  #beating: Promise<unknown> | undefined;
  #left = false;

  constructor(deps: { id: string; store: Store; clock: Clock; logger: Logger }) {
    this.id = deps.id;
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#logger = deps.logger;
  }

  async enter(): Promise<void> {
    await this.#beat();
    const again = (): void => {
      if (this.#left) return;
      this.#timer = this.#clock.after(heartbeatMs, () => {
        this.#beating = this.#beat().catch((error: unknown) => this.#logger.warn({ error: String(error) }, 'heartbeat not stored')).finally(again);
      });
    };
    again();
  }

  /** Says goodbye: what this server still holds is taken for lost from now on. */
  async leave(): Promise<void> {
    this.#left = true;
    this.#timer?.cancel();
    await this.#beating;
    await this.#store.query(forgetServer, [this.id]);
  }

  /** A server that never entered, or left, is not alive. */
  async living(): Promise<ReadonlySet<string>> {
    const now = this.#clock.now();
    const rows = await this.#store.query(selectServers);
    return new Set(rows.filter((row) => {
      const state = processState(row.process);
      return state === 'alive' || (state === 'unknown' && now - row.heartbeat_at <= deadAfterMs);
    }).map((row) => row.id));
  }

  async known(): Promise<readonly string[]> {
    return (await this.#store.query(selectServers)).map((row) => row.id);
  }

  async forget(server: string): Promise<void> {
    await this.#store.query(forgetServer, [server]);
  }

  #beat(): Promise<unknown> {
    return this.#store.query(beat, [this.id, ownIdentity(), instant(this.#clock.now())]);
  }
}
