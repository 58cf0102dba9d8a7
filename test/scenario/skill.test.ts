import { sound } from './integrity.ts';
import { PacingWorld } from './pacing-world.ts';

interface AttemptRow {
  readonly startedAt: number;
}

/** An agentless job that an inbound skill paces, on real SIP. */
describe('a job paced by an inbound skill', () => {
  const world = new PacingWorld();
  afterAll(() => world.close(), 60_000);

  it('dials nobody without figures, fills the skill\'s queue up to the limit, and stops when the figures grow old', async () => {
    await world.start({
      agents: 0, shares: 'person=1', talk: '1000-2000',
      campaigns: [{ name: 'survey', contacts: 120, pacing: 'skill:sales:queue:3', more: { mode: 'dialog', callerName: '', message: '' } }],
    });
    const job = (await world.command('job', 'start', 'survey')).stdout.trim();
    const last = async (): Promise<{ dial: number; why: string }> => (await world.jobs())[0]?.pacing?.last ?? { dial: -1, why: '' };
    const attempts = (): Promise<AttemptRow[]> => world.get<AttemptRow[]>(`/api/jobs/${job}/attempts`);
    const tell = (queued: number): Promise<unknown> => world.post('/api/skills/sales', { queued, longestWaitMs: 0, freeAgents: 0 });
    await world.until('it has decided without figures', async () => (await last()).why === 'no figures of the inbound skill');
    // Figures of another skill are none of its own.
    await world.post('/api/skills/service', { queued: 0, longestWaitMs: 0, freeAgents: 9 });
    const unmoved = (await last()).why;
    expect([unmoved, (await attempts()).length]).toEqual(['no figures of the inbound skill', 0]);
    await tell(1);
    await world.until('it has dialled two', async () => (await attempts()).length >= 2);
    expect((await world.get<{ calls: { open: number } }>('/api/status')).calls.open).toBeLessThanOrEqual(2);
    await tell(3);
    await world.until('the full queue stops it', async () => (await last()).why.startsWith('3 queue in the skill, up to 3'));
    const whenFull = (await attempts()).length;
    await world.until('the figures are too old', async () => (await last()).why === 'no figures of the inbound skill', 60_000);
    expect((await attempts()).length).toBe(whenFull);
    await tell(0);
    await world.until('it goes on', async () => (await attempts()).length >= whenFull + 3);
    expect(await world.command('pacing', 'explain', '--job', job, '--at', 'now')).toMatchObject({ code: 0, stdout: expect.stringContaining('skill: dial') });
    expect((await world.command('job', 'stop', job)).code).toBe(0);
    await world.until('the job is over', async () => (await world.jobs())[0]?.state === 'Completed', 90_000);
    expect(await world.get(`/api/jobs/${job}/report`)).toMatchObject({ integrity: sound });
  }, 300_000);
});
