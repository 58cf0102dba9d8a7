import type { Timer } from '../../kernel/clock.ts';
import type { UserAgent } from '../../sip/user-agent/user-agent.ts';
import type { Trunk } from './trunk.ts';

export interface TrunkHealthOptions {
  readonly userAgent: UserAgent;
  readonly trunk: Trunk;
  after(delayMs: number, task: () => void): Timer;
  onChange(up: boolean, reason: string): void;
}

/** Asks a trunk with OPTIONS whether it lives. One answer makes it up, two silences in a row make it down. */
export class TrunkHealth {
  readonly #options: TrunkHealthOptions;
  #timer: Timer | undefined;
  #silences = 0;
  #known = false;
  #stopped = false;

  constructor(options: TrunkHealthOptions) {
    this.#options = options;
  }

  start(): void {
    this.#ping();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #ping(): void {
    const { userAgent, trunk } = this.#options;
    userAgent.request('OPTIONS', { target: trunk.proxy, from: { uri: trunk.callerUri(trunk.config.callerId ?? trunk.config.username ?? 'nailup') }, digest: trunk.digest }, ({ status, response, flow }) => {
      if (this.#stopped) return;
      if (flow !== undefined) trunk.addresses.add(flow.remoteAddress);
      // Any answer shows that it lives, also a 404 or 405; 503 and silence do not (RFC 3261 §21.5.4).
      if (response !== undefined && status !== 503) this.#answered(status);
      else this.#silent(status);
      this.#timer = this.#options.after(trunk.config.pingMs ?? 30_000, () => this.#ping());
    });
  }

  #answered(status: number): void {
    this.#silences = 0;
    this.#set(true, `OPTIONS answered ${status}`);
  }

  #silent(status: number): void {
    this.#silences += 1;
    if (this.#silences >= 2 || !this.#known) this.#set(false, status === 503 ? 'OPTIONS answered 503, or unreachable' : 'OPTIONS not answered');
  }

  #set(up: boolean, reason: string): void {
    const { trunk } = this.#options;
    if (this.#known && trunk.healthy === up) return;
    this.#known = true;
    trunk.healthy = up;
    this.#options.onChange(up, reason);
  }
}
