import { randomBytes } from 'node:crypto';
import { SimulatedClock } from '../../../../src/kernel/clock.ts';
import { CountingIds, RandomIds, type AgentId, type AttemptId, type JobId } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import type { AttemptResult, CallQuality, LeasedContact } from '../../../../src/core/ports.ts';
import { createCampaigns, defaultCampaignSettings, jobReport, type Campaigns, type CampaignSettings } from '../../../../src/modules/campaigns/index.ts';
import { alwaysPermitted, defaultRules } from '../../../../src/modules/rules/index.ts';
import { statement } from '../../../../src/store/index.ts';
import { attemptsOf } from '../../../../src/wiring/attempt-rows.ts';
import { openTestStore, type TestStore } from '../../../embedded-store.ts';

let test: TestStore;
const clock = new SimulatedClock(Date.UTC(2026, 5, 10, 12));
const ids = new CountingIds();
const doNotCall: string[] = [];
let listCount = 0;

beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.close());

const addList = statement<{ id: number }>('test.add-list', 'INSERT INTO contact_list (name) VALUES ($1) RETURNING id');
const addContacts = statement(
  'test.add-contacts',
  `INSERT INTO contact (list_id, phone, time_zones, zone_source) SELECT $1, '+49301' || lpad((($1::bigint * 1000) + n)::text, 7, '0'), '{Europe/Berlin}', 'number' FROM generate_series(1, $2::int) n`,
);

const open: CampaignSettings = { ...defaultCampaignSettings, rules: { ...defaultRules, guardTimes: alwaysPermitted, frequency: { perAddressIn24Hours: 0, minIntervalMs: 0 } } };

function server(name: string): Campaigns {
  return createCampaigns({ store: test.store, clock, ids, logger: silentLogger, server: name, doNotCall: { add: (entry) => (doNotCall.push(entry.address), Promise.resolve()) } });
}

async function runningJob(campaigns: Campaigns, contacts: number, settings: Partial<CampaignSettings> = {}): Promise<JobId> {
  const name = `list-${++listCount}`;
  const [list] = await test.store.query(addList, [name]);
  await test.store.query(addContacts, [list!.id, contacts]);
  await campaigns.director.define({ name, list: name, settings: { ...open, ...settings } });
  return campaigns.director.createJob({ campaign: name });
}

async function begin(campaigns: Campaigns, contact: LeasedContact): Promise<AttemptId> {
  const attempt = new RandomIds().next('attempt');
  await campaigns.sink.begin({ attempt, contact, startedAt: clock.now() });
  return attempt;
}

function result(attempt: AttemptId, contact: LeasedContact, completionCode: string, more: Partial<AttemptResult> = {}): AttemptResult {
  return { attempt, contact: contact.contact, job: contact.job, completionCode, startedAt: clock.now(), endedAt: clock.now(), nuisance: false, times: {}, exit: {}, ...more };
}

it('a job runs from its contacts to its end, and its report adds up', async () => {
  const campaigns = server('server-a');
  const job = await runningJob(campaigns, 5);
  expect((await campaigns.director.job(job))?.state).toBe('Running');
  const codes = ['Answer_Human', 'Answer_Machine', 'Invalid_Number', 'Sale', 'Disconnected_By_System_NuisanceApp'];
  const contacts = await campaigns.source.lease(job, 10);
  expect(contacts).toHaveLength(5);
  expect(contacts.map((c) => c.attemptNumber)).toEqual([1, 1, 1, 1, 1]);
  for (const [i, contact] of contacts.entries()) {
    const attempt = await begin(campaigns, contact);
    clock.advance(1_000);
    await campaigns.director.reconcile();
    expect((await campaigns.director.job(job))?.state).toBe('Running');
    const answered = i === 3 ? { agent: 'agent-1' as never, answeredAt: clock.now() } : {};
    await expect(campaigns.sink.finish(result(attempt, contact, codes[i]!, { nuisance: i === 4, ...answered }))).resolves.toBe(true);
  }
  await campaigns.director.reconcile();
  expect(await campaigns.director.job(job)).toMatchObject({ state: 'Completed', finish_reason: 'no contact left' });
  const report = await jobReport(test.store, job);
  expect(report).toMatchObject({
    contacts: { inList: 5, dialled: 5, byState: { done: 5 } },
    attempts: 5,
    people: { answered: 3, connected: 1, abandoned: 1 },
    integrity: { attemptsWithoutResult: 0, attemptsWithTwoResults: 0, contactsLost: 0, contactsDialledTwiceAtOnce: 0, resultsRefused: 0, attemptsRecovered: 0 },
  });
  expect(report.byCompletionCode).toEqual(Object.fromEntries(codes.map((code) => [code, 1])));
  const [campaign] = (await campaigns.director.jobs()).filter((j) => j.id === job);
  expect(await campaigns.ledger(campaign!.campaign)).toEqual({ hour: { answered: 3, abandoned: 1 }, day: { answered: 3, abandoned: 1 }, month: { answered: 3, abandoned: 1 } });
});

