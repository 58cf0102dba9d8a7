/** `reserved`: a job's minimums are kept for it even while it has no use for them. `dynamic`: what it cannot use goes to others meanwhile. */
export type Allocation = 'reserved' | 'dynamic';

/** How a job shares agents and lines with the other jobs of the server. Can be changed while it runs. */
export interface JobSharing {
  /** 1–10; higher gets more, in proportion. */
  readonly priority: number;
  readonly minAgents: number;
  /** Absent: no bound. */
  readonly maxAgents?: number;
  /** Outbound calls at once that it is given first. */
  readonly minPorts: number;
  readonly allocation: Allocation;
}

export const defaultSharing: JobSharing = { priority: 5, minAgents: 0, minPorts: 0, allocation: 'dynamic' };

/** What is wrong with it, as `field: what`, or undefined. */
export function sharingFault(given: Readonly<Record<keyof JobSharing, unknown>>): string | undefined {
  const whole = (field: 'priority' | 'minAgents' | 'maxAgents' | 'minPorts', from: number, to: number): string | undefined => {
    const value = given[field];
    return Number.isInteger(value) && (value as number) >= from && (value as number) <= to ? undefined : `${field}: ${JSON.stringify(value)} is not a whole number from ${from} to ${to}`;
  };
  const fault = whole('priority', 1, 10) ?? whole('minAgents', 0, 10_000) ?? (given.maxAgents === undefined ? undefined : whole('maxAgents', 0, 10_000)) ?? whole('minPorts', 0, 100_000);
  if (fault !== undefined) return fault;
  if (given.allocation !== 'reserved' && given.allocation !== 'dynamic') return `allocation: ${JSON.stringify(given.allocation)} is not reserved or dynamic`;
  if (given.maxAgents !== undefined && (given.maxAgents as number) < (given.minAgents as number)) return `maxAgents: ${String(given.maxAgents)} is below minAgents ${String(given.minAgents)}`;
  return undefined;
}
