import { defaultSharing, type JobSharing } from '../../../../src/core/allocation/job-sharing.ts';
import { SharedLines } from '../../../../src/core/call-control/shared-lines.ts';
import { SimulatedClock } from '../../../../src/kernel/clock.ts';
import type { JobId } from '../../../../src/kernel/ids.ts';

const [a, b] = ['job-a', 'job-b'] as [JobId, JobId];
const sharing = (more: Partial<JobSharing> = {}): JobSharing => ({ ...defaultSharing, ...more });

/** A trunk with its own count, as signalling keeps it, and jobs that dial all they may. */
function setUp(given: { lines?: number; invites?: number; ports?: number }) {
  const clock = new SimulatedClock();
  const up = new Map<JobId, number>();
  const sent: number[] = [];
  const trunkLines = given.lines ?? 1_000;
  const perSecond = given.invites ?? 1_000;
  const total = (): number => [...up.values()].reduce((x, y) => x + y, 0);
  const lines = new SharedLines({
    clock, ports: given.ports ?? Number.POSITIVE_INFINITY, windowMs: () => 1_000,
    trunkRoom: () => ({ lines: trunkLines - total(), invites: perSecond - sent.filter((at) => at > clock.monotonic() - 1_000).length }),
  });
  const dial = (job: JobId, wanted: number): { dials: number; bound: string } => {
    const room = lines.room(job, up.get(job) ?? 0);
    const n = Math.min(wanted, room.dials);
    lines.dialled(job, n, room);
    up.set(job, (up.get(job) ?? 0) + n);
    for (let i = 0; i < n; i++) sent.push(clock.monotonic());
    // The INVITEs are out: the trunk counts them from here on.
    lines.room(job, up.get(job) ?? 0);
    return { dials: n, bound: room.bound };
  };
  const end = (job: JobId, n: number): void => void up.set(job, Math.max(0, (up.get(job) ?? 0) - n));
  return { clock, lines, dial, end, up };
}

describe('SharedLines', () => {
  it('gives one job the whole trunk, and says what keeps it from more', () => {
    const { lines, dial } = setUp({ lines: 30 });
    lines.open(a, 'carrier');
    expect(dial(a, 50).dials).toBe(30);
    expect(dial(a, 1)).toEqual({ dials: 0, bound: 'trunk lines' });
  });

  it('is held to the ports of the licence over all trunks', () => {
    const { lines, dial } = setUp({ ports: 12 });
    lines.open(a, 'one');
    lines.open(b, 'two');
    expect(dial(a, 50).dials).toBe(12);
    expect(dial(b, 50)).toEqual({ dials: 0, bound: 'ports' });
  });

  it('shares lines by priority once both jobs want more', () => {
    const { clock, lines, dial, end, up } = setUp({ lines: 40 });
    lines.open(a, 'carrier', sharing({ priority: 3 }));
    lines.open(b, 'carrier', sharing({ priority: 1 }));
    dial(a, 100);
    for (let second = 0; second < 120; second++) {
      clock.advance(1_000);
      // Calls of both end at the same rate for each line.
      end(a, Math.ceil((up.get(a) ?? 0) / 10));
      end(b, Math.ceil((up.get(b) ?? 0) / 10));
      dial(second % 2 === 0 ? a : b, 100);
      dial(second % 2 === 0 ? b : a, 100);
    }
    expect(Math.abs(up.get(a)! - 30)).toBeLessThanOrEqual(1);
    expect(Math.abs(up.get(b)! - 10)).toBeLessThanOrEqual(1);
  });

  it('lends what a job does not want, and gives it back', () => {
    const { clock, lines, dial, end, up } = setUp({ lines: 20 });
    lines.open(a, 'carrier');
    lines.open(b, 'carrier');
    expect([dial(b, 2).dials, dial(a, 100).dials]).toEqual([2, 18]);
    for (let second = 0; second < 60; second++) {
      clock.advance(1_000);
      end(a, 2);
      dial(b, 100);
      dial(a, 100);
    }
    // The other's count is that of his last look: one call more or less.
    expect(Math.abs(up.get(a)! - 10)).toBeLessThanOrEqual(1);
    expect(Math.abs(up.get(b)! - 10)).toBeLessThanOrEqual(1);
  });

  it('keeps a reserved minimum free for a job that does not dial yet', () => {
    const { lines, dial } = setUp({ lines: 20 });
    lines.open(a, 'carrier');
    lines.open(b, 'carrier', sharing({ minPorts: 8, allocation: 'reserved' }));
    expect(dial(a, 100)).toEqual({ dials: 12, bound: 'share of the lines' });
    expect(dial(b, 100).dials).toBe(8);
  });

  it('shares the calls a second: neither of two hungry jobs gets more than a little beyond its half', () => {
    const { clock, lines, dial, end } = setUp({ invites: 10 });
    lines.open(a, 'carrier');
    lines.open(b, 'carrier');
    const dialled = { [a]: 0, [b]: 0 };
    for (let tick = 0; tick < 400; tick++) {
      clock.advance(250);
      for (const job of [a, b]) {
        end(job, 1_000);
        dialled[job] = (dialled[job] ?? 0) + dial(job, 100).dials;
      }
    }
    expect(dialled[a]! + dialled[b]!).toBeGreaterThan(950);
    expect(Math.abs(dialled[a]! - dialled[b]!)).toBeLessThanOrEqual(20);
  });

  it('forgets a job that is over', () => {
    const { lines, dial, end } = setUp({ lines: 10 });
    lines.open(a, 'carrier');
    lines.open(b, 'carrier', sharing({ minPorts: 5, allocation: 'reserved' }));
    dial(b, 5);
    end(b, 5);
    lines.close(b);
    expect(dial(a, 100).dials).toBe(10);
    expect(lines.room(b, 0).dials).toBe(0);
  });
});
