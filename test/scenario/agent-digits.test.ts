import { resultCodes } from '../../src/modules/agents/index.ts';
import { PacingWorld } from './pacing-world.ts';

const keys = '0123456789*#ABCD';

/** What an agent keys in for the person's end, on real SIP and RTP: the phone of each is the witness. */
describe.each([
  { how: 'as telephone-events', options: [], there: { events: keys, tones: '' } },
  { how: 'as tones where the person\'s end takes no telephone-events', options: ['--in-band'], there: { events: '', tones: keys } },
])('digits that an agent sends $how', ({ options, there }) => {
  const world = new PacingWorld();
  afterAll(() => world.close(), 60_000);

  it('reach the person\'s phone, each once and in order, and not the agent\'s; with nobody on the line they are refused', async () => {
    await world.start({ agents: 1, robots: 0, shares: 'person=1', talk: '1000-2000', carrierOptions: options, config: { log: { level: 'info' } }, campaigns: [{ name: 'spring', contacts: 3, pacing: 'progressive' }] });
    const agent = await world.desktop('1001');
    const send = (dtmf: unknown, sessionID: string) => agent.ask('AGTSendDTMF', { dtmf, sessionID });
    expect(await send('1', 'none')).toMatchObject({ result: resultCodes.unknownSession, error: 'no contact none with this agent' });
    const job = (await world.command('job', 'start', 'spring')).stdout.trim();
    const { sessionID } = await agent.told('AGTCallNotify', { contactType: 'Progressive' });
    const session = String(sessionID);
    await agent.told('AGTCallStateChangedNotify', { callState: 'Talking' });
    for (const wrong of ['', '12e', '1 2', '1!', '1'.repeat(65)]) {
      expect(await send(wrong, session)).toMatchObject({ result: resultCodes.badParameter, error: expect.stringContaining('dtmf must be 1 to 64 of 0–9, *, # and A–D') });
    }
    expect(await send(undefined, session)).toMatchObject({ result: resultCodes.badParameter, error: expect.stringContaining('dtmf') });
    expect(await send(keys.slice(0, 7), session)).toMatchObject({ result: 0 });
    expect(await send(keys.slice(7), session)).toMatchObject({ result: 0 });
    // Each takes 160 ms, a packet is sent every 20 ms.
    const sent = async (): Promise<number> => Math.min(...(await world.get<{ legs: { packetsSent: number }[] }>('/api/media/stats')).legs.map((leg) => leg.packetsSent));
    const before = await sent();
    const { legs: told } = await world.get<{ legs: { connection?: string; session?: string; direction?: string; remote?: string }[] }>('/api/media/stats');
    expect(told).toHaveLength(2);
    for (const leg of told) expect(leg).toMatchObject({ connection: expect.any(String), session: expect.any(String), direction: 'outbound', remote: expect.stringMatching(/./) });
    expect(await world.get(`/api/media/stats?leg=${told[0]?.connection ?? ''}`)).toMatchObject({ legs: [{ connection: told[0]?.connection }], ended: [] });
    await world.until('the digits are out', async () => (await sent()) > before + 10 * keys.length);
    await agent.ask('AGTReleaseLine', { sessionID: session });
    await agent.told('AGTCallStateChangedNotify', { callState: 'Wrapup' });
    expect(await send('1', session)).toMatchObject({ result: resultCodes.wrongState, error: 'the agent is wrapup; digits are sent to somebody who is talked to' });
    expect((await world.command('job', 'stop', job)).code).toBe(0);
    await agent.ask('AGTWrapupContact', { sessionID: session, completionCode: 'Sale' });
    await agent.ask('AGTLogoff');
    await world.until('both phones are done', () => Promise.resolve(world.calls.length > 0 && world.agentCalls.length > 0));
    expect(world.calls[0]?.keys).toEqual(there);
    expect(world.agentCalls).toMatchObject([{ digits: '', tones: '', telephoneEventPackets: 0 }]);
    type Leg = { call: string; leg: string; agent?: string; mos: number; packetsReceived: number; durationMs?: number };
    const [attempt] = await world.get<{ id: string; calls: Leg[] }[]>(`/api/jobs/${job}/attempts`);
    expect(attempt).toMatchObject({ id: session, calls: [{ call: session, leg: 'customer' }, { call: `${session}.agent`, leg: 'agent', agent: '1001' }] });
    const [customerLeg, agentLeg] = attempt?.calls ?? [];
    // The phone was nailed before anybody was called: 50 packets a second of the conversation alone.
    expect(Math.abs((agentLeg?.packetsReceived ?? 0) - (agentLeg?.durationMs ?? 0) / 20)).toBeLessThan(25);
    expect([agentLeg, customerLeg].every((leg) => (leg?.mos ?? 0) > 3.5)).toBe(true);
    expect(await world.get(`/api/jobs/${job}/report`)).toMatchObject({ sound: { calls: 1, meanMos: customerLeg?.mos }, agentSound: { calls: 1, meanMos: agentLeg?.mos } });
    const audit = (world.server?.stderr ?? '').split('\n').filter((line) => line.includes('agent.digits'));
    expect(audit.map((line) => (JSON.parse(line) as { digits: string; agent: string; attempt: string }))).toMatchObject([keys.slice(0, 7), keys.slice(7)].map((digits) => ({ digits, agent: '1001', attempt: session })));
  }, 240_000);
});
