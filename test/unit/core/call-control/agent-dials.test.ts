import { defaultSharing } from '../../../../src/core/allocation/job-sharing.ts';
import { AgentDials, type AgentDialTerms } from '../../../../src/core/call-control/agent-dials.ts';
import { ContactClasses } from '../../../../src/core/call-control/contact-class.ts';
import type { DriverSettings } from '../../../../src/core/call-control/driver-settings.ts';
import type { AttemptSource, GateVerdict, LeasedContact } from '../../../../src/core/ports.ts';
import { SimulatedClock } from '../../../../src/kernel/clock.ts';
import { CountingIds, type AgentId, type AttemptId, type ContactId, type JobId } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { AgentManager, AgentSession, defaultAgentSettings, DiallingAgents, hashPassword, resultCodes, type AgentNotification, type DialDesk } from '../../../../src/modules/agents/index.ts';

const job = 'job-1' as JobId;
const passwordHash = hashPassword('secret');
const driver: DriverSettings = {
  driverUri: 'file:driver.ccxml', mode: 'agent', classify: true, callerId: '', trunk: '', ringTimeoutMs: 25_000, humanUrl: '', machineUrl: '',
  verdictMs: 1_800, sovTimeoutMs: 4_000, liveVoiceTimeoutMs: 3_500, safeHarbourMs: 2_000, parameters: {},
};
const contact = (id: string): LeasedContact => ({ contact: id as ContactId, job, address: `+1202555010${id}`, timeZone: 'America/New_York', attemptNumber: 1, attributes: { mobile: '+12025550199' }, leaseExpiresAt: 120_000 });
const settle = async (): Promise<void> => {
  for (let i = 0; i < 30; i++) await Promise.resolve();
};

/** Agents with desktops, and call control that notes what it is asked. */
async function setUp(given: Partial<AgentDialTerms> = {}, settings: { lines?: number } = {}) {
  const clock = new SimulatedClock();
  const said: string[] = [];
  const started: { contact: LeasedContact; driver: DriverSettings; session: AttemptId; agent: AgentId }[] = [];
  const state = { verdict: { allowed: true } as GateVerdict, terms: undefined as AgentDialTerms | undefined, kept: true, startFault: '', manual: contact('7') as LeasedContact | 'unknown' | 'taken', lines: settings.lines ?? 10 };
  const terms: AgentDialTerms = {
    kind: 'preview', driver, classes: new ContactClasses('list'), canCancel: true,
    numbersOf: (c) => [{ name: 'phone', number: c.address, isDefault: true }, { name: 'mobile', number: '+12025550199', isDefault: false }], ...given,
  };
  state.terms = terms;
  const source: AttemptSource = {
    lease: () => Promise.resolve([]), left: () => Promise.resolve({ due: 0, later: 0, leased: 0 }),
    leaseNumber: () => Promise.resolve(state.manual),
    keep: (c) => Promise.resolve(state.kept ? { ...c, leaseExpiresAt: clock.now() + 120_000 } : undefined),
    giveBack: (c) => (said.push(`back ${c.contact}`), Promise.resolve()),
    decline: (c, code, reason) => (said.push(`declined ${c.contact} ${code}: ${reason}`), Promise.resolve()),
    refuse: (c, verdict) => (said.push(`refused ${c.contact} ${verdict.code}`), Promise.resolve()),
  };
  const manager = new AgentManager({
    clock, logger: silentLogger, settings: defaultAgentSettings, nails: () => ({ nailUp: () => undefined, unnail: () => undefined }),
    releaseCustomer: (a) => void (said.push(`released ${a}`), dials.giveUp(a)), lostCustomer: (a) => void (said.push(`lost ${a}`), dials.giveUp(a)),
    giveBack: (a) => void dials.giveUp(a), changed: () => undefined,
  }, [{ extension: '1001', passwordHash: await passwordHash, address: 'sip:1001@127.0.0.1' }]);
  const agents = new DiallingAgents(manager);
  const dials: AgentDials = new AgentDials({
    source, agents, clock, ids: new CountingIds(), logger: silentLogger, terms: () => state.terms,
    gate: { authorise: ({ asker }) => (said.push(`asked by ${asker}`), Promise.resolve(state.verdict)) },
    lines: { room: () => ({ dials: state.lines, bound: 'ports' }), dialled: () => undefined },
    runner: {
      calls: () => ({ ringing: [], classifying: [], waiting: [], ringingOf: [], up: 0, unplaced: 0 }),
      start: (c, d, _of, by) => {
        if (state.startFault !== '') return Promise.reject(new Error(state.startFault));
        if (by !== undefined) started.push({ contact: c, driver: d, session: by.session, agent: by.agent.agent });
        return Promise.resolve(by?.session ?? ('' as AttemptId));
      },
    },
  });
  const desk: DialDesk = {
    preview: (session, number) => dials.dial(session, number), cancel: (session) => dials.cancel(session),
    byHand: (agent, of, number) => dials.dialByHand(agent, of ?? ('' as JobId), number),
  };
  const told: AgentNotification[] = [];
  const desktop = new AgentSession(
    { manager, clock, dials: desk, digits: { send: () => Promise.reject(new Error('no digits here')) }, completionCodes: () => [{ codeID: 'Sale', codeValue: 'Sale' }], wrapupExtensions: 2, doNotCall: { addressOf: (text) => (text.startsWith('+') ? text : undefined), add: (address, source) => (said.push(`never ${address} by ${source}`), Promise.resolve()) } },
    { notify: (n) => told.push(n), close: () => undefined },
  );
  const command = (name: string, parameters: object = {}) => desktop.handle(JSON.stringify({ command: name, parameters }));
  manager.openJob({ id: job, campaign: 'spring', sharing: defaultSharing, licence: 'preview', contactType: 'Preview' });
  await command('AGTLogon', { agentExt: '1001', pwd: 'secret' });
  await command('AGTStateChange', { agentState: 'Ready' });
  await command('AGTNailupAgent');
  manager.onNail({ name: 'nail.up', agent: '1001' as AgentId, conference: 'agent-1001' });
  told.length = 0;
  const agent = manager.find('1001');
  if (agent === undefined) throw new Error('there is no agent');
  const calls = (): string[] => told.flatMap((n) => (n.notification === 'AGTCallStateChangedNotify' ? [n.parameters.callState] : []));
  return { clock, said, started, state, terms, manager, agents, dials, told, command, desktop, agent, calls, session: 'attempt-1' as AttemptId };
}

