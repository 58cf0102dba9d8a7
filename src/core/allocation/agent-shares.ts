import type { Allocation } from './job-sharing.ts';

/** What a job asks of the agents that all jobs share. */
export interface AgentClaim {
  readonly job: string;
  /** 1–10: of two jobs that both want more, one with twice the priority gets twice the agents. */
  readonly priority: number;
  readonly minAgents: number;
  /** Absent: no bound. */
  readonly maxAgents?: number;
  readonly allocation: Allocation;
  /** Agents that it could use now: those who are busy for it, and the contacts that could be dialled. */
  readonly need: number;
  /** How long it has needed agents and had none, milliseconds. */
  readonly withoutMs: number;
  /** Jobs of one licence share that licence's number of agents. */
  readonly licence?: string;
}

/** A job that waits for its first agent counts once more for each of these: its turn comes, whatever its priority. */
export const turnMs = 60_000;

/**
 * How many agents each job is to have. In this order: one for every job in need (with fewer agents than such jobs by priority, times
 * the turns waited, so that every job has its turn); the minimums, by priority; the rest by highest averages (Jefferson, d'Hondt) with the priorities as weights, so that one agent more or less never
 * shifts several. Nobody gets more than need, maximum and licence allow; a reserved minimum counts as need.
 *
 * The sum of the shares is at most `agents`.
 */
export function agentShares(claims: readonly AgentClaim[], agents: number, licences: Readonly<Record<string, number>> = {}): ReadonlyMap<string, number> {
  const shares = new Map(claims.map(({ job }) => [job, 0]));
  const licensed = new Map(Object.entries(licences));
  let left = Math.max(0, Math.floor(agents));
  const most = (claim: AgentClaim): number => {
    const use = Math.max(claim.need, claim.allocation === 'reserved' ? claim.minAgents : 0);
    return Math.min(use, claim.maxAgents ?? Number.POSITIVE_INFINITY);
  };
  const has = (claim: AgentClaim): number => shares.get(claim.job) ?? 0;
  const open = (claim: AgentClaim): boolean => left > 0 && has(claim) + 1 <= most(claim) && (claim.licence === undefined || (licensed.get(claim.licence) ?? Number.POSITIVE_INFINITY) >= 1);
  const give = (claim: AgentClaim): void => {
    shares.set(claim.job, has(claim) + 1);
    left -= 1;
    const of = claim.licence === undefined ? undefined : licensed.get(claim.licence);
    if (claim.licence !== undefined && of !== undefined) licensed.set(claim.licence, of - 1);
  };

  const urgency = ({ priority, withoutMs }: AgentClaim): number => priority * (1 + Math.floor(withoutMs / turnMs));
  // Of equals, the one that has an agent keeps him; then the one that has waited longest.
  const byUrgency = [...claims].sort((a, b) => urgency(b) - urgency(a) || Number(a.withoutMs > 0) - Number(b.withoutMs > 0) || b.withoutMs - a.withoutMs || compareText(a.job, b.job));
  for (const claim of byUrgency) if (claim.need >= 1 && open(claim)) give(claim);
  const byPriority = [...claims].sort((a, b) => b.priority - a.priority || compareText(a.job, b.job));
  for (const claim of byPriority) while (has(claim) < claim.minAgents && open(claim)) give(claim);
  for (;;) {
    let best: AgentClaim | undefined;
    for (const claim of byPriority) {
      if (open(claim) && (best === undefined || claim.priority * (has(best) + 1) > best.priority * (has(claim) + 1))) best = claim;
    }
    if (best === undefined) return shares;
    give(best);
  }
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
