import { resultCodes } from '../../src/modules/agents/index.ts';
import type { Desktop } from './desktop.ts';
import { sound } from './integrity.ts';
import { PacingWorld } from './pacing-world.ts';

interface Report {
  readonly attempts: number;
  readonly byCompletionCode: Readonly<Record<string, number>>;
  readonly restricted: Readonly<Record<string, number>>;
  readonly people: { readonly connected: number; readonly abandoned: number };
  readonly integrity: Readonly<Record<string, number>>;
}

/** Desktops that the test moves, on real SIP, RTP and PostgreSQL. */
describe('an agent who dials', () => {
  const world = new PacingWorld();
  afterAll(() => world.close(), 60_000);

  const preview = async (of: Desktop): Promise<{ session: string; number: string }> => {
    const { sessionID, contactNumbers } = await of.told('AGTCallNotify', { contactType: 'Preview' });
    return { session: String(sessionID), number: (contactNumbers as { number: string }[])[0]?.number ?? '' };
  };
  /** Talks, releases the line and wraps up. */
  const serve = async (of: Desktop, session: string): Promise<void> => {
    await of.told('AGTCallStateChangedNotify', { callState: 'Talking', sessionID: session });
    expect(await of.ask('AGTReleaseLine', { sessionID: session })).toMatchObject({ result: 0 });
    await of.told('AGTAutoReleaseLine', { sessionID: session });
    expect(await of.ask('AGTWrapupContact', { sessionID: session, completionCode: 'Sale' })).toMatchObject({ result: 0 });
  };

  it('sees each contact before it is dialled, keeps it through changes of kind, and loses none to a pause, a closed desktop or a killed server', async () => {
    await world.start({
      agents: 2, robots: 0, shares: 'person=1', talk: '1000-2000', config: { licences: { manualAgents: 1 } },
      campaigns: [{ name: 'spring', contacts: 40, pacing: 'preview', more: { retries: { Preview_Cancelled: { count: 1, delayMs: 3_600_000 } } } }],
    });
    const job = (await world.command('job', 'start', 'spring')).stdout.trim();
    const report = (): Promise<Report> => world.get<Report>(`/api/jobs/${job}/report`);
    const pacing = async (kind: string): Promise<void> => expect(await world.command('job', 'pacing', job, kind)).toMatchObject({ code: 0, stderr: '' });
    const ann = await world.desktop('1001');

    // The gate is asked again when the agent dials: the number has come onto the do-not-call list meanwhile.
    const blocked = await preview(ann);
    expect((await report()).attempts).toBe(0);
    await ann.ask('AGTAddToDNC', { addressList: [blocked.number] });
    expect(await ann.ask('AGTPreviewDial', { sessionID: blocked.session })).toMatchObject({ result: resultCodes.notAuthorised, error: expect.stringContaining('do-not-call') });
    await ann.told('AGTDialFailed', { sessionID: blocked.session, completionCode: 'DNC' });

    const skipped = await preview(ann);
    expect(await ann.ask('AGTPreviewCancel', { sessionID: skipped.session })).toMatchObject({ result: 0 });

    const dialled = await preview(ann);
    expect(await ann.ask('AGTManualDial', { contactNumber: { number: dialled.number } })).toMatchObject({ result: resultCodes.wrongState });
    expect(await ann.ask('AGTPreviewDial', { sessionID: dialled.session })).toMatchObject({ result: 0 });
    await ann.told('AGTCallStateChangedNotify', { callState: 'Dialing', sessionID: dialled.session });
    await serve(ann, dialled.session);

    // A pause takes the contact off the screen; the job goes on with it later.
    const paused = await preview(ann);
    await world.command('job', 'pause', job);
    await ann.told('AGTCallStateChangedNotify', { callState: 'Idle' });
    expect(await ann.ask('AGTPreviewDial', { sessionID: paused.session })).toMatchObject({ result: resultCodes.unknownSession });
    // Without any job that runs, the line is given back.
    await ann.told('AGTNailupChange', { nailupStatus: 'NotNailedUp' });
    await world.command('job', 'resume', job);
    expect(await ann.ask('AGTNailupAgent')).toMatchObject({ result: 0 });
    await ann.told('AGTNailupChange', { nailupStatus: 'NailedUp' });

    // A closed desktop gives its contact back.
    const left = await preview(ann);
    ann.close();
    await world.until('nobody has a contact', async () => ((await world.get<{ agents: Record<string, number> }>('/api/status')).agents['previewing'] ?? 0) === 0);
    expect((await report()).attempts).toBe(1);
    const bea = await world.desktop('1002');
    const kept = await preview(bea);
    expect([left.number === skipped.number, kept.number === blocked.number]).toEqual([false, false]);

    // The job becomes manual: what is on the screen stays, and the next one is dialled by hand.
    await pacing('manual');
    expect(await bea.ask('AGTPreviewDial', { sessionID: kept.session })).toMatchObject({ result: 0 });
    await serve(bea, kept.session);
    const numbers = world.numbers.get('spring') ?? [];
    const free = numbers.filter((n) => ![blocked, skipped, dialled, kept].some(({ number }) => number === n));
    expect(await bea.ask('AGTManualDial', { contactNumber: { number: kept.number } })).toMatchObject({ result: resultCodes.contactTaken });
    expect(await bea.ask('AGTManualDial', { contactNumber: { number: 'nobody' } })).toMatchObject({ result: resultCodes.unknownNumber });
    const byHand = await bea.ask('AGTManualDial', { contactNumber: { number: free.at(-1) ?? '' } });
    expect(byHand).toMatchObject({ result: 0 });
    await bea.told('AGTCallNotify', { contactType: 'Manual', sessionID: byHand['sessionID'] });
    await serve(bea, String(byHand['sessionID']));
    // One licence for manual dialling: the second agent has no job to dial for.
    const cid = await world.desktop('1001');
    expect(await cid.ask('AGTManualDial', { contactNumber: { number: free.at(-2) ?? '' } })).toMatchObject({ result: resultCodes.notPermitted, error: expect.stringContaining('licences.manualAgents') });
    cid.close();

    await pacing('progressive');
    const { sessionID } = await bea.told('AGTCallNotify', { contactType: 'Progressive' });
    expect(await bea.ask('AGTManualDial', { contactNumber: { number: free.at(-2) ?? '' } })).toMatchObject({ result: resultCodes.wrongState });
    await pacing('preview');
    await serve(bea, String(sessionID));

    // A killed server: the contact that was on the screen is shown again.
    const before = await preview(bea);
    const attempts = (await report()).attempts;
    const server = world.server;
    server?.kill();
    await server?.stop();
    await world.serve();
    const dee = await world.desktop('1002');
    const shown = await preview(dee);
    expect([shown.session === before.session, (await report()).attempts]).toEqual([false, attempts]);
    expect(await dee.ask('AGTPreviewDial', { sessionID: shown.session })).toMatchObject({ result: 0 });
    await serve(dee, shown.session);

    expect((await world.command('job', 'stop', job)).code).toBe(0);
    await world.until('the job is over', async () => (await world.jobs())[0]?.state === 'Completed', 90_000);
    const end = await report();
    expect(end).toMatchObject({ byCompletionCode: { Sale: 5 }, restricted: { DNC: 1, Preview_Cancelled: 1 }, people: { abandoned: 0 }, integrity: sound });
    // Progressive may have called one more person whom nobody awaited when it changed; that one is in none of the agents' results.
    expect(end.attempts - 5).toBeLessThanOrEqual(1);
  }, 400_000);
});

