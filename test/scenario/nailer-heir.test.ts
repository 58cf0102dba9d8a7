import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/kernel/package-root.ts';
import { PacingWorld } from './pacing-world.ts';

interface Session {
  readonly session: string;
  readonly uri: string;
  readonly connections: readonly string[];
}

/** The shipped page, which in its first life falls into an endless loop four seconds after the agent was nailed up. */
function mortalNailer(): string {
  const shipped = readFileSync(join(packageRoot(), 'ccxml', 'nailer.ccxml'), 'utf8');
  const page = shipped
    .replace(/(<assign name="state" expr="'nailed'"\/>)/, '$1<if cond="!p.leg"><send target="session.id" name="\'the.end\'" delay="\'4s\'"/></if>')
    .replace('<transition event="nailer.unnail">', '<transition event="the.end"><script>while (true) { conn = conf; }</script></transition>\n    <transition event="nailer.unnail">');
  expect(page).toMatch(/the\.end.*4s[\s\S]*event="the\.end"/);
  return page;
}

/** A nailer session that dies on its agent's leg, on real SIP and RTP. */
describe('the page of a nailed-up agent that dies', () => {
  const world = new PacingWorld();
  afterAll(() => world.close(), 60_000);

  it('leaves its leg to a new session: the agent stays on the line and talks to people afterwards', async () => {
    const nailer = world.file('nailer.ccxml', mortalNailer());
    await world.start({ agents: 2, shares: 'person=1', talk: '500-1000', campaigns: [{ name: 'spring', contacts: 40, pacing: 'progressive', more: { nailer } }] });
    const nailers = async (): Promise<Session[]> => (await world.get<Session[]>('/api/ccxml/sessions')).filter(({ uri }) => uri.endsWith('nailer.ccxml'));
    const first = await nailers();
    expect(first).toHaveLength(2);
    const legs = (sessions: readonly Session[]): string[] => sessions.flatMap(({ connections }) => connections).sort();
    await world.until('both pages have died and have heirs', async () => {
      const now = await nailers();
      return now.length === 2 && now.every(({ session }) => first.every((dead) => dead.session !== session));
    });
    expect(legs(await nailers())).toEqual(legs(first));
    const job = (await world.command('job', 'start', 'spring')).stdout.trim();
    await world.until('half of the people have been connected', async () => (await world.get<{ people: { connected: number } }>(`/api/jobs/${job}/report`)).people.connected >= 20, 120_000);
    // No phone was called anew.
    expect(legs(await nailers())).toEqual(legs(first));
    await world.until('the job is over', async () => (await world.jobs())[0]?.state === 'Completed', 120_000);
    const report = await world.get<{ people: { answered: number; connected: number }; integrity: Record<string, number> }>(`/api/jobs/${job}/report`);
    expect(report.people).toMatchObject({ answered: 40, connected: 40 });
    expect(report.integrity).toMatchObject({ attemptsWithoutResult: 0, attemptsWithTwoResults: 0, contactsLost: 0 });
  }, 240_000);
});
