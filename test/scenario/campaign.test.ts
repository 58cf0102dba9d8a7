import { createWriteStream } from 'node:fs';
import { Demo, type DemoOptions } from '../../sim/demo/demo.ts';
import { makeContacts } from '../../sim/demo/contacts-file.ts';
import { integrityFigures, type DemoReport } from '../../sim/demo/report.ts';
import { scratch } from './nailup-process.ts';

/** Whole campaigns on real SIP, RTP and PostgreSQL, each part a process of its own. */
describe('a campaign', () => {
  const folder = scratch();
  afterAll(() => folder.remove());

  async function run(contacts: number, options: Partial<DemoOptions>): Promise<DemoReport> {
    const out = createWriteStream('/dev/null') as unknown as NodeJS.WriteStream;
    const demo = new Demo({ contactsFile: folder.file('contacts.csv', makeContacts(contacts, 4)), agents: 3, seed: 4, pacing: 'progressive', classify: true, shares: '', keep: false, out, ...options });
    try {
      return await demo.run();
    } finally {
      await demo.close();
    }
  }
  const allZero = Object.fromEntries(integrityFigures.map((figure) => [figure, 0]));

  it('dials, classifies, joins people to nailed agents and leaves nothing open', async () => {
    const report = await run(20, {});
    expect(report.integrity).toEqual(allZero);
    expect(report.contacts).toEqual({ read: 20, rejected: 0, dialled: 20 });
    expect(report.people.connected).toBe(report.people.answered);
    expect(report.people.connected).toBeGreaterThan(0);
    expect(report.people.heardSilence).toBe(0);
    expect(report.errors).toEqual({});
    // Whoever answered sent audio, and it is told how that arrived.
    expect(report.sound.calls).toBeGreaterThanOrEqual(report.people.answered);
    expect(report.sound.leastMos).toBeGreaterThan(1);
    expect(report.classification.peopleRight).toBeGreaterThanOrEqual(0.8);
    expect(report.classification.machinesRight).toBeGreaterThanOrEqual(0.8);
  }, 150_000);

  it('plays the safe-harbour message to people without an agent, and takes those who press 9 off the list', async () => {
    const report = await run(16, { agents: 1, pacing: 'ratio:6', shares: 'person=1' });
    expect(report.integrity).toEqual(allZero);
    expect(report.people.abandoned).toBeGreaterThan(0);
    expect(report.people.heardSilence).toBe(0);
    expect(report.people.optedOut).toBeGreaterThan(0);
    expect(report.people.doNotCall).toBe(report.people.optedOut);
  }, 150_000);
});