it('keeps how each call of an attempt sounded, told before its result or after it, and sums it up in the report', async () => {
  const campaigns = server('server-a');
  const job = await runningJob(campaigns, 2);
  const [one, two] = await campaigns.source.lease(job, 2);
  const first = await begin(campaigns, one!);
  const second = await begin(campaigns, two!);
  const good: CallQuality = { call: first, leg: 'customer', codec: 'PCMU', packetsReceived: 500, packetsSent: 510, packetsLost: 0, jitterMs: 1.5, mos: 4.34 };
  const poor: CallQuality = { ...good, call: `${first}.2`, packetsLost: 60, mos: 2.9 };
  const agent: CallQuality = { ...good, call: `${first}.agent`, leg: 'agent', agent: '1001' as AgentId, durationMs: 9_000, mos: 4.4 };
  const unheard: CallQuality = { ...good, call: second, packetsReceived: 0, mos: null };
  await campaigns.sink.heard(first, good);
  await campaigns.sink.finish(result(first, one!, 'Answer_Human'));
  await campaigns.sink.heard(first, poor);
  await campaigns.sink.heard(first, poor);
  await campaigns.sink.heard(first, agent);
  await campaigns.sink.heard(second, unheard);
  const byId = new Map((await attemptsOf(test.store, job)).map((row) => [row.id, row.calls]));
  expect(byId.get(first)).toEqual([good, poor, agent]);
  expect(byId.get(second)).toEqual([unheard]);
  expect(await jobReport(test.store, job)).toMatchObject({ sound: { calls: 2, meanMos: 3.62, leastMos: 2.9, poor: 1 }, agentSound: { calls: 1, meanMos: 4.4, leastMos: 4.4, poor: 0 } });
});

it('takes the calls that an older server noted for what they all were: calls to contacts', async () => {
  const campaigns = server('server-a');
  const job = await runningJob(campaigns, 1);
  const [one] = await campaigns.source.lease(job, 1);
  const id = await begin(campaigns, one!);
  const { leg: _, ...old }: CallQuality = { call: id, leg: 'customer', codec: 'PCMU', packetsReceived: 500, packetsSent: 510, packetsLost: 0, jitterMs: 1.5, mos: 4.1 };
  await campaigns.sink.heard(id, old as CallQuality);
  expect(await jobReport(test.store, job)).toMatchObject({ sound: { calls: 1, meanMos: 4.1 }, agentSound: { calls: 0 } });
});

it('a job without calls has no MOS', async () => {
  const campaigns = server('server-a');
  const job = await runningJob(campaigns, 1);
  const none = { calls: 0, meanMos: null, leastMos: null, poor: 0 };
  expect(await jobReport(test.store, job)).toMatchObject({ sound: none, agentSound: none });
});

it('two servers never lease the same contact', async () => {
  const [a, b] = [server('server-a'), server('server-b')];
  const job = await runningJob(a, 200);
  const batches = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? a : b).source.lease(job, 10)));
  const leased = batches.flat().map((c) => c.contact);
  expect(leased).toHaveLength(200);
  expect(new Set(leased).size).toBe(200);
  expect(await a.source.left(job)).toEqual({ due: 0, later: 0, leased: 200, attempting: 0 });
});

