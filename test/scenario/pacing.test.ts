import { sound } from './integrity.ts';
import { PacingWorld } from './pacing-world.ts';

interface Report {
  readonly people: { readonly answered: number; readonly connected: number; readonly abandoned: number };
  readonly integrity: Readonly<Record<string, number>>;
  readonly pacing: { readonly account?: { readonly room: number }; readonly ledger: { readonly day: { readonly answered: number; readonly abandoned: number } } };
}

interface AttemptRow {
  readonly startedAt: number;
  readonly nuisance: boolean;
  readonly person: boolean;
}

/** Pacing on real SIP, RTP and PostgreSQL. */
describe('several jobs at once', () => {
  const world = new PacingWorld();
  afterAll(() => world.close(), 60_000);

  it('share agents by priority and minimum, change shares while they run, and give everybody back', async () => {
    await world.start({
      agents: 5, shares: 'person=0.7,machine=0.1,busy=0.2', talk: '1000-2500',
      campaigns: [{ name: 'spring', contacts: 400, pacing: 'cruise' }, { name: 'autumn', contacts: 400, pacing: 'progressive', more: { sharing: { priority: 1 } } }],
    });
    const spring = (await world.command('job', 'start', 'spring', '--priority', '10')).stdout.trim();
    const agents = async (): Promise<[number, number]> => {
      const jobs = await world.jobs();
      const of = (campaign: string): number => jobs.find((j) => j.campaign === campaign)?.pacing?.agents.agents ?? 0;
      const both: [number, number] = [of('spring'), of('autumn')];
      expect(both[0] + both[1]).toBeLessThanOrEqual(5);
      return both;
    };
    const shared = (wanted: [number, number]) => async (): Promise<boolean> => (await agents()).join() === wanted.join();
    await world.until('spring has every agent', shared([5, 0]));
    const autumn = (await world.command('job', 'start', 'autumn', '--min-agents', '2')).stdout.trim();
    await world.until('autumn has its minimum of two', shared([3, 2]), 90_000);
    expect(await world.command('job', 'share', autumn, '--min-agents', '4')).toMatchObject({ code: 0, stderr: '' });
    await world.until('autumn has four', shared([1, 4]), 90_000);
    expect(await world.command('pacing', 'explain', '--job', spring, '--at', 'now')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^decided .*cruise: dial \d/) });
    const connected = async (id: string): Promise<number> => (await world.get<Report>(`/api/jobs/${id}/report`)).people.connected;
    await world.until('both jobs have connected ten people', async () => (await connected(spring)) >= 10 && (await connected(autumn)) >= 10, 120_000);
    expect(await world.command('job', 'stop', autumn)).toMatchObject({ code: 0, stderr: '' });
    await world.until('spring has everybody back', shared([5, 0]), 90_000);
    expect(await world.command('job', 'stop', spring)).toMatchObject({ code: 0, stderr: '' });
    await world.until('both jobs are over', async () => (await world.jobs()).every((j) => j.state === 'Completed'), 90_000);
    for (const id of [spring, autumn]) {
      const report = await world.get<Report>(`/api/jobs/${id}/report`);
      expect(report.people.connected).toBeGreaterThanOrEqual(10);
      expect(report.integrity).toMatchObject(sound);
    }
  }, 600_000);
});

describe('a server that was killed', () => {
  const world = new PacingWorld();
  afterAll(() => world.close(), 60_000);

  it('knows what its campaign has spent: with the budget used up it makes one call for each idle agent', async () => {
    await world.start({ agents: 2, shares: 'person=1', talk: '4000-6000', campaigns: [{ name: 'spring', contacts: 90, pacing: 'ratio:5' }] });
    const job = (await world.command('job', 'start', 'spring')).stdout.trim();
    await world.until('five people have been abandoned', async () => (await world.get<Report>(`/api/jobs/${job}/report`)).people.abandoned >= 5, 90_000);
    const changed = await world.command('job', 'pacing', job, 'cruise', '--target-rate', '0.03', '--ceiling', '20');
    expect([changed.code, changed.stderr]).toEqual([0, '']);
    const server = world.server;
    server?.kill();
    await server?.stop();
    await world.serve();
    const restartedAt = Date.now();
    await world.until('the job runs with cruise again', async () => (await world.jobs())[0]?.pacing?.kind === 'cruise');
    const [live] = await world.jobs();
    expect(live?.pacing?.ledger.day.abandoned).toBeGreaterThanOrEqual(5);
    expect(live?.pacing?.account?.room).toBeLessThan(0);
    await world.until('it has dialled again', async () => {
      const attempts = await world.get<AttemptRow[]>(`/api/jobs/${job}/attempts`);
      return attempts.filter((a) => a.startedAt > restartedAt && a.person).length >= 4;
    }, 120_000);
    const after = (await world.get<AttemptRow[]>(`/api/jobs/${job}/attempts`)).filter((a) => a.startedAt > restartedAt);
    expect(after.filter((a) => a.nuisance)).toEqual([]);
    const [dialled] = after;
    const { decision } = await world.get<{ decision: { dial: number; why: string } }>(`/api/jobs/${job}/decisions?at=${dialled?.startedAt ?? 0}`);
    expect(decision.dial).toBeLessThanOrEqual(2);
    expect(decision.why).toContain('no room in a window');
    const { stdout } = await world.command('pacing', 'explain', '--job', job, '--at', 'now');
    expect(stdout).toMatch(/cruise: dial \d/);
    expect(stdout).toContain('budget    every window bears 0.0 more abandonments');
    const { stdout: report } = await world.command('job', 'report', job);
    expect(report).toMatch(/ledger {4}abandoned in 1 h \d+ of \d+/);
    expect((await world.command('job', 'stop', job)).code).toBe(0);
  }, 400_000);
});