describe('a supervisor\'s floor and ceiling', () => {
  const world = new PacingWorld();
  afterAll(() => world.close(), 60_000);

  it('hold while the job runs, and change with it', async () => {
    await world.start({ agents: 2, shares: 'noanswer=1', talk: '1000-2000', campaigns: [{ name: 'spring', contacts: 150, pacing: 'ratio:5', more: { ceiling: 3 } }] });
    const job = (await world.command('job', 'start', 'spring')).stdout.trim();
    type Row = { startedAt: number; endedAt: number | null };
    const rows = (): Promise<Row[]> => world.get<Row[]>(`/api/jobs/${job}/attempts`);
    const most = (all: readonly Row[], from: number, to: number): number =>
      Math.max(0, ...all.filter((a) => a.startedAt >= from && a.startedAt < to).map(({ startedAt }) => all.filter((b) => b.startedAt <= startedAt && (b.endedAt ?? Number.POSITIVE_INFINITY) > startedAt).length));
    await world.until('twelve have been called', async () => (await rows()).length >= 12);
    const lifted = Date.now();
    // Two idle agents and five lines each, were it not for the ceiling of three.
    expect(most(await rows(), 0, lifted)).toBe(3);
    expect(await world.command('job', 'pacing', job, '--ceiling', '6')).toMatchObject({ code: 0, stderr: '' });
    await world.until('six ring at once', async () => most(await rows(), lifted, Date.now()) === 6);
    // Progressive would make one call for each of the two idle agents.
    expect(await world.command('job', 'pacing', job, 'progressive', '--floor', '4', '--ceiling', 'none')).toMatchObject({ code: 0, stderr: '' });
    await world.until('it has decided by its floor', async () => /raised to the floor of 4/.test((await world.jobs())[0]?.pacing?.last?.why ?? ''));
    const floored = Date.now();
    await world.until('ten more have been called', async () => (await rows()).filter((a) => a.startedAt > floored).length >= 10);
    expect(most(await rows(), floored + 1, Date.now())).toBe(4);
    expect((await world.command('job', 'stop', job)).code).toBe(0);
  }, 300_000);
});