it('a lease that passes its deadline is taken back, and its late owner can neither begin nor give it back', async () => {
  const [a, b] = [server('server-a'), server('server-b')];
  const job = await runningJob(a, 1, { leaseMs: 10_000 });
  const [late] = await a.source.lease(job, 1);
  clock.advance(10_001);
  await b.director.reconcile();
  const [fresh] = await b.source.lease(job, 1);
  expect(fresh?.contact).toBe(late?.contact);
  await expect(begin(a, late!)).rejects.toMatchObject({ code: 'ATTEMPT_NOT_LEASED' });
  await a.source.giveBack(late!);
  await begin(b, fresh!);
});

it('a contact given back is due when it was said', async () => {
  const a = server('server-a');
  const job = await runningJob(a, 1);
  const [contact] = await a.source.lease(job, 1);
  await a.source.giveBack(contact!, clock.now() + 60_000);
  expect(await a.source.lease(job, 1)).toEqual([]);
  expect(await a.source.left(job)).toMatchObject({ due: 0, later: 1, leased: 0 });
  clock.advance(60_000);
  expect(await a.source.lease(job, 1)).toHaveLength(1);
});

it('an address with an unfinished attempt cannot be dialled from another job', async () => {
  const a = server('server-a');
  const first = await runningJob(a, 1);
  const { campaign } = (await a.director.job(first))!;
  const second = await a.director.createJob({ campaign });
  const [one] = await a.source.lease(first, 1);
  const [two] = await a.source.lease(second, 1);
  const attempt = await begin(a, one!);
  await expect(begin(a, two!)).rejects.toMatchObject({ code: 'ATTEMPT_ALREADY_OPEN' });
  await a.sink.finish(result(attempt, one!, 'Answer_Human'));
  await begin(a, two!);
});

it('of many results claimed at once for one attempt exactly one is taken', async () => {
  const [a, b] = [server('server-a'), server('server-b')];
  const job = await runningJob(a, 1);
  const [contact] = await a.source.lease(job, 1);
  const attempt = await begin(a, contact!);
  const claims = ['Answer_Human', 'Call_Busy', 'Ring_No_Answer', 'Answer_Machine', 'SIT_Tone', 'Sale'];
  const taken = await Promise.all(claims.map((code, i) => (i % 2 === 0 ? a : b).sink.finish(result(attempt, contact!, code))));
  expect(taken.filter(Boolean)).toHaveLength(1);
  const report = await jobReport(test.store, job);
  expect(report.integrity).toMatchObject({ attemptsWithoutResult: 0, attemptsWithTwoResults: 0, resultsRefused: 5 });
  expect(Object.keys(report.byCompletionCode)).toEqual([claims[taken.indexOf(true)]]);
});

it('a result of an attempt that was never begun changes nothing', async () => {
  const a = server('server-a');
  const job = await runningJob(a, 1);
  const [contact] = await a.source.lease(job, 1);
  await expect(a.sink.finish(result('attempt-nobody' as AttemptId, contact!, 'Answer_Human'))).resolves.toBe(false);
  await expect(a.sink.finish(result('attempt-nobody' as AttemptId, contact!, 'Attempt In Progress'))).rejects.toThrow('is no result');
});

it('retries follow the policy of each completion code until they are used up', async () => {
  const a = server('server-a');
  const job = await runningJob(a, 1, { retries: { byCode: { Call_Busy: { count: 2, delayMs: 5_000 }, Ring_No_Answer: { count: 1, delayMs: 9_000 } }, maxAttempts: 10 } });
  const tryOnce = async (code: string): Promise<number> => {
    const [contact] = await a.source.lease(job, 1);
    await a.sink.finish(result(await begin(a, contact!), contact!, code));
    return contact!.attemptNumber;
  };
  expect(await tryOnce('Call_Busy')).toBe(1);
  clock.advance(4_999);
  expect(await a.source.lease(job, 1)).toEqual([]);
  clock.advance(1);
  expect(await tryOnce('Ring_No_Answer')).toBe(2);
  clock.advance(9_000);
  expect(await tryOnce('Call_Busy')).toBe(3);
  clock.advance(5_000);
  expect(await tryOnce('Call_Busy')).toBe(4);
  await a.director.reconcile();
  expect((await a.director.job(job))?.state).toBe('Completed');
  expect((await jobReport(test.store, job)).contacts.byState).toEqual({ exhausted: 1 });
});

