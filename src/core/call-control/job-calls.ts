import type { JobId } from '../../kernel/ids.ts';
import type { ContactClass, PacingState } from '../pacing/pacing.ts';
import type { Attempt } from './attempt.ts';

/** A job's calls as its pacer sees them, `up`: all that are not over, those with a machine or an agent too; `unplaced`: those not dialled yet. */
export type CallsOfJob = PacingState['calls'] & { readonly ringingOf: readonly ContactClass[]; readonly up: number; readonly unplaced: number };

export function callsOfJob(attempts: Iterable<Attempt>, job: JobId, now: number): CallsOfJob {
  const ages = { ringing: [] as number[], classifying: [] as number[], waiting: [] as number[], ringingOf: [] as ContactClass[], up: 0, unplaced: 0 };
  for (const attempt of attempts) {
    if (attempt.job !== job) continue;
    if (attempt.phase !== 'over') ages.up += 1;
    // Its agent is there already: no idle one has to be.
    if (attempt.dialledBy !== undefined) {
      if (attempt.phase === 'ringing' && attempt.calls.length === 0) ages.unplaced += 1;
      continue;
    }
    if (attempt.phase === 'ringing' || attempt.phase === 'classifying' || attempt.phase === 'waiting') ages[attempt.phase].push(now - attempt.phaseSince);
    if (attempt.phase !== 'ringing') continue;
    ages.ringingOf.push(attempt.of);
    if (attempt.calls.length === 0) ages.unplaced += 1;
  }
  return ages;
}
