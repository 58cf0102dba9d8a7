import type { AttemptResult, CallQuality, OutcomeSink } from '../../core/ports.ts';
import type { AttemptId, ContactId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { NailupError } from '../../kernel/nailup-error.ts';
import { instant, type Queryable, type Store } from '../../store/index.ts';
import { appendEvent, beginAttempt, countPerson, finishAttempt, noteFacts, noteQuality, selectAttempt, stepContact } from './attempt-statements.ts';
import { attemptInProgress, type CompletionCode } from './completion-code.ts';
import type { JobSettings } from './job-settings.ts';
import { nextStep } from './retry-policy.ts';

export interface DoNotCallSink {
  add(entry: { address: string; contact?: ContactId; source: string; at: number }): Promise<void>;
}

export interface AttemptRecordDeps {
  readonly store: Store;
  readonly logger: Logger;
  readonly server: string;
  readonly settings: JobSettings;
  readonly doNotCall: DoNotCallSink;
}

/** Writes attempts down: begun before anything is dialled, finished exactly once, whoever claims it and however often. */
export class AttemptRecord implements OutcomeSink {
  readonly #deps: AttemptRecordDeps;

  constructor(deps: AttemptRecordDeps) {
    this.#deps = deps;
  }

  /** @throws NailupError ATTEMPT_ALREADY_OPEN, ATTEMPT_NOT_LEASED; the contact is then still where it was. */
  async begin({ attempt, contact, startedAt, facts = {} }: Parameters<OutcomeSink['begin']>[0]): Promise<void> {
    const { store, server } = this.#deps;
    const values = [contact.job, contact.contact, server, instant(contact.leaseExpiresAt), attempt, instant(startedAt), contact.address, facts];
    let begun: unknown[];
    try {
      begun = await store.query(beginAttempt, values);
    } catch (error) {
      const { code, constraint } = error as { code?: string; constraint?: string };
      if (code === '23505' && constraint !== 'attempt_pkey') {
        throw new NailupError('ATTEMPT_ALREADY_OPEN', `${constraint === 'attempt_open_address' ? 'the address' : 'the contact'} has an unfinished attempt`, { place: `contact ${contact.contact}`, cause: error });
      }
      // The connection may have broken after the commit.
      if (!(await this.#exists(attempt))) throw error;
      return;
    }
    if (begun.length > 0) return;
    throw new NailupError('ATTEMPT_NOT_LEASED', 'the contact\'s lease is over, or its job does not run', { place: `contact ${contact.contact}` });
  }

  async note(attempt: AttemptId, facts: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#deps.store.query(noteFacts, [attempt, facts]);
  }

  async heard(attempt: AttemptId, quality: CallQuality): Promise<void> {
    await this.#deps.store.query(noteQuality, [attempt, quality.call, quality]);
  }

  finish(result: AttemptResult): Promise<boolean> {
    return this.conclude(result, 'finished');
  }

  addToDoNotCall(entry: { address: string; contact?: ContactId; source: string; at: number }): Promise<void> {
    return this.#deps.doNotCall.add(entry);
  }

  /** The result, the contact's next step (not due before `notBefore`), the ledger and the log, in one transaction. */
  async conclude(result: AttemptResult, kind: 'finished' | 'recovered', notBefore = 0): Promise<boolean> {
    const { store, settings, server } = this.#deps;
    if (result.completionCode === attemptInProgress || result.completionCode === '') throw new Error(`"${result.completionCode}" is no result of attempt ${result.attempt}`);
    const code = (await settings.codesOf(result.job)).get(result.completionCode);
    const { retries } = await settings.of(result.job);
    let tries = 0;
    return store.transaction(async (tx) => {
      tries += 1;
      const person = isPerson(result, code);
      const values = [
        result.attempt, result.completionCode, person, result.nuisance, result.answeredAt === undefined ? null : instant(result.answeredAt),
        instant(result.endedAt), result.agent ?? null, result.sipStatus ?? null, result.times, result.exit, kind, server,
      ];
      const [ended] = await tx.query(finishAttempt, values);
      if (ended === undefined) return this.#refused(tx, result, kind, tries > 1);
      if (ended.state === 'attempting' && ended.attempts !== null && ended.retries !== null) {
        const next = nextStep(retries, code, { attempts: ended.attempts, used: ended.retries, endedAt: result.endedAt });
        const again = next.state === 'waiting';
        await tx.query(stepContact, [ended.job_id, ended.contact_id, next.state, again ? instant(Math.max(next.dueAt, notBefore)) : null, result.completionCode, again]);
      }
      // Last, because every attempt of a campaign that ends in the same minute waits for this row.
      if (person) await tx.query(countPerson, [ended.campaign_id, instant(result.answeredAt ?? result.endedAt), isAbandoned(result) ? 1 : 0]);
      return true;
    }, { repeatable: true });
  }

  /** Somebody was first. When that was this very call, whose commit was answered by a broken connection, it counts. */
  async #refused(tx: Queryable, result: AttemptResult, kind: 'finished' | 'recovered', again: boolean): Promise<boolean> {
    const { server, logger } = this.#deps;
    const [known] = await tx.query(selectAttempt, [result.attempt]);
    if (known === undefined) {
      logger.error({ attempt: result.attempt }, 'a result came for an attempt that was never begun');
      return false;
    }
    if (again && known.completion_code === result.completionCode && known.ended_at === result.endedAt) return true;
    // Another recovery, or the server itself after all, came first: nobody claims a second result.
    if (kind === 'recovered') return false;
    await tx.query(appendEvent, [result.attempt, known.job_id, known.contact_id, 'finish_refused', result.completionCode, server, instant(result.endedAt)]);
    logger.warn({ attempt: result.attempt, has: known.completion_code, claimed: result.completionCode }, 'a second result was refused');
    return false;
  }

  async #exists(attempt: AttemptId): Promise<boolean> {
    return (await this.#deps.store.query(selectAttempt, [attempt])).length > 0;
  }
}

/**
 * Whether a person answered: somebody heard the safe-harbour message, talked to an agent, or was recognised. A person who
 * hangs up while waiting ends with `Disconnected_By_User` after a verdict; machines end with a code of their own.
 */
export function isPerson(result: Pick<AttemptResult, 'nuisance' | 'person' | 'agent' | 'completionCode' | 'times'>, code: CompletionCode): boolean {
  if (result.nuisance || result.person === true) return true;
  if (code.machine === true) return false;
  return code.human === true || result.agent !== undefined || (result.completionCode === 'Disconnected_By_User' && result.times['verdict'] !== undefined);
}

/** Whether a person counts as abandoned: heard the safe-harbour message, or gave up while waiting for an agent (a verdict, and nobody talked). */
export function isAbandoned(result: Pick<AttemptResult, 'nuisance' | 'agent' | 'times'>): boolean {
  return result.nuisance || (result.agent === undefined && result.times['verdict'] !== undefined);
}
