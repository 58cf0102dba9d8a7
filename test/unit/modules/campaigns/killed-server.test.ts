import { spawn } from 'node:child_process';
import { SystemClock } from '../../../../src/kernel/clock.ts';
import { RandomIds, type JobId } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { SeededRandom } from '../../../../src/kernel/random.ts';
import { createCampaigns, jobReport } from '../../../../src/modules/campaigns/index.ts';
import { alwaysPermitted, defaultRules } from '../../../../src/modules/rules/index.ts';
import { statement } from '../../../../src/store/index.ts';
import { openTestStore, testDataDirectory, type TestStore } from '../../../embedded-store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.close());

async function makeJob(contacts: number): Promise<JobId> {
  const campaigns = createCampaigns({ store: test.store, clock: new SystemClock(), ids: new RandomIds(), logger: silentLogger, server: 'server-maker', doNotCall: { add: () => Promise.resolve() } });
  await test.store.query(statement('test.kill-list', `INSERT INTO contact_list (name) VALUES ('kill')`));
  await test.store.query(statement('test.kill-contacts', `INSERT INTO contact (list_id, phone, time_zones, zone_source) SELECT l.id, '+4930' || 1000000 + n, '{Europe/Berlin}', 'number' FROM contact_list l, generate_series(1, $1::int) n`), [contacts]);
  const retry = { count: 2, delayMs: 30 };
  await campaigns.director.define({
    name: 'kill', list: 'kill',
    settings: {
      rules: { ...defaultRules, guardTimes: alwaysPermitted, frequency: { perAddressIn24Hours: 0, minIntervalMs: 0 }, machineMs: 0 },
      retries: { byCode: { Call_Busy: retry, Ring_No_Answer: retry, Disconnected_By_System: { count: 20, delayMs: 30 } }, maxAttempts: 30 },
      leaseMs: 2_000,
    },
  });
  return campaigns.director.createJob({ campaign: 'kill' });
}

/** Resolves with whether the job was completed; killed after so long a run otherwise. */
async function run(job: JobId, killAfterMs: number | undefined): Promise<boolean> {
  const script = new URL('run-attempts.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', script, testDataDirectory, test.database, job], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  let timer: NodeJS.Timeout | undefined;
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    out += piece;
    if (killAfterMs !== undefined && timer === undefined) timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  });
  await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  return out.includes('completed');
}

it('a server killed at ten random moments leaves no attempt without its one result, no contact lost and none dialled twice at once', async () => {
  const job = await makeJob(600);
  const random = new SeededRandom(4);
  let kills = 0;
  let completed = false;
  for (; kills < 10 && !completed; kills++) completed = await run(job, 20 + random.next() * 250);
  expect(kills).toBeGreaterThanOrEqual(5);
  if (!completed) completed = await run(job, undefined);
  expect(completed).toBe(true);
  const report = await jobReport(test.store, job);
  expect(report.integrity).toMatchObject({ attemptsWithoutResult: 0, attemptsWithTwoResults: 0, contactsLost: 0, contactsDialledTwiceAtOnce: 0, resultsRefused: 0 });
  expect(report.integrity.attemptsRecovered).toBeGreaterThan(0);
  expect(report.contacts).toMatchObject({ inList: 600, dialled: 600 });
  expect(Object.values(report.byCompletionCode).reduce((a, b) => a + b, 0)).toBe(report.attempts);
}, 180_000);
