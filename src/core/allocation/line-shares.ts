import type { Allocation } from './job-sharing.ts';

/** What a job asks of something that all jobs share: outbound ports, a trunk's lines, a trunk's calls a second. */
export interface LineClaim {
  readonly job: string;
  readonly priority: number;
  /** Comes before the shares by priority. */
  readonly least: number;
  readonly allocation: Allocation;
  readonly inUse: number;
  /** In use and wanted beyond that. */
  readonly wants: number;
}

/**
 * Weighted max–min fairness (Bertsekas and Gallager, Data Networks, 6.5.2) with the priorities as weights: nobody gets more than it
 * wants; what one leaves, the others share; the least of each comes first. Shares need not be whole; their sum is at most `total`.
 */
export function lineShares(claims: readonly LineClaim[], total: number): ReadonlyMap<string, number> {
  const shares = new Map(claims.map(({ job }) => [job, 0]));
  const wanted = (claim: LineClaim): number => Math.max(claim.wants, claim.allocation === 'reserved' ? claim.least : 0);
  const first = claims.map((claim) => ({ claim, to: Math.min(claim.least, wanted(claim)) }));
  const left = fill(first, Math.max(0, total), shares);
  fill(claims.map((claim) => ({ claim, to: wanted(claim) })), left, shares);
  return shares;
}

/** Raises every share towards its goal, in proportion to the priorities; answers what is left of `amount`. */
function fill(goals: readonly { readonly claim: LineClaim; readonly to: number }[], amount: number, shares: Map<string, number>): number {
  let left = amount;
  let open = goals.filter(({ claim, to }) => to > (shares.get(claim.job) ?? 0));
  while (open.length > 0 && left > 1e-9) {
    const weights = open.reduce((sum, { claim }) => sum + claim.priority, 0);
    // By how much a unit of priority can rise until the first of them has what it wants, or nothing is left.
    const rise = Math.min(left / weights, ...open.map(({ claim, to }) => (to - (shares.get(claim.job) ?? 0)) / claim.priority));
    for (const { claim } of open) shares.set(claim.job, (shares.get(claim.job) ?? 0) + rise * claim.priority);
    left -= rise * weights;
    open = open.filter(({ claim, to }) => to - (shares.get(claim.job) ?? 0) > 1e-9);
  }
  return left;
}

/** How many more a job may take now: up to its share, and of what is in fact free. */
export function lineGrant(claims: readonly LineClaim[], total: number, job: string): number {
  const claim = claims.find((c) => c.job === job);
  if (claim === undefined) return 0;
  const free = total - claims.reduce((sum, { inUse }) => sum + inUse, 0);
  // A share of 0.9 of a line would never become one: it is rounded up, and `free` is the bound that holds for all.
  const share = Math.ceil((lineShares(claims, total).get(job) ?? 0) - 1e-6);
  return Math.max(0, Math.min(Math.floor(free), share - claim.inUse));
}
