import { SimulatedClock } from '../../../../src/kernel/clock.ts';
import { RandomIds, type AttemptId, type JobId } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { NailupError } from '../../../../src/kernel/nailup-error.ts';
import { CampaignLedger } from '../../../../src/core/pacing/campaign-ledger.ts';
import { createPacer } from '../../../../src/core/pacing/create-pacer.ts';
import { createCampaigns, defaultCampaignSettings, type Campaigns } from '../../../../src/modules/campaigns/index.ts';
import { DecisionLog, type RecordedDecision } from '../../../../src/modules/campaigns/decision-log.ts';
import { statement } from '../../../../src/store/index.ts';
import { openTestStore, type TestStore } from '../../../embedded-store.ts';

let test: TestStore;
const clock = new SimulatedClock(Date.UTC(2026, 5, 10, 12));
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.close());

const addList = statement<{ id: number }>('test.pacing-add-list', 'INSERT INTO contact_list (name) VALUES ($1) RETURNING id');
const addContacts = statement('test.pacing-add-contacts', `INSERT INTO contact (list_id, phone, time_zones, zone_source) SELECT $1, '+4930' || lpad((($1::bigint * 1000) + n)::text, 8, '0'), '{Europe/Berlin}', 'number' FROM generate_series(1, $2::int) n`);
const addPeople = statement('test.pacing-add-people', `INSERT INTO pacing_ledger (campaign_id, minute, answered, abandoned) SELECT id, date_trunc('minute', $2::timestamptz), $3, $4 FROM campaign WHERE name = $1`);
const countLedger = statement<{ n: number }>('test.pacing-count', 'SELECT count(*)::int AS n FROM pacing_ledger');

let count = 0;
function server(): Campaigns {
  return createCampaigns({ store: test.store, clock, ids: new RandomIds(), logger: silentLogger, server: `server-${++count}`, doNotCall: { add: () => Promise.resolve() } });
}

async function job(campaigns: Campaigns, contacts = 2): Promise<{ id: JobId; campaign: string }> {
  const campaign = `list-${++count}`;
  const [list] = await test.store.query(addList, [campaign]);
  await test.store.query(addContacts, [list!.id, contacts]);
  await campaigns.director.define({ name: campaign, list: campaign, settings: defaultCampaignSettings });
  return { id: await campaigns.director.createJob({ campaign }), campaign };
}

const people = (campaign: string, ageMs: number, answered: number, abandoned: number): Promise<unknown> => test.store.query(addPeople, [campaign, new Date(clock.now() - ageMs), answered, abandoned]);
const hour = 3_600_000;

describe('the ledger in the store', () => {
  it('is handed to a later server’s pacer, which then knows its budget', async () => {
    const { campaign } = await job(server());
    await people(campaign, 30 * 60_000, 40, 1);
    await people(campaign, 10 * hour, 900, 27);
    await people(campaign, 20 * 24 * hour, 5_000, 50);
    await people(campaign, 40 * 24 * hour, 70_000, 9_000);
    const history = await server().ledgerHistory(campaign);
    const now = 3_000;
    expect(new CampaignLedger(history, now).sums(now)).toEqual({ hour: { answered: 40, abandoned: 1 }, day: { answered: 940, abandoned: 28 }, month: { answered: 5_940, abandoned: 78 } });
    const pacer = createPacer({ kind: 'cruise', history, now });
    if (typeof pacer === 'string') throw new Error(pacer);
    // 3 % of the day's 940 people, of whom a few may have been machines, less the 28 who were lost.
    const room = pacer.account?.()?.room ?? Number.NaN;
    expect(room).toBeGreaterThan(-2);
    expect(room).toBeLessThan(0.3);
  });

  it('never believes a window to have more room than it has: people count from the minute’s start, abandonments from its end', async () => {
    const { campaign } = await job(server());
    await people(campaign, hour - 90_000, 100, 6);
    const history = await server().ledgerHistory(campaign);
    const ledger = new CampaignLedger(history, 0);
    const at = (ms: number): unknown => ledger.sums(ms).hour;
    expect(at(0)).toEqual({ answered: 100, abandoned: 6 });
    expect(at(70_000)).toEqual({ answered: 0, abandoned: 6 });
    expect(at(200_000)).toEqual({ answered: 0, abandoned: 0 });
  });

  it('counts who talked to an agent when the server died, and who gave up waiting as abandoned', async () => {
    const campaigns = server();
    const { id, campaign } = await job(campaigns);
    const [talked, waited] = await campaigns.source.lease(id, 2);
    const begin = async (contact: typeof talked): Promise<AttemptId> => {
      const attempt = new RandomIds().next('attempt');
      await campaigns.sink.begin({ attempt, contact: contact!, startedAt: clock.now() });
      return attempt;
    };
    const first = await begin(talked);
    await campaigns.sink.note(first, { person: true, joined: true, answeredAt: clock.now() });
    const second = await begin(waited);
    await campaigns.sink.finish({ attempt: second, contact: waited!.contact, job: id, completionCode: 'Disconnected_By_User', startedAt: clock.now(), endedAt: clock.now(), nuisance: false, times: { verdict: clock.now() }, exit: {} });
    await server().recovery.recover(id);
    expect((await campaigns.ledger(campaign)).hour).toEqual({ answered: 2, abandoned: 1 });
  });

  it('is kept for longer than the longest window, then deleted', async () => {
    const campaigns = server();
    const { campaign } = await job(campaigns);
    await people(campaign, 31 * 24 * hour, 10, 0);
    await people(campaign, 60 * 24 * hour, 10, 0);
    const before = (await test.store.query(countLedger))[0]!.n;
    await campaigns.director.reconcile();
    const after = (await test.store.query(countLedger))[0]!.n;
    expect(before - after).toBeGreaterThanOrEqual(1);
    expect((await server().ledgerHistory(campaign)).length).toBeLessThanOrEqual(1);
  });
});

