import type { NailRecord } from '../../core/ports.ts';
import type { AgentId } from '../../kernel/ids.ts';
import type { Clock } from '../../kernel/clock.ts';
import { instant, statement, type Store } from '../../store/index.ts';

/** A leg of a server that is gone. `facts` as call control noted them. */
export interface OrphanNail {
  readonly identity: string;
  readonly agent: AgentId;
  readonly address: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

const begin = statement('agents.begin-nail', 'INSERT INTO nailed_leg (identity, server_id, agent, address, started_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (identity) DO NOTHING', { repeatable: true });
const note = statement('agents.note-nail', 'UPDATE nailed_leg SET facts = facts || $2::jsonb WHERE identity = $1', { repeatable: true });
const end = statement('agents.end-nail', 'DELETE FROM nailed_leg WHERE identity = $1', { repeatable: true });
const all = statement<{ identity: string; server_id: string; agent: string; address: string; facts: Record<string, unknown> }>(
  'agents.nails', 'SELECT identity, server_id, agent, address, facts FROM nailed_leg ORDER BY started_at', { repeatable: true },
);

/** The nailed legs of all servers, in the store. */
export class StoredNails implements NailRecord {
  readonly #deps: { readonly store: Store; readonly clock: Clock; readonly server: string };

  constructor(deps: { store: Store; clock: Clock; server: string }) {
    this.#deps = deps;
  }

  async begin(leg: { identity: string; agent: AgentId; address: string }): Promise<void> {
    const { store, clock, server } = this.#deps;
    await store.query(begin, [leg.identity, server, leg.agent, leg.address, instant(clock.now())]);
  }

  async note(identity: string, facts: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#deps.store.query(note, [identity, facts]);
  }

  async end(identity: string): Promise<void> {
    await this.#deps.store.query(end, [identity]);
  }

  /** Legs of servers that are not among the living. */
  async orphans(living: ReadonlySet<string>): Promise<readonly OrphanNail[]> {
    const rows = await this.#deps.store.query(all);
    return rows.filter((row) => !living.has(row.server_id)).map(({ identity, agent, address, facts }) => ({ identity, agent: agent as AgentId, address, facts }));
  }
}
