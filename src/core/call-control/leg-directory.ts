import type { ConnectionId, MediaId, SessionId } from '../../kernel/ids.ts';
import type { ConnectionLeg } from './connection-leg.ts';

/** Whose leg a media node is. */
export interface LegCall {
  readonly connection: ConnectionId;
  /** The session that placed the call. */
  readonly session?: SessionId;
  readonly direction: 'inbound' | 'outbound';
  /** The far end's address. */
  readonly remote: string;
}

/** As many legs that are over as the media plane tells figures of. */
const keptOver = 1000;

/** Which call each leg of the media plane belongs to, also for a while after its end. */
export class LegDirectory {
  readonly #calls = new Map<MediaId, LegCall>();
  readonly #over: MediaId[] = [];

  add({ id, node, facts }: Pick<ConnectionLeg, 'id' | 'node' | 'facts'>, session?: SessionId): void {
    this.#calls.set(node, { connection: id, ...(session === undefined ? {} : { session }), direction: facts.originator === 'local' ? 'outbound' : 'inbound', remote: facts.remote });
  }

  /** `heard`: it had media, which the media plane tells of. */
  ended(node: MediaId, heard: boolean): void {
    if (heard) this.#over.push(node);
    else this.#calls.delete(node);
    const oldest = this.#over.length > keptOver ? this.#over.shift() : undefined;
    if (oldest !== undefined) this.#calls.delete(oldest);
  }

  of(node: MediaId): LegCall | undefined {
    return this.#calls.get(node);
  }
}