describe('a previewed contact', () => {
  it('is on the screen before anybody is dialled, and is dialled through the gate, unclassified, by the agent who saw it', async () => {
    const { dials, told, command, started, agent, calls, said, session } = await setUp();
    await dials.show(contact('1'));
    expect(told[0]).toEqual({ notification: 'AGTCallNotify', parameters: {
      sessionID: session, contactType: 'Preview', attributes: { mobile: '+12025550199' },
      contactNumbers: [{ name: 'phone', number: '+12025550101', isDefault: true }, { name: 'mobile', number: '+12025550199', isDefault: false }],
    } });
    expect([agent.state, started, said]).toEqual(['previewing', [], []]);
    expect(await command('AGTPreviewDial', { sessionID: session })).toMatchObject({ result: resultCodes.ok, sessionID: session });
    expect(started).toMatchObject([{ session, agent: '1001', contact: { address: '+12025550101' }, driver: { classify: false } }]);
    expect([agent.state, calls(), said]).toEqual(['dialling', ['Preview', 'Dialing'], ['asked by agent']]);
  });

  it('is dialled at the number that the agent chooses, and at none that is not the contact\'s', async () => {
    const { dials, command, started, session, agent } = await setUp();
    await dials.show(contact('1'));
    expect(await command('AGTPreviewDial', { sessionID: session, contactNumber: { number: '+12025550666' } })).toMatchObject({ result: resultCodes.unknownNumber, error: expect.stringContaining('+12025550101, +12025550199') });
    expect(agent.state).toBe('previewing');
    await command('AGTPreviewDial', { sessionID: session, contactNumber: { name: 'mobile', number: '+12025550199', isDefault: false } });
    expect(started[0]?.contact.address).toBe('+12025550199');
  });

  it('is dialled once however often the agent presses', async () => {
    const { dials, command, started, session } = await setUp();
    await dials.show(contact('1'));
    const answers = await Promise.all([command('AGTPreviewDial', { sessionID: session }), command('AGTPreviewDial', { sessionID: session })]);
    expect(answers.map((a) => a.result)).toEqual([resultCodes.ok, resultCodes.wrongState]);
    expect(started).toHaveLength(1);
  });

  it('is told as failed with its code when nobody is reached, and leaves the agent idle', async () => {
    const { dials, agents, command, told, session, agent, calls } = await setUp();
    await dials.show(contact('1'));
    await command('AGTPreviewDial', { sessionID: session });
    agents.dialFailed('1001' as AgentId, session, { completionCode: 'Call_Busy', reason: 'busy' });
    expect(told).toContainEqual({ notification: 'AGTDialFailed', parameters: { sessionID: session, completionCode: 'Call_Busy', reason: 'busy' } });
    expect([agent.state, calls().at(-1)]).toEqual(['idle', 'Idle']);
  });

  it('that the gate refuses now goes to its rule, and the agent is told which', async () => {
    const { dials, command, told, started, said, session, agent, state } = await setUp();
    await dials.show(contact('1'));
    state.verdict = { allowed: false, code: 'DNC', reason: 'do-not-call: on the list' };
    expect(await command('AGTPreviewDial', { sessionID: session })).toMatchObject({ result: resultCodes.notAuthorised, error: 'do-not-call: on the list' });
    expect(told).toContainEqual({ notification: 'AGTDialFailed', parameters: { sessionID: session, completionCode: 'DNC', reason: 'do-not-call: on the list' } });
    expect([started, said, agent.state]).toEqual([[], ['asked by agent', 'refused 1 DNC'], 'idle']);
  });

  it('stays on the screen when another number than its usual one is refused', async () => {
    const { dials, command, said, session, agent, state, started } = await setUp();
    await dials.show(contact('1'));
    state.verdict = { allowed: false, code: 'DNC', reason: 'do-not-call: on the list' };
    expect(await command('AGTPreviewDial', { sessionID: session, contactNumber: { number: '+12025550199' } })).toMatchObject({ result: resultCodes.notAuthorised });
    expect([said, agent.state]).toEqual([['asked by agent'], 'previewing']);
    state.verdict = { allowed: true };
    await command('AGTPreviewDial', { sessionID: session });
    expect(started).toHaveLength(1);
  });

  it('is cancelled by Preview_Cancelled, where the campaign permits it', async () => {
    const { dials, command, said, session, agent } = await setUp();
    await dials.show(contact('1'));
    expect(await command('AGTPreviewCancel', { sessionID: session })).toMatchObject({ result: resultCodes.ok });
    expect([said, agent.state]).toEqual([['declined 1 Preview_Cancelled: cancelled by agent 1001'], 'idle']);
    const strict = await setUp({ canCancel: false });
    await strict.dials.show(contact('1'));
    expect(await strict.command('AGTPreviewCancel', { sessionID: session })).toMatchObject({ result: resultCodes.notPermitted, error: expect.stringContaining('campaign.preview.canCancel') });
    expect([strict.said, strict.agent.state]).toEqual([[], 'previewing']);
  });

  it('is dialled by itself after the time of a timed preview, and not when it was dialled before', async () => {
    const { dials, clock, started, told } = await setUp({ autoDialMs: 20_000 });
    await dials.show(contact('1'));
    expect(told).toContainEqual({ notification: 'AGTCallStateChangedNotify', parameters: { callState: 'Preview', sessionID: 'attempt-1', previewSeconds: 20 } });
    clock.advance(19_999);
    await settle();
    expect(started).toHaveLength(0);
    clock.advance(1);
    await settle();
    expect(started).toHaveLength(1);
    const early = await setUp({ autoDialMs: 20_000 });
    await early.dials.show(contact('1'));
    await early.command('AGTPreviewDial', { sessionID: 'attempt-1' });
    early.clock.advance(30_000);
    await settle();
    expect(early.started).toHaveLength(1);
  });

  it('waits for a free line, and tries a timed one again', async () => {
    const { dials, clock, started, state, agent, command, session } = await setUp({ autoDialMs: 5_000 }, { lines: 0 });
    await dials.show(contact('1'));
    expect(await command('AGTPreviewDial', { sessionID: session })).toMatchObject({ result: resultCodes.dialNotBegun, error: 'no line is free' });
    expect(agent.state).toBe('previewing');
    state.lines = 1;
    clock.advance(1_000);
    await settle();
    expect(started).toHaveLength(1);
  });

  it.each([
    ['logs off', 'loggedOff', async (w: World) => void (await w.command('AGTLogoff'))],
    ['loses the desktop', 'loggedOff', async (w: World) => w.desktop.closed()],
    ['loses the line', 'nailing', async (w: World) => w.manager.onNail({ name: 'nail.lost', agent: '1001' as AgentId, reason: 'lost' })],
    ['puts the line on hold', 'nailedNotReady', async (w: World) => w.manager.onNail({ name: 'nail.held', agent: '1001' as AgentId, held: true })],
    ['does nothing for too long', 'nailedNotReady', async (w: World) => w.clock.advance(defaultAgentSettings.previewMs)],
  ])('goes back to its job when the agent %s', async (_what, becomes, leave) => {
    const w = await setUp();
    await w.dials.show(contact('1'));
    await leave(w);
    await settle();
    expect([w.agent.state, w.said, w.started]).toEqual([becomes, ['back 1'], []]);
    expect(await w.dials.dial('attempt-1' as AttemptId)).toMatchObject({ accepted: false, why: 'wrongState' });
  });

  it('leaves an agent who asked for Not Ready when it is over', async () => {
    const { dials, command, told, agent, session } = await setUp();
    await dials.show(contact('1'));
    await command('AGTStateChange', { agentState: 'NotReady' });
    expect(told.at(-1)).toEqual({ notification: 'AGTStateChangedNotify', parameters: { agentState: 'PendingNotReady' } });
    await command('AGTPreviewCancel', { sessionID: session });
    expect(agent.state).toBe('nailedNotReady');
  });

  it('goes back when its job is paused, and is not dialled after it', async () => {
    const { dials, said, started, agent, state, command, session } = await setUp();
    await dials.show(contact('1'));
    state.terms = undefined;
    dials.recall(job);
    await settle();
    expect([said, agent.state]).toEqual([['back 1'], 'idle']);
    expect(await command('AGTPreviewDial', { sessionID: session })).toMatchObject({ result: resultCodes.unknownSession });
    expect(started).toEqual([]);
  });

  it('goes back when its job is paused between the agent\'s dialling and the call', async () => {
    const { dials, said, started, agent, state, command, session } = await setUp();
    await dials.show(contact('1'));
    const answer = command('AGTPreviewDial', { sessionID: session });
    state.terms = undefined;
    dials.recall(job);
    expect(await answer).toMatchObject({ result: resultCodes.dialNotBegun, error: 'the job does not run any more' });
    expect([said, started, agent.state]).toEqual([['asked by agent', 'back 1'], [], 'idle']);
  });

  it('stays on the screen when the job becomes another kind, and the next one is not shown', async () => {
    const { dials, said, started, state, terms, command, session } = await setUp();
    await dials.show(contact('1'));
    state.terms = { ...terms, kind: 'progressive' };
    await command('AGTPreviewDial', { sessionID: session });
    expect(started).toHaveLength(1);
    await dials.show(contact('2'));
    expect(said.at(-1)).toBe('back 2');
  });

  it('is held by a lease that is renewed as long as it is on the screen, and taken off it when the lease is lost', async () => {
    const { dials, clock, agent, state, said, calls } = await setUp();
    await dials.show(contact('1'));
    clock.advance(60_000);
    await settle();
    expect(agent.state).toBe('previewing');
    state.kept = false;
    clock.advance(60_000);
    await settle();
    expect([agent.state, calls().at(-1), said]).toEqual(['idle', 'Idle', []]);
  });

  it('is not shown when nobody is idle or its lease is lost', async () => {
    const { dials, said, state, told } = await setUp();
    await dials.show(contact('1'));
    await dials.show(contact('2'));
    expect(said).toEqual(['back 2']);
    state.kept = false;
    await dials.show(contact('3'));
    expect([said, told.filter((n) => n.notification === 'AGTCallNotify').length]).toEqual([['back 2'], 1]);
  });

  it('whose attempt cannot be recorded is given back, and the agent is told', async () => {
    const { dials, said, command, session, state, agent } = await setUp();
    await dials.show(contact('1'));
    state.startFault = 'the address has an unfinished attempt';
    expect(await command('AGTPreviewDial', { sessionID: session })).toMatchObject({ result: resultCodes.dialNotBegun, error: 'the address has an unfinished attempt' });
    expect([said.at(-1), agent.state]).toEqual(['back 1', 'idle']);
  });

  it('is not dialled when the agent releases the line while the gate is asked', async () => {
    const { dials, command, said, started, session, agent } = await setUp();
    await dials.show(contact('1'));
    const dialled = command('AGTPreviewDial', { sessionID: session });
    expect(agent.state).toBe('dialling');
    expect(await command('AGTReleaseLine', { sessionID: session })).toMatchObject({ result: resultCodes.ok });
    expect(await dialled).toMatchObject({ result: resultCodes.dialNotBegun });
    await settle();
    expect([started, said.filter((s) => s.startsWith('back')), agent.state]).toEqual([[], ['back 1'], 'idle']);
  });
});

