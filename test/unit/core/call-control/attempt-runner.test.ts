import type { CcxmlServer, SessionEnd } from '../../../../src/ccxml/platform.ts';
import { AttemptRunner } from '../../../../src/core/call-control/attempt-runner.ts';
import type { DriverSettings } from '../../../../src/core/call-control/driver-settings.ts';
import type { AgentPool, LeasedContact, OutcomeSink } from '../../../../src/core/ports.ts';
import { SimulatedClock } from '../../../../src/kernel/clock.ts';
import { CountingIds, type AgentId, type ConnectionId, type ContactId, type JobId } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { accepted } from '../../../../src/kernel/result.ts';

const job = 'job-1' as JobId;
const connection = 'connection-1' as ConnectionId;
const contact: LeasedContact = { contact: '1' as ContactId, job, address: '+12025550101', timeZone: 'America/New_York', attemptNumber: 1, attributes: {}, leaseExpiresAt: 0 };
const facts = { local: 'sip:nailup@127.0.0.1', remote: contact.address, originator: 'local', protocol: { name: 'sip', version: '2.0' } } as const;
const driver: DriverSettings = {
  driverUri: 'file:driver.ccxml', mode: 'agent', classify: true, callerId: '', trunk: '', ringTimeoutMs: 25_000, humanUrl: '', machineUrl: '',
  verdictMs: 1_800, sovTimeoutMs: 4_000, liveVoiceTimeoutMs: 3_500, safeHarbourMs: 2_000, parameters: {},
};

/** One attempt whose page does what the test says. */
async function setUp() {
  const clock = new SimulatedClock();
  const results: string[] = [];
  const told: string[] = [];
  let end: (end: SessionEnd) => void = () => undefined;
  const ccxml: Pick<CcxmlServer, 'start' | 'inject'> = {
    start: (request) => ((end = request.onEnd ?? end), accepted),
    inject: () => true,
  };
  const outcomes: OutcomeSink = {
    begin: () => Promise.resolve(), note: () => Promise.resolve(), heard: () => Promise.resolve(), addToDoNotCall: () => Promise.resolve(),
    finish: ({ completionCode }) => (results.push(completionCode), Promise.resolve(true)),
  };
  const pool: Pick<AgentPool, 'acquire' | 'connected' | 'customerLeft' | 'release'> = {
    acquire: () => ({ agent: '1001' as AgentId, conference: 'agent-1001' }), connected: () => undefined, customerLeft: () => Promise.resolve({ completionCode: 'Sale' }), release: () => undefined,
  };
  const runner = new AttemptRunner({
    ccxml: () => ccxml as CcxmlServer, pool: pool as AgentPool, diallingAgents: { dialFailed: () => undefined }, outcomes, clock, qualities: { called: (_leg, _attempt, call) => void told.push(`called ${call}`), joined: (of, agent) => void told.push(`joined ${of} ${agent}`), left: (of) => void told.push(`left ${of}`) }, ids: new CountingIds(), logger: silentLogger, observe: () => undefined,
  });
  const id = await runner.start(contact, driver);
  const attempt = runner.find(id);
  if (attempt === undefined) throw new Error('there is no attempt');
  return { clock, runner, attempt, session: attempt.session, results, told, end: (values: Record<string, unknown>) => end({ how: 'exit', values }) };
}

describe('an attempt', () => {
  it('takes a signal that tells nothing of call progress for what it is: a MESSAGE in the call, digits that are out', async () => {
    const { runner, attempt, session, results, end } = await setUp();
    runner.onPlatform({ name: 'connection.connected', connection, facts }, session);
    runner.onPlatform({ name: 'connection.signal', connection, info: { message: { contenttype: 'text/plain', body: 'hello' } } }, session);
    runner.onPlatform({ name: 'connection.signal', connection, info: { digitssent: 3 } }, session);
    expect([attempt.phase, attempt.times.verdict]).toEqual(['classifying', undefined]);
    runner.onPlatform({ name: 'connection.signal', connection, info: { callprogress: 'recorded_msg' } }, session);
    expect(attempt.phase).toBe('messaging');
    end({ completioncode: 'Answer_Machine' });
    await runner.settled();
    expect(results).toEqual(['Answer_Machine']);
  });

  it('has the agent\'s leg measured from the join to the end of the conversation, and no longer', async () => {
    const { runner, attempt, session, told, end } = await setUp();
    const { id } = attempt;
    runner.onPlatform({ name: 'connection.connected', connection, facts }, session);
    const say = (target: string): unknown => runner.onLauncher({ session, target, event: target, data: {} });
    say('nailup.agent.request');
    expect(told).toEqual([`called ${id}`]);
    say('nailup.agent.joined');
    end({ completioncode: 'Answer_Human' });
    await runner.settled();
    expect(told).toEqual([`called ${id}`, `joined ${id} 1001`, `left ${id}`]);
  });
});
