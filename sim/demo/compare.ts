import type { CallTruth } from '../carrier/callee.ts';
import type { AttemptRow } from './operator.ts';

/** What the server took the callee for. */
export type Belief = 'person' | 'machine' | 'fax' | 'tone' | 'hung-up' | 'not-answered' | 'error';

export interface Matched {
  readonly truth: CallTruth;
  readonly attempt: AttemptRow;
}

export interface Comparison {
  readonly matched: readonly Matched[];
  /** Calls that reached the carrier and belong to no attempt, and answered attempts that the carrier knows nothing of. */
  readonly unaccounted: number;
  /** truth → belief → count. */
  readonly table: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const slackMs = 2_000;
/** Instants are whole milliseconds in both processes. */
const clockSlackMs = 20;

/** Lays the carrier's truth beside the server's belief, call by call (same number, overlapping in time). */
export function compare(truths: readonly CallTruth[], attempts: readonly AttemptRow[]): Comparison {
  const byNumber = new Map<string, AttemptRow[]>();
  for (const attempt of attempts) byNumber.set(attempt.address, [...(byNumber.get(attempt.address) ?? []), attempt]);
  const used = new Set<string>();
  const matched: Matched[] = [];
  const table: Record<string, Record<string, number>> = {};
  let unaccounted = 0;
  for (const truth of truths) {
    // The latest that had begun when the INVITE came: an attempt whose server died may never have reached the carrier.
    const attempt = (byNumber.get(truth.number) ?? []).findLast(
      (a) => !used.has(a.id) && truth.invitedAt >= a.startedAt - clockSlackMs && (a.endedAt === null || truth.invitedAt <= a.endedAt + slackMs),
    );
    if (attempt === undefined) {
      unaccounted += 1;
      continue;
    }
    used.add(attempt.id);
    matched.push({ truth, attempt });
    const row = (table[truth.kind] ??= {});
    const belief = beliefOf(attempt);
    row[belief] = (row[belief] ?? 0) + 1;
  }
  for (const attempt of attempts) if (attempt.answeredAt !== null && !used.has(attempt.id)) unaccounted += 1;
  return { matched, unaccounted, table };
}

export function beliefOf(attempt: AttemptRow): Belief {
  // An agent's own code overwrites the page's; the page's stays among the exit values.
  const code = typeof attempt.exit['completioncode'] === 'string' ? attempt.exit['completioncode'] : attempt.completionCode;
  if (attempt.agent !== null || attempt.nuisance || code === 'Answer_Human') return 'person';
  if (code === 'Answer_Machine') return 'machine';
  if (code === 'Answer_Fax') return 'fax';
  if (code === 'SIT_Tone' || (attempt.answeredAt !== null && (code === 'Call_Busy' || code === 'Reorder_Tone'))) return 'tone';
  if (code === 'Disconnected_By_User') return 'hung-up';
  if (code === 'Application_Error' || code === 'Disconnected_By_System') return 'error';
  return 'not-answered';
}

/** Share of calls of a kind that were taken for it. Calls that ended before a verdict could be had count neither way. */
export function rightShare(table: Comparison['table'], kind: 'person' | 'machine'): number {
  const row = table[kind] ?? {};
  const judged = Object.entries(row).filter(([belief]) => belief !== 'hung-up' && belief !== 'error').reduce((sum, [, n]) => sum + n, 0);
  return judged === 0 ? 1 : (row[kind] ?? 0) / judged;
}