describe('dialling by hand', () => {
  const manual = (more: Partial<AgentDialTerms> = {}) => setUp({ kind: 'manual', ...more });

  it('calls a contact of the job at once, as an attempt of contact type Manual', async () => {
    const { command, started, told, said, agent } = await manual();
    expect(await command('AGTManualDial', { contactNumber: { number: '+12025550107' } })).toMatchObject({ result: resultCodes.ok, sessionID: 'attempt-1' });
    expect(started).toMatchObject([{ session: 'attempt-1', agent: '1001', contact: { address: '+12025550107' }, driver: { classify: false } }]);
    expect(told[0]).toMatchObject({ notification: 'AGTCallNotify', parameters: { contactType: 'Manual', sessionID: 'attempt-1' } });
    expect([said, agent.state]).toEqual([['asked by agent'], 'dialling']);
  });

  it('is refused in jobs of another kind, and says of which', async () => {
    const { command, started, agent } = await setUp({ kind: 'progressive' });
    expect(await command('AGTManualDial', { contactNumber: { number: '+12025550107' } })).toMatchObject({ result: resultCodes.notPermitted, error: expect.stringContaining('paced by progressive') });
    expect([started, agent.state]).toEqual([[], 'idle']);
  });

  it.each([['unknown', resultCodes.unknownNumber], ['taken', resultCodes.contactTaken]] as const)('is refused for a number that is %s', async (answer, result) => {
    const { command, state, agent } = await manual();
    state.manual = answer;
    expect(await command('AGTManualDial', { contactNumber: { number: '+12025550107' } })).toMatchObject({ result });
    expect(agent.state).toBe('idle');
  });

  it('is refused by the gate like any attempt', async () => {
    const { command, state, said, agent } = await manual();
    state.verdict = { allowed: false, code: 'Restricted', reason: 'guard-times: outside' };
    expect(await command('AGTManualDial', { contactNumber: { number: '+12025550107' } })).toMatchObject({ result: resultCodes.notAuthorised, error: 'guard-times: outside' });
    expect([said, agent.state]).toEqual([['asked by agent', 'refused 7 Restricted'], 'idle']);
  });

  it('is refused when the agent is not idle, and without a line', async () => {
    const { command, state, said, agent } = await manual();
    state.lines = 0;
    expect(await command('AGTManualDial', { contactNumber: { number: '+12025550107' } })).toMatchObject({ result: resultCodes.dialNotBegun, error: 'no line is free' });
    await settle();
    expect([said, agent.state]).toEqual([['back 7'], 'idle']);
    state.lines = 1;
    await command('AGTManualDial', { contactNumber: { number: '+12025550107' } });
    expect(await command('AGTManualDial', { contactNumber: { number: '+12025550107' } })).toMatchObject({ result: resultCodes.wrongState, error: expect.stringContaining('dialling') });
  });
});

describe('AGTAddToDNC', () => {
  it('adds every address, or none when one of them is no address', async () => {
    const { command, said } = await setUp();
    expect(await command('AGTAddToDNC', { addressList: ['+12025550101', 'Ann'] })).toMatchObject({ result: resultCodes.badParameter, error: expect.stringContaining('"Ann" is neither a number nor a mail address') });
    expect(said).toEqual([]);
    expect(await command('AGTAddToDNC', { addressList: ['+12025550101', '+12025550102'] })).toMatchObject({ result: resultCodes.ok });
    expect(said).toEqual(['never +12025550101 by agent 1001', 'never +12025550102 by agent 1001']);
  });
});

type World = Awaited<ReturnType<typeof setUp>>;