describe('an agent who gives up a call that rings', () => {
  const world = new PacingWorld();
  afterAll(() => world.close(), 60_000);

  it('ends it at the carrier, by releasing the line or by being gone, and is told what became of one that nobody answers', async () => {
    await world.start({ agents: 1, robots: 0, shares: 'noanswer=1', talk: '1000-2000', campaigns: [{ name: 'spring', contacts: 10, pacing: 'preview:600', more: { ringTimeoutMs: 3_000 } }] });
    const job = (await world.command('job', 'start', 'spring')).stdout.trim();
    type Row = { id: string; completionCode: string; endedAt: number | null; agent: string | null; contactType: string | null; dialledBy: string | null };
    const row = async (id: unknown): Promise<Row | undefined> => (await world.get<Row[]>(`/api/jobs/${job}/attempts`)).find((a) => a.id === id);
    const ann = await world.desktop('1001');
    const dial = async (of: Desktop): Promise<unknown> => {
      const { sessionID } = await of.told('AGTCallNotify', { contactType: 'Preview' });
      expect(await of.ask('AGTPreviewDial', { sessionID })).toMatchObject({ result: 0 });
      return sessionID;
    };
    const unanswered = await dial(ann);
    expect(await ann.told('AGTDialFailed', { sessionID: unanswered })).toMatchObject({ completionCode: 'Ring_No_Answer' });
    const released = await dial(ann);
    expect(await ann.ask('AGTReleaseLine', { sessionID: released })).toMatchObject({ result: 0 });
    expect(await ann.told('AGTDialFailed', { sessionID: released })).toMatchObject({ completionCode: 'Cancel_No_Answer' });
    const left = await dial(ann);
    ann.close();
    await world.until('the call of the agent who is gone is over', async () => (await row(left))?.endedAt !== null);
    expect(await row(left)).toMatchObject({ completionCode: 'Cancel_No_Answer', agent: null, contactType: 'Preview', dialledBy: '1001' });
    await world.until('no call is open', async () => (await world.get<{ openCalls: number }>('/api/stats')).openCalls === 0);
    expect((await world.command('job', 'stop', job)).code).toBe(0);
    await world.until('the job is over', async () => (await world.jobs())[0]?.state === 'Completed');
    expect(await world.get<Report>(`/api/jobs/${job}/report`)).toMatchObject({ attempts: 3, byCompletionCode: { Ring_No_Answer: 1, Cancel_No_Answer: 2 }, people: { abandoned: 0 }, integrity: sound });
  }, 300_000);
});