describe('the pacing of a job in the store', () => {
  it('is what was asked for, until it is over', async () => {
    const campaigns = server();
    const { id } = await job(campaigns);
    expect(await campaigns.director.job(id)).toMatchObject({ pacing: null, sharing: null });
    expect(await campaigns.director.setPacing(id, { pacing: 'ratio:2', ceiling: 9 })).toBe(true);
    expect(await campaigns.director.setSharing(id, { priority: 8, minAgents: 2, minPorts: 0, allocation: 'reserved' })).toBe(true);
    expect(await server().director.job(id)).toMatchObject({ pacing: { pacing: 'ratio:2', ceiling: 9 }, sharing: { priority: 8, minAgents: 2, minPorts: 0, allocation: 'reserved' } });
    await campaigns.director.stop(id);
    expect(await campaigns.director.setPacing(id, { pacing: 'cruise' })).toBe(false);
  });
});

describe('the log of decisions', () => {
  const log = (): DecisionLog => new DecisionLog({ store: test.store, clock, logger: silentLogger, keepMs: 7 * 24 * hour });
  const decision = (at: number, dial: number, why: string): RecordedDecision => ({ at, dial, why });

  it('keeps what dials, what is decided for another reason, and one of many that are alike', async () => {
    const { id } = await job(server());
    const decisions = log();
    const start = clock.now();
    for (let second = 0; second < 100; second++) decisions.record(id, decision(start + second * 1_000, second === 50 ? 3 : 0, second < 20 ? `${second} idle` : 'nobody is staffed'));
    const kept: number[] = [];
    for (let second = 0; second < 100; second++) kept.push(((await decisions.explain(id, start + second * 1_000)).decision.at - start) / 1_000);
    expect([...new Set(kept)]).toEqual([0, 20, 50, 80]);
  });

  it('explains from another server what was decided at a moment, and what came next', async () => {
    const { id } = await job(server());
    const decisions = log();
    const at = clock.now();
    decisions.record(id, decision(at, 2, 'because'));
    decisions.record(id, decision(at + 5_000, 1, 'then'));
    await decisions.flush();
    expect(await log().explain(id, at + 4_999)).toEqual({ decision: decision(at, 2, 'because'), next: decision(at + 5_000, 1, 'then'), kept: { first: at, last: at + 5_000 } });
    expect((await log().explain(id, at + 60_000)).next).toBeUndefined();
  });

  it('writes by itself within five seconds', async () => {
    const { id } = await job(server());
    const decisions = log();
    decisions.record(id, decision(clock.now(), 2, 'because'));
    clock.advance(5_000);
    await decisions.flush();
    expect(await log().newest(id)).toMatchObject({ dial: 2 });
  });

  it('says that a job is unknown, that it decided nothing at all, and that it decided nothing then, with the nearest times', async () => {
    const { id } = await job(server());
    const decisions = log();
    const fault = async (of: JobId, at: number): Promise<NailupError> => decisions.explain(of, at).then(() => { throw new Error('explained'); }, (error: unknown) => error as NailupError);
    expect(await fault('job-none' as JobId, 0)).toMatchObject({ code: 'JOB_UNKNOWN', message: 'there is no job job-none' });
    expect(await fault(id, clock.now())).toMatchObject({ code: 'PACING_DECISION_UNKNOWN', message: `no decision of job ${id} is kept` });
    const at = clock.now();
    decisions.record(id, decision(at, 2, 'because'));
    decisions.record(id, decision(at + hour, 2, 'because'));
    for (const [moment, near] of [[at - 1, [at]], [at + 600_000, [at, at + hour]], [at + 2 * hour, [at + hour]]] as const) {
      const { code, message, mend } = await fault(id, moment);
      expect(code).toBe('PACING_DECISION_UNKNOWN');
      expect(message).toContain(`the nearest are of ${near.map((ms) => new Date(ms).toISOString()).join(' and ')}`);
      expect(mend).toContain(new Date(at + hour).toISOString());
    }
  });

  it('forgets after its days', async () => {
    const { id } = await job(server());
    const decisions = log();
    decisions.record(id, decision(clock.now() - 8 * 24 * hour, 2, 'long ago'));
    decisions.record(id, decision(clock.now(), 2, 'now'));
    await decisions.flush();
    await decisions.purge();
    expect((await decisions.explain(id, clock.now())).decision.why).toBe('now');
  });
});
