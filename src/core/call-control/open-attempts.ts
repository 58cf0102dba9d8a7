import type { AttemptId, ConnectionId, JobId, SessionId } from '../../kernel/ids.ts';
import type { Attempt } from './attempt.ts';

/** The attempts that have no stored result yet, by what each is known by: its id, its driver session, and the first connection of that. */
export class OpenAttempts {
  readonly #byId = new Map<AttemptId, Attempt>();
  readonly #bySession = new Map<SessionId, Attempt>();
  readonly #byConnection = new Map<ConnectionId, Attempt>();

  get size(): number {
    return this.#byId.size;
  }

  add(attempt: Attempt): void {
    this.#byId.set(attempt.id, attempt);
    this.#bySession.set(attempt.session, attempt);
  }

  /** The attempt's session has a connection; the first is the customer's leg. */
  connect(attempt: Attempt, connection: ConnectionId): void {
    if (attempt.connection !== undefined) return;
    attempt.connection = connection;
    this.#byConnection.set(connection, attempt);
  }

  delete(attempt: Attempt): void {
    this.#byId.delete(attempt.id);
    this.#bySession.delete(attempt.session);
    if (attempt.connection !== undefined) this.#byConnection.delete(attempt.connection);
  }

  all(): Iterable<Attempt> {
    return this.#byId.values();
  }

  of(job: JobId): readonly Attempt[] {
    return [...this.#byId.values()].filter((attempt) => attempt.job === job);
  }

  find(id: AttemptId): Attempt | undefined {
    return this.#byId.get(id);
  }

  ofSession(session: SessionId): Attempt | undefined {
    return this.#bySession.get(session);
  }

  ofConnection(connection: ConnectionId): Attempt | undefined {
    return this.#byConnection.get(connection);
  }
}