it('a refusal that passes with time delays the contact, and a final one ends it, both with their reason', async () => {
  const a = server('server-a');
  const job = await runningJob(a, 2);
  const [one, two] = await a.source.lease(job, 2);
  await a.source.refuse(one!, { allowed: false, code: 'Restricted', reason: 'guard-times', retryAt: clock.now() + 1_000 });
  await a.source.refuse(two!, { allowed: false, code: 'DNC', reason: 'do-not-call' });
  expect(await a.source.left(job)).toMatchObject({ due: 0, later: 1, leased: 0 });
  clock.advance(1_000);
  const [again] = await a.source.lease(job, 2);
  await a.sink.finish(result(await begin(a, again!), again!, 'Answer_Human'));
  await a.director.reconcile();
  const report = await jobReport(test.store, job);
  expect(report.contacts.byState).toEqual({ done: 1, restricted: 1 });
  expect(report.restricted).toEqual({ DNC: 1, Restricted: 1 });
  expect(report.integrity.contactsLost).toBe(0);
});

it('the gate refuses a number on the do-not-call list and one that was abandoned a day ago', async () => {
  const a = server('server-a');
  const job = await runningJob(a, 2);
  const [one, two] = await a.source.lease(job, 2);
  await test.store.query(statement('test.dnc', `INSERT INTO do_not_call (address, source, added_at) VALUES ($1, 'opt-out key', $2)`), [one!.address, new Date(clock.now())]);
  expect(await a.gate.authorise({ contact: one!, asker: 'pacer', channel: 'voice', now: clock.now() })).toMatchObject({ allowed: false, code: 'DNC' });
  const start = clock.now();
  expect(await a.gate.authorise({ contact: two!, asker: 'pacer', channel: 'voice', now: start })).toEqual({ allowed: true });
  await a.sink.finish(result(await begin(a, two!), two!, 'Disconnected_By_System_NuisanceApp', { nuisance: true }));
  clock.advance(86_400_000);
  expect(await a.gate.authorise({ contact: two!, asker: 'pacer', channel: 'voice', now: clock.now() })).toMatchObject({ allowed: false, rule: '72Hours_NUISANCE', retryAt: start + 72 * 3_600_000 });
  expect(await a.gate.authorise({ contact: two!, asker: 'agent', channel: 'voice', now: clock.now() })).toEqual({ allowed: true });
});

it('a paused job leases nothing, waits for its calls, and goes on when resumed', async () => {
  const a = server('server-a');
  const job = await runningJob(a, 3);
  const [one, two] = await a.source.lease(job, 2);
  const attempt = await begin(a, one!);
  expect(await a.director.pause(job)).toBe(true);
  expect((await a.director.job(job))?.state).toBe('Pausing');
  expect(await a.source.lease(job, 5)).toEqual([]);
  await expect(begin(a, two!)).rejects.toMatchObject({ code: 'ATTEMPT_NOT_LEASED' });
  await a.sink.finish(result(attempt, one!, 'Answer_Human'));
  await a.director.reconcile();
  expect((await a.director.job(job))?.state).toBe('Paused');
  expect(await a.director.pause(job)).toBe(false);
  expect(await a.director.resume(job)).toBe(true);
  expect(await a.source.lease(job, 5)).toHaveLength(1);
});

it('a stopped job ends after its calls, and the contacts it did not reach are marked withdrawn', async () => {
  const a = server('server-a');
  const job = await runningJob(a, 3);
  const [one] = await a.source.lease(job, 1);
  const attempt = await begin(a, one!);
  await a.director.stop(job);
  expect((await a.director.job(job))?.state).toBe('Stopping');
  await a.sink.finish(result(attempt, one!, 'Call_Busy'));
  await a.director.reconcile();
  expect(await a.director.job(job)).toMatchObject({ state: 'Completed', finish_reason: 'stopped by hand' });
  expect((await jobReport(test.store, job)).contacts.byState).toEqual({ withdrawn: 3 });
  expect((await jobReport(test.store, job)).integrity.contactsLost).toBe(0);
});

