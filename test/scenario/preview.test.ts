import { sound } from './integrity.ts';
import { PacingWorld } from './pacing-world.ts';

interface Report {
  readonly contacts: { readonly inList: number; readonly dialled: number; readonly byState: Readonly<Record<string, number>> };
  readonly attempts: number;
  readonly byCompletionCode: Readonly<Record<string, number>>;
  readonly restricted: Readonly<Record<string, number>>;
  readonly people: { readonly answered: number; readonly connected: number; readonly abandoned: number };
  readonly integrity: Readonly<Record<string, number>>;
}

interface AttemptRow {
  readonly address: string;
  readonly completionCode: string;
  readonly agent: string | null;
  readonly contactType: string | null;
  readonly answeredAt: number | null;
  readonly times: Readonly<Record<string, number>>;
}

/** Agents who dial, on real SIP, RTP and PostgreSQL. */
describe('a preview job', () => {
  const world = new PacingWorld();
  afterAll(() => world.close(), 60_000);

  it('shows every contact to an agent, who dials or cancels it, through a change of kind and the death of the server', async () => {
    await world.start({
      agents: 3, shares: 'person=0.6,machine=0.2,busy=0.2', talk: '500-1200', agentOptions: () => ['--cancel', '0.2'],
      campaigns: [{ name: 'spring', contacts: 50, pacing: 'preview' }],
    });
    const job = (await world.command('job', 'start', 'spring')).stdout.trim();
    const report = (): Promise<Report> => world.get<Report>(`/api/jobs/${job}/report`);
    const connected = async (more: number): Promise<void> => {
      const before = (await report()).people.connected;
      await world.until(`${more} more people have been connected`, async () => (await report()).people.connected >= before + more, 90_000);
    };
    await connected(5);
    // Nobody waits for an agent: the one who dialled is there.
    expect((await report()).people.abandoned).toBe(0);
    expect(await world.command('job', 'pacing', job, 'progressive')).toMatchObject({ code: 0, stderr: '' });
    await connected(3);
    expect(await world.command('job', 'pacing', job, 'preview:2')).toMatchObject({ code: 0, stderr: '' });
    await connected(2);
    const server = world.server;
    await world.until('an agent has a contact on the screen', async () => ((await world.get<{ agents: Record<string, number> }>('/api/status')).agents['previewing'] ?? 0) > 0);
    server?.kill();
    await server?.stop();
    await world.serve();
    await world.until('the job is over', async () => (await world.jobs())[0]?.state === 'Completed', 180_000);
    const after = await report();
    expect(after.integrity).toMatchObject(sound);
    expect(after.restricted['Preview_Cancelled']).toBeGreaterThan(0);
    // Without a retry rule a cancelled contact is finished in the job; every other one was dialled.
    expect(after.contacts.dialled + (after.restricted['Preview_Cancelled'] ?? 0)).toBe(50);
    const attempts = await world.get<AttemptRow[]>(`/api/jobs/${job}/attempts`);
    const talked = attempts.filter((a) => a.agent !== null);
    expect(talked.length).toBeGreaterThanOrEqual(10);
    expect(after.people.abandoned).toBeLessThanOrEqual(attempts.filter((a) => a.completionCode === 'Disconnected_By_System').length);
    // Machines are not told from people: the agent hears them too.
    expect(after.byCompletionCode['Call_Busy']).toBeGreaterThan(0);
  }, 600_000);
});

describe('a manual job', () => {
  const world = new PacingWorld();
  afterAll(() => world.close(), 60_000);

  it('calls what agents dial by hand, and refuses what is none of its contacts', async () => {
    await world.start({
      agents: 2, shares: 'person=1', talk: '400-800', agentOptions: (numbers) => ['--numbers', ['+12025559999', ...numbers].join(',')],
      campaigns: [{ name: 'spring', contacts: 6, pacing: 'manual' }],
    });
    const job = (await world.command('job', 'start', 'spring')).stdout.trim();
    await world.until('the job is over', async () => (await world.jobs())[0]?.state === 'Completed', 90_000);
    const report = await world.get<Report>(`/api/jobs/${job}/report`);
    expect(report.integrity).toMatchObject(sound);
    expect(report).toMatchObject({ attempts: 6, contacts: { dialled: 6 }, people: { answered: 6, connected: 6, abandoned: 0 } });
    const attempts = await world.get<AttemptRow[]>(`/api/jobs/${job}/attempts`);
    expect(new Set(attempts.map((a) => a.agent))).toEqual(new Set(['1001', '1002']));
    expect(attempts.every((a) => a.times['joined'] !== undefined && a.contactType === 'Manual')).toBe(true);
    expect(world.agentLog).toContainEqual(expect.stringMatching(/AGTManualDialRESP 26 \+12025559999 is no contact of the job/));
  }, 300_000);
});
