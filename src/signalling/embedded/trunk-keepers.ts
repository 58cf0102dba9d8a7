import { createHash } from 'node:crypto';
import type { Clock, Timer } from '../../kernel/clock.ts';
import type { IdSource } from '../../kernel/ids.ts';
import { Registration } from '../../sip/registrar/registration.ts';
import type { Flow } from '../../sip/transport/flow.ts';
import type { UserAgent } from '../../sip/user-agent/user-agent.ts';
import type { Trunk } from './trunk.ts';
import { TrunkHealth } from './trunk-health.ts';

export interface TrunkKeepersDeps {
  readonly userAgent: UserAgent;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly onState: (trunk: Trunk, up: boolean, reason: string) => void;
}

/** Pings trunks, and registers at them, as each is configured. */
export class TrunkKeepers {
  readonly #deps: TrunkKeepersDeps;
  readonly #keepers: { start(): void; stop(): void; flowClosed?(flow: Flow): void }[] = [];

  constructor(deps: TrunkKeepersDeps) {
    this.#deps = deps;
  }

  add(trunk: Trunk): void {
    const { userAgent, clock, ids, onState } = this.#deps;
    const after = (delayMs: number, task: () => void): Timer => clock.after(delayMs, task);
    const { pingMs, register, username } = trunk.config;
    const state = (up: boolean, reason: string): void => onState(trunk, up, reason);
    if (pingMs !== undefined && pingMs > 0) this.#keepers.push(new TrunkHealth({ userAgent, trunk, after, onChange: state }));
    if (register !== true || username === undefined) return;
    this.#keepers.push(new Registration({
      userAgent, registrar: trunk.proxy, address: trunk.numberUri(username), digest: trunk.digest, contactUser: username,
      callId: ids.next('registration'), after,
      ...(trunk.config.expiresSeconds === undefined ? {} : { expiresSeconds: trunk.config.expiresSeconds }),
      // Over a datagram flow it would take STUN (RFC 5626 §4.4.2).
      instance: trunk.uri.transport === 'tcp' || trunk.uri.transport === 'tls' || trunk.uri.scheme === 'sips' ? instanceOf(trunk.numberUri(username)) : undefined,
      onState: ({ registered, status, reason }) => state(registered, registered ? 'registered' : `REGISTER: ${status} ${reason}`),
    }));
  }

  start(): void {
    for (const keeper of this.#keepers) keeper.start();
  }

  stop(): void {
    for (const keeper of this.#keepers) keeper.stop();
  }

  flowClosed(flow: Flow): void {
    for (const keeper of this.#keepers) keeper.flowClosed?.(flow);
  }
}

/** A name of this installation at a registrar that stays the same over restarts (RFC 5626 §4.1): a UUID of version 5's form. */
function instanceOf(address: string): string {
  const hex = createHash('sha256').update(`nailup ${address}`).digest('hex');
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