it('a job waits for its start time, and stops at its end time or when its goal is reached', async () => {
  const a = server('server-a');
  const now = clock.now();
  const first = await runningJob(a, 2, { goal: { codes: ['Sale'], count: 1 } });
  const { campaign } = (await a.director.job(first))!;
  const timed = await a.director.createJob({ campaign, startsAt: now + 1_000, endsAt: now + 5_000 });
  expect((await a.director.job(timed))?.state).toBe('Scheduled');
  const [contact] = await a.source.lease(first, 1);
  await a.sink.finish(result(await begin(a, contact!), contact!, 'Sale', { agent: 'agent-1' as never }));
  clock.advance(1_000);
  await a.director.reconcile();
  expect(await a.director.job(first)).toMatchObject({ state: 'Completed', finish_reason: 'goal reached' });
  expect((await a.director.job(timed))?.state).toBe('Running');
  clock.advance(4_000);
  await a.director.reconcile();
  expect(await a.director.job(timed)).toMatchObject({ state: 'Completed', finish_reason: 'end time' });
});

it('after a server died every open attempt gets one result, its leases come back, and its facts are handed over', async () => {
  const dead = server(`server-dead-${randomBytes(3).toString('hex')}`);
  const alive = server('server-alive');
  await alive.presence.enter();
  const job = await runningJob(dead, 4, { retries: { byCode: { Disconnected_By_System: { count: 1, delayMs: 5_000 } }, maxAttempts: 5 } });
  const contacts = await dead.source.lease(job, 3);
  // It was known to live, on another machine, and falls silent.
  await test.store.query(statement('test.server', `INSERT INTO server (id, process, started_at, heartbeat_at) VALUES ($1, 'elsewhere/boot/1/1', $2, $2)`), [dead.presence.id, new Date(clock.now())]);
  const one = await begin(dead, contacts[0]!);
  const two = await begin(dead, contacts[1]!);
  await dead.sink.note(one, { sipCallId: 'abc', person: true });
  await dead.sink.note(one, { sipTag: 'xyz' });
  expect(await alive.recovery.recover(job)).toEqual([]);
  clock.advance(20_001);
  const both = await Promise.all([alive.recovery.recover(job), alive.recovery.recover(job)]);
  const orphans = both.flat();
  expect(orphans.map((o) => o.attempt).sort()).toEqual([one, two].sort());
  expect(orphans.find((o) => o.attempt === one)?.facts).toEqual({ sipCallId: 'abc', sipTag: 'xyz', person: true });
  expect(await alive.source.left(job)).toMatchObject({ due: 2, later: 2, leased: 0, attempting: 0 });
  // The dead one was only asleep: its word comes too late.
  await expect(dead.sink.finish(result(one, contacts[0]!, 'Answer_Human'))).resolves.toBe(false);
  clock.advance(5_000);
  for (const contact of await alive.source.lease(job, 9)) await alive.sink.finish(result(await begin(alive, contact), contact, 'Answer_Machine'));
  await alive.director.reconcile();
  expect((await alive.director.job(job))?.state).toBe('Completed');
  const report = await jobReport(test.store, job);
  expect(report).toMatchObject({ attempts: 6, byCompletionCode: { Answer_Machine: 4, Disconnected_By_System: 2 }, people: { answered: 1, abandoned: 1 } });
  expect(report.integrity).toEqual({ attemptsWithoutResult: 0, attemptsWithTwoResults: 0, contactsLost: 0, contactsDialledTwiceAtOnce: 0, resultsRefused: 1, attemptsRecovered: 2 });
  await alive.presence.leave();
});

