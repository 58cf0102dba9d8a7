import { OrphanCalls } from '../../../src/core/call-control/orphan-calls.ts';
import { SimulatedClock } from '../../../src/kernel/clock.ts';
import { RandomIds, type AgentId, type AttemptId } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { accepted } from '../../../src/kernel/result.ts';
import { StoredNails } from '../../../src/modules/agents/index.ts';
import { createCampaigns, defaultCampaignSettings, type Campaigns } from '../../../src/modules/campaigns/index.ts';
import { alwaysPermitted, defaultRules } from '../../../src/modules/rules/index.ts';
import type { EndOrphan, SignallingEventMap } from '../../../src/signalling/signalling.ts';
import { statement } from '../../../src/store/index.ts';
import { LeftCalls } from '../../../src/wiring/left-calls.ts';
import { openTestStore, type TestStore } from '../../embedded-store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.close());

const ids = new RandomIds();
const clock = new SimulatedClock(Date.UTC(2026, 5, 10, 12));
const doNotCall = { add: () => Promise.resolve() };
const limits = { callEndMs: 1_000, retryAfterUnknownMs: 90_000 };
const isOpen = statement<{ n: number }>('test.open', `SELECT count(*)::int AS n FROM attempt WHERE completion_code = 'Attempt In Progress'`);
const dialog = { callId: 'c', localTag: 'l', remoteTag: 'r', remoteTarget: 'sip:x@y' };

/** A server that ends calls as `fate` says. */
function takeOver(fate: (command: EndOrphan) => SignallingEventMap['orphan.ended']['outcome']) {
  const asked: (EndOrphan & { openAttempts?: number })[] = [];
  const calls: OrphanCalls = new OrphanCalls({
    ids, clock, logger: silentLogger,
    signalling: {
      endOrphan: (command) => {
        asked.push(command);
        void test.store.query(isOpen).then(([row]) => {
          Object.assign(command, { openAttempts: row?.n });
          calls.ended({ call: command.call, outcome: fate(command) });
        });
        return accepted;
      },
    },
  });
  const server = ids.next('server');
  const nails = new StoredNails({ store: test.store, clock, server });
  const campaigns: Campaigns = createCampaigns({ store: test.store, clock, ids, logger: silentLogger, server, doNotCall, endCalls: (orphans) => left.endAttempts(orphans) });
  const left: LeftCalls = new LeftCalls({ calls, nails, living: () => campaigns.presence.living(), clock, logger: silentLogger, limits, campaign: { from: '+4930900', trunk: 'carrier' } });
  return { asked, campaigns, nails, left };
}

it('calls of a dead server are ended before their attempts get a result, and a contact whose call may be up is not dialled again soon', async () => {
  const dead = createCampaigns({ store: test.store, clock, ids, logger: silentLogger, server: 'server-dead', doNotCall });
  await test.store.query(statement('test.left-list', `INSERT INTO contact_list (name) VALUES ('left')`));
  await test.store.query(statement('test.left-contacts', `INSERT INTO contact (list_id, phone, time_zones, zone_source) SELECT l.id, '+4930' || 5000000 + n, '{Europe/Berlin}', 'number' FROM contact_list l, generate_series(1, 3) n`));
  await dead.director.define({
    name: 'left', list: 'left',
    settings: {
      ...defaultCampaignSettings, rules: { ...defaultRules, guardTimes: alwaysPermitted, frequency: { perAddressIn24Hours: 0, minIntervalMs: 0 } },
      retries: { byCode: { Disconnected_By_System: { count: 3, delayMs: 1_000 } }, maxAttempts: 9 },
    },
  });
  const job = await dead.director.createJob({ campaign: 'left' });
  const attempts: AttemptId[] = [];
  for (const contact of await dead.source.lease(job, 3)) {
    const attempt = ids.next('attempt');
    attempts.push(attempt);
    await dead.sink.begin({ attempt, contact, startedAt: clock.now() });
  }
  const [placed, answered, begun] = attempts as [AttemptId, AttemptId, AttemptId];
  await dead.sink.note(placed, { 'call.1': { identity: placed, to: '+491', from: '+492', trunk: 'other' } });
  await dead.sink.note(answered, { 'call.1': { identity: answered, to: '+493' }, 'dialog.1': dialog });
  const { asked, campaigns } = takeOver(({ identity }) => (identity === placed ? 'unknown' : identity === begun ? 'none' : 'ended'));
  const orphans = await campaigns.recovery.recover(undefined);
  expect(new Set(orphans.map((o) => o.attempt))).toEqual(new Set(attempts));
  const how = (identity: AttemptId): EndOrphan | undefined => asked.find((command) => command.identity === identity);
  expect(how(placed)).toMatchObject({ to: '+491', from: '+492', trunk: 'other', openAttempts: 3 });
  expect(how(answered)).toMatchObject({ to: '+493', dialog, openAttempts: 3 });
  // Nothing was noted yet: placed as the campaign's page is told to.
  expect(how(begun)).toMatchObject({ to: expect.stringMatching(/^\+49305000/), from: '+4930900', trunk: 'carrier', openAttempts: 3 });
  clock.advance(1_000);
  expect(await campaigns.source.left(job)).toMatchObject({ due: 2, later: 1 });
  clock.advance(88_999);
  expect(await campaigns.source.left(job)).toMatchObject({ due: 2, later: 1 });
  clock.advance(1);
  expect(await campaigns.source.left(job)).toMatchObject({ due: 3, later: 0 });
});

it('phones of agents that a dead server had nailed are hung up once, those of living servers are left alone', async () => {
  const dead = new StoredNails({ store: test.store, clock, server: 'server-gone' });
  await dead.begin({ identity: 'nail-a', agent: '1001' as AgentId, address: 'sip:1001@phone' });
  await dead.note('nail-a', { 'call.1': { identity: 'nail-a', to: 'sip:1001@phone', from: 'sip:us@here' } });
  await dead.note('nail-a', { 'dialog.1': dialog });
  await dead.begin({ identity: 'nail-b', agent: '1002' as AgentId, address: 'sip:1002@phone' });
  await dead.begin({ identity: 'nail-c', agent: '1003' as AgentId, address: 'sip:1003@phone' });
  await dead.end('nail-c');
  const { asked, campaigns, nails, left } = takeOver(() => 'ended');
  await campaigns.presence.enter();
  await nails.begin({ identity: 'nail-d', agent: '1004' as AgentId, address: 'sip:1004@phone' });
  await left.endNails();
  expect(asked).toMatchObject([{ identity: 'nail-a', to: 'sip:1001@phone', from: 'sip:us@here', dialog }, { identity: 'nail-b', to: 'sip:1002@phone' }]);
  await left.endNails();
  expect(asked).toHaveLength(2);
  await campaigns.presence.leave();
  await nails.end('nail-d');
});
