import { lineGrant, type LineClaim } from '../allocation/line-shares.ts';
import { defaultSharing, type JobSharing } from '../allocation/job-sharing.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { JobId } from '../../kernel/ids.ts';

export interface SharedLinesDeps {
  readonly clock: Clock;
  /** What a trunk still takes now: lines, and INVITEs in this window. */
  readonly trunkRoom: (trunk: string) => { readonly lines: number; readonly invites: number };
  /** The trunk's rolling window of INVITEs, milliseconds. */
  readonly windowMs: (trunk: string) => number;
  /** Outbound calls at once that the licence allows, over all jobs and trunks; Infinity without a bound. */
  readonly ports: number;
}

/** What a job may still dial now, and what bounds it. */
export interface LineRoom {
  readonly dials: number;
  readonly bound: 'ports' | 'trunk lines' | 'trunk calls a second' | 'share of the ports' | 'share of the lines' | 'share of the calls a second';
}

interface Sharer {
  readonly trunk: string;
  sharing: JobSharing;
  inUse: number;
  /** Of these, the ones that have not reached the trunk yet: it does not count them. */
  unplaced: number;
  /** Took all it was given at its last look: it wants more. */
  hungry: boolean;
  lookedAt: number;
  readonly invites: number[];
}

/** A job that has not asked for so long wants nothing. */
const staleMs = 3_000;

/** Shares the outbound ports of the server and the lines and calls a second of its trunks among the jobs that dial. */
export class SharedLines {
  readonly #deps: SharedLinesDeps;
  readonly #jobs = new Map<JobId, Sharer>();

  constructor(deps: SharedLinesDeps) {
    this.#deps = deps;
  }

  open(job: JobId, trunk: string, sharing: JobSharing = defaultSharing): void {
    this.#jobs.set(job, { trunk, sharing, inUse: 0, unplaced: 0, hungry: false, lookedAt: this.#deps.clock.monotonic(), invites: [] });
  }

  share(job: JobId, sharing: JobSharing): void {
    const sharer = this.#jobs.get(job);
    if (sharer !== undefined) sharer.sharing = sharing;
  }

  close(job: JobId): void {
    this.#jobs.delete(job);
  }

  /** `inUse`: calls of the job that are up or on their way; `unplaced`: of these, the ones whose INVITE has not been sent. */
  room(job: JobId, inUse: number, unplaced = 0): LineRoom {
    const own = this.#jobs.get(job);
    if (own === undefined) return { dials: 0, bound: 'ports' };
    const now = this.#deps.clock.monotonic();
    own.inUse = inUse;
    own.unplaced = unplaced;
    own.lookedAt = now;
    const everybody = [...this.#jobs];
    const onTrunk = everybody.filter(([, { trunk }]) => trunk === own.trunk);
    const windowMs = this.#deps.windowMs(own.trunk);
    for (const [, { invites }] of onTrunk) while (invites[0] !== undefined && invites[0] <= now - windowMs) invites.shift();
    const held = (sharers: readonly (readonly [JobId, Sharer])[], of: (sharer: Sharer) => number): number => sharers.reduce((sum, [, sharer]) => sum + of(sharer), 0);
    const trunk = this.#deps.trunkRoom(own.trunk);
    const coming = held(onTrunk, (s) => s.unplaced);
    const lines = trunk.lines - coming;
    const invites = trunk.invites - coming;
    const grant = (sharers: readonly (readonly [JobId, Sharer])[], free: number, of: (sharer: Sharer) => number, least: (sharer: Sharer) => number): number => {
      if (!Number.isFinite(free)) return Number.MAX_SAFE_INTEGER;
      const total = free + held(sharers, of);
      const claims = sharers.map(([id, sharer]): LineClaim => ({
        job: id, priority: sharer.sharing.priority, allocation: sharer.sharing.allocation, least: least(sharer), inUse: of(sharer),
        wants: id === job || (sharer.hungry && now - sharer.lookedAt < staleMs) ? total : of(sharer),
      }));
      return lineGrant(claims, total, job);
    };
    const freePorts = this.#deps.ports - held(everybody, (s) => s.inUse);
    const rooms: LineRoom[] = [
      { dials: freePorts, bound: 'ports' },
      { dials: lines, bound: 'trunk lines' },
      { dials: invites, bound: 'trunk calls a second' },
      { dials: grant(everybody, freePorts, (s) => s.inUse, (s) => s.sharing.minPorts), bound: 'share of the ports' },
      { dials: grant(onTrunk, lines, (s) => s.inUse, (s) => s.sharing.minPorts), bound: 'share of the lines' },
      { dials: grant(onTrunk, invites, (s) => s.invites.length, () => 0), bound: 'share of the calls a second' },
    ];
    const tightest = rooms.reduce((least, room) => (room.dials < least.dials ? room : least));
    return { ...tightest, dials: Math.max(0, tightest.dials) };
  }

  /** The job dials so many, of the room it was given. */
  dialled(job: JobId, count: number, room: LineRoom): void {
    const own = this.#jobs.get(job);
    if (own === undefined) return;
    const now = this.#deps.clock.monotonic();
    own.hungry = count >= room.dials;
    own.inUse += count;
    own.unplaced += count;
    for (let i = 0; i < count; i++) own.invites.push(now);
  }
}
