import { codeOfLeftMessage } from '../../core/messaging/message-codes.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { AttemptId, ContactId, JobId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Store } from '../../store/index.ts';
import type { AttemptRecord } from './attempt-record.ts';
import { openAttempts, releaseLeasesOf } from './attempt-statements.ts';
import { diedWithServer } from './completion-code.ts';
import type { JobSettings } from './job-settings.ts';
import type { ServerPresence } from './server-presence.ts';

/** An attempt whose server is gone. Its call may still be up at the carrier: the facts noted say which. */
export interface OrphanAttempt {
  readonly attempt: AttemptId;
  readonly job: JobId;
  readonly contact: ContactId;
  readonly address: string;
  readonly startedAt: number;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface AttemptRecoveryDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly record: AttemptRecord;
  readonly presence: ServerPresence;
  readonly settings: JobSettings;
  /**
   * Ends what is left of the orphans' calls, before they get their result. Answers, for those whose call may be up all the
   * same, the instant before which their contact must not be dialled again.
   */
  readonly endCalls?: ((orphans: readonly OrphanAttempt[]) => Promise<ReadonlyMap<AttemptId, number>>) | undefined;
}

/**
 * Gives every attempt that nobody looks after any more its one result. Two servers may recover at once: the store lets one
 * of them finish each attempt, and only that one gets it back as an orphan.
 */
export class AttemptRecovery {
  readonly #deps: AttemptRecoveryDeps;

  constructor(deps: AttemptRecoveryDeps) {
    this.#deps = deps;
  }

  /**
   * Attempts of dead servers; of this one, those that it does not know (`isOpenHere`, when given; asked after
   * the store was read, so an attempt counts as known from before its `begin`); and any that outlived the
   * job's longest call time. Leases of dead servers are given back too.
   */
  async recover(job: JobId | undefined, isOpenHere?: (attempt: AttemptId) => boolean): Promise<readonly OrphanAttempt[]> {
    const { store, clock, logger, presence, settings } = this.#deps;
    // The attempts first: a server that enters after this line has none among them.
    const open = await store.query(openAttempts, [job ?? null]);
    const living = await presence.living();
    const found: OrphanAttempt[] = [];
    for (const row of open) {
      const own = row.server_id === presence.id;
      const age = clock.now() - row.started_at;
      const known = own ? isOpenHere?.(row.id as AttemptId) : undefined;
      const strayHere = known === false;
      const tooOld = age > (await settings.of(row.job_id as JobId)).maxAttemptMs && known !== true;
      if (living.has(row.server_id) && !strayHere && !tooOld) continue;
      found.push({
        attempt: row.id as AttemptId, job: row.job_id as JobId, contact: String(row.contact_id) as ContactId,
        address: row.address, startedAt: row.started_at, facts: row.facts,
      });
    }
    const notBefore = found.length === 0 ? undefined : await this.#deps.endCalls?.(found);
    const orphans: OrphanAttempt[] = [];
    for (const orphan of found) if (await this.#conclude(orphan, notBefore?.get(orphan.attempt))) orphans.push(orphan);
    for (const server of await presence.known()) {
      if (living.has(server)) continue;
      const back = await store.query(releaseLeasesOf, [server]);
      await presence.forget(server);
      logger.warn({ server, leases: back.length }, 'a server is gone');
    }
    if (orphans.length > 0) logger.warn({ job, attempts: orphans.length }, 'attempts of a dead server were given their result');
    return orphans;
  }

  /** A person who was on the line without an agent (facts `person`, not `joined`) heard the line go dead: that is an abandoned call. */
  #conclude(orphan: OrphanAttempt, notBefore: number | undefined): Promise<boolean> {
    const { record, clock } = this.#deps;
    const answeredAt = orphan.facts['answeredAt'];
    return record.conclude({
      attempt: orphan.attempt,
      contact: orphan.contact,
      job: orphan.job,
      completionCode: codeOfLeftMessage(orphan.facts) ?? diedWithServer,
      startedAt: orphan.startedAt,
      endedAt: clock.now(),
      nuisance: orphan.facts['person'] === true && orphan.facts['joined'] !== true,
      // Who talked to an agent when the server died counts as reached, though the code speaks of the server.
      person: orphan.facts['person'] === true,
      times: {},
      exit: { how: 'server died' },
      ...(typeof answeredAt === 'number' ? { answeredAt } : {}),
    }, 'recovered', notBefore);
  }
}