it('an attempt that this server lost sight of is recovered, one that it knows is not', async () => {
  const a = server('server-strays');
  await a.presence.enter();
  const job = await runningJob(a, 2);
  const [one, two] = await a.source.lease(job, 2);
  const known = await begin(a, one!);
  const stray = await begin(a, two!);
  const orphans = await a.recovery.recover(job, (attempt) => attempt === known);
  expect(orphans.map((o) => o.attempt)).toEqual([stray]);
  await a.presence.leave();
});

it('the director looks after attempts of dead servers on its rounds', async () => {
  const orphans: string[] = [];
  const dead = server('server-forgotten');
  const alive = createCampaigns({
    store: test.store, clock, ids, logger: silentLogger, server: 'server-rounds', doNotCall: { add: () => Promise.resolve() },
    isOpenHere: () => true, onOrphans: (found) => void orphans.push(...found.map((o) => o.attempt)),
  });
  await alive.presence.enter();
  const job = await runningJob(dead, 2);
  const [one] = await dead.source.lease(job, 1);
  const lost = await begin(dead, one!);
  const [two] = await alive.source.lease(job, 1);
  const own = await begin(alive, two!);
  alive.director.start(1_000);
  // A round takes as long as the store takes: on a busy machine several seconds of the clock pass in one.
  for (let second = 0; second < 12 || (!orphans.includes(lost) && second < 300); second++) {
    clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  await alive.director.close();
  expect(orphans).toContain(lost);
  expect(orphans).not.toContain(own);
  await alive.presence.leave();
});

it('the report sees what must not be: a missing result, a second one, an overlap and a lost contact', async () => {
  const a = server('server-a');
  const job = await runningJob(a, 3);
  const contacts = await a.source.lease(job, 3);
  const first = await begin(a, contacts[0]!);
  await a.sink.finish(result(first, contacts[0]!, 'Answer_Human'));
  const spoil = async (text: string, values: string[]): Promise<void> => void (await test.store.query(statement(`test.spoil-${randomBytes(3).toString('hex')}`, text), values));
  await spoil(`INSERT INTO attempt_event (attempt_id, job_id, contact_id, kind, completion_code, server_id, at) SELECT id, job_id, contact_id, 'finished', 'Call_Busy', server_id, now() FROM attempt WHERE id = $1`, [first]);
  await spoil(`UPDATE attempt SET ended_at = 'infinity' WHERE id = $1`, [first]);
  await spoil(`INSERT INTO attempt (id, job_id, contact_id, address, number, server_id, started_at) SELECT $2, job_id, contact_id, address, 2, server_id, started_at + interval '1 second' FROM attempt WHERE id = $1`, [first, `${first}-twin`]);
  await spoil(`DELETE FROM job_contact WHERE job_id = $1 AND contact_id = $2`, [job, contacts[1]!.contact]);
  expect((await jobReport(test.store, job)).integrity).toMatchObject({ attemptsWithoutResult: 1, attemptsWithTwoResults: 1, contactsLost: 1, contactsDialledTwiceAtOnce: 1 });
});

describe('contacts that agents dial', () => {
  it('are leased by their number, also before they are due, and not twice', async () => {
    const campaigns = server('server-a');
    const job = await runningJob(campaigns, 2);
    const [first] = await campaigns.source.lease(job, 1);
    await campaigns.source.giveBack(first!, clock.now() + 3_600_000);
    const held = await campaigns.source.leaseNumber(job, first!.address);
    expect(held).toMatchObject({ contact: first!.contact, attemptNumber: 1 });
    expect(await campaigns.source.leaseNumber(job, first!.address)).toBe('taken');
    expect(await campaigns.source.leaseNumber(job, '+12025550123')).toBe('unknown');
    // Given back undialled, it is due when it was.
    await campaigns.source.giveBack(held as LeasedContact);
    expect(await campaigns.source.left(job)).toMatchObject({ due: 1, later: 1, leased: 0 });
  });

  it('are not leased by number when their job does not run', async () => {
    const campaigns = server('server-a');
    const job = await runningJob(campaigns, 1);
    const [only] = await campaigns.source.lease(job, 1);
    await campaigns.source.giveBack(only!);
    await campaigns.director.pause(job);
    expect(await campaigns.source.leaseNumber(job, only!.address)).toBe('taken');
  });

  it('are held beyond their deadline as long as the lease is renewed, and by one server only', async () => {
    const campaigns = server('server-a');
    const job = await runningJob(campaigns, 1);
    const [contact] = await campaigns.source.lease(job, 1);
    clock.advance(defaultCampaignSettings.leaseMs - 1_000);
    const kept = await campaigns.source.keep(contact!);
    clock.advance(60_000);
    await campaigns.director.reconcile();
    expect(await campaigns.source.left(job)).toMatchObject({ leased: 1 });
    // The old lease is worth nothing any more.
    expect(await campaigns.source.keep(contact!)).toBeUndefined();
    await expect(begin(campaigns, contact!)).rejects.toMatchObject({ code: 'ATTEMPT_NOT_LEASED' });
    clock.advance(defaultCampaignSettings.leaseMs);
    await campaigns.director.reconcile();
    expect(await campaigns.source.keep(kept!)).toBeUndefined();
    expect(await campaigns.source.left(job)).toMatchObject({ due: 1, leased: 0 });
  });

  it('are recorded with the number that was dialled', async () => {
    const campaigns = server('server-a');
    const job = await runningJob(campaigns, 1);
    const [contact] = await campaigns.source.lease(job, 1);
    const attempt = await begin(campaigns, { ...contact!, address: '+12025550177' });
    const [row] = await test.store.query(statement<{ address: string }>('test.address', 'SELECT address FROM attempt WHERE id = $1'), [attempt]);
    expect(row?.address).toBe('+12025550177');
    await campaigns.sink.finish(result(attempt, contact!, 'Sale'));
  });

  it('that are cancelled come again as the retry rule for Preview_Cancelled says, without counting as an attempt', async () => {
    const campaigns = server('server-a');
    const job = await runningJob(campaigns, 1, { retries: { byCode: { Preview_Cancelled: { count: 1, delayMs: 60_000 } }, maxAttempts: 3 } });
    const [contact] = await campaigns.source.lease(job, 1);
    await campaigns.source.decline(contact!, 'Preview_Cancelled', 'cancelled by agent 1001');
    expect(await campaigns.source.left(job)).toMatchObject({ due: 0, later: 1 });
    clock.advance(60_000);
    const [again] = await campaigns.source.lease(job, 1);
    expect(again).toMatchObject({ contact: contact!.contact, attemptNumber: 1 });
    await campaigns.source.decline(again!, 'Preview_Cancelled', 'cancelled by agent 1001');
    await campaigns.director.reconcile();
    expect(await jobReport(test.store, job)).toMatchObject({ attempts: 0, restricted: { Preview_Cancelled: 2 }, contacts: { byState: { restricted: 1 } }, integrity: { contactsLost: 0 } });
    expect((await campaigns.director.job(job))?.state).toBe('Completed');
  });
});

describe('messages of a server that died', () => {
  const dueAgain = { retries: { byCode: { Disconnected_By_System: { count: 1, delayMs: 0 } }, maxAttempts: 3 } };

  it.each([
    [{ message: 'recorded', channel: 'sms' }, 'Disconnected_By_System', 'waiting'],
    [{ message: 'sending', channel: 'sms' }, 'Unknown', 'done'],
    [{ message: 'sent', channel: 'email' }, 'Email Sent', 'done'],
  ])('with %j end as %s, and their contact is %s', async (facts, code, state) => {
    const dead = server(new RandomIds().next('server'));
    const job = await runningJob(dead, 1, dueAgain);
    const [contact] = await dead.source.lease(job, 1);
    const attempt = new RandomIds().next('attempt');
    await dead.sink.begin({ attempt, contact: contact!, startedAt: clock.now(), facts });
    const living = server(new RandomIds().next('server'));
    await living.presence.enter();
    const orphans = await living.recovery.recover(job);
    await living.presence.leave();
    expect(orphans).toMatchObject([{ attempt, facts }]);
    expect(await jobReport(test.store, job)).toMatchObject({ byCompletionCode: { [code]: 1 }, contacts: { byState: { [state]: 1 } }, integrity: { attemptsWithoutResult: 0, attemptsWithTwoResults: 0 } });
  });
});
