import { SimulatedClock } from '../../../../src/kernel/clock.ts';
import type { AgentId, AttemptId, ContactId, JobId } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { step } from '../../../../src/kernel/machine.ts';
import type { LeasedContact } from '../../../../src/core/ports.ts';
import { AgentManager, defaultAgentSettings, type AgentNotification, type Desktop } from '../../../../src/modules/agents/index.ts';
import { agentMachine, type AgentEvent, type AgentState } from '../../../../src/modules/agents/agent.machine.ts';

const job = 'job-1' as JobId;
const attempt = 'attempt-1' as AttemptId;
const contact: LeasedContact = { contact: '1' as ContactId, job, address: '+12025550101', timeZone: 'America/New_York', attemptNumber: 1, attributes: { name: 'Ann' }, leaseExpiresAt: 0 };

function setUp(extensions = ['1001']) {
  const clock = new SimulatedClock();
  const nailed: string[] = [];
  const released: string[] = [];
  const lost: string[] = [];
  const manager = new AgentManager(
    {
      clock, logger: silentLogger, settings: defaultAgentSettings,
      nails: () => ({ nailUp: ({ agent }) => void nailed.push(`up ${agent}`), unnail: (agent, ms) => void nailed.push(`down ${agent} ${ms}`) }),
      releaseCustomer: (a) => void released.push(a), lostCustomer: (a) => void lost.push(a), changed: () => undefined,
    },
    extensions.map((extension) => ({ extension, passwordHash: '', address: `sip:${extension}@127.0.0.1` })),
  );
  manager.attachJob({ id: job, campaign: 'spring' });
  const desk = (extension: string) => {
    const told: AgentNotification[] = [];
    const desktop: Desktop = { notify: (n) => told.push(n), close: () => undefined };
    return { told, desktop, agent: manager.find(extension)! };
  };
  const idle = (extension: string) => {
    const d = desk(extension);
    manager.logOn(d.agent, d.desktop);
    for (const e of ['ready', 'availableForNailup', 'readyForNailup'] as const) manager.take(d.agent, e);
    manager.onNail({ name: 'nail.up', agent: d.agent.id, conference: `agent-${extension}` });
    return d;
  };
  return { clock, manager, nailed, released, lost, desk, idle };
}

describe('agent machine, every state × event', () => {
  const states = Object.keys(agentMachine) as AgentState[];
  const events: AgentEvent[] = ['logon', 'ready', 'notReady', 'availableForNailup', 'readyForNailup', 'releaseLine', 'wrapupContact', 'extendWrapup', 'logoff', 'nail.up', 'nail.lost', 'nail.failed', 'nail.down', 'held', 'reserve', 'connected', 'customerLeft', 'released', 'deadline', 'desktopGone'];
  const withoutLimit: AgentState[] = ['loggedOff', 'notReady', 'ready', 'idle'];

  it.each(states.filter((s) => !withoutLimit.includes(s)))('%s ends by its deadline, or asks for the end', (state) => {
    const next = step(agentMachine, state, 'deadline');
    expect(next.taken).toBe(true);
    expect(next.state !== state || next.effects.includes('release-customer')).toBe(true);
  });

  it.each(states.filter((s) => s !== 'loggedOff'))('a desktop that is gone does not leave an agent in %s unattended', (state) => {
    const next = step(agentMachine, state, 'desktopGone');
    expect(next.state === 'loggedOff' || next.effects.includes('want-logoff')).toBe(true);
  });

  it('knows only states of its own', () => {
    for (const state of states) for (const event of events) expect(states).toContain(step(agentMachine, state, event).state);
  });
});

describe('AgentManager', () => {
  it('walks the canonical flow from logon to the next contact', async () => {
    const { manager, idle, released } = setUp();
    const { agent, told } = idle('1001');
    expect(manager.acquire(job, attempt)).toEqual({ agent: '1001', conference: 'agent-1001' });
    manager.connected('1001' as AgentId, attempt, contact);
    expect(agent.state).toBe('talking');
    manager.take(agent, 'releaseLine');
    expect(released).toEqual([attempt]);
    const left = manager.customerLeft('1001' as AgentId, attempt);
    agent.wrapupCode = 'Sale';
    manager.take(agent, 'wrapupContact');
    await expect(left).resolves.toEqual({ completionCode: 'Sale' });
    expect(agent.state).toBe('idle');
    expect(told.map((n) => n.notification)).toEqual(expect.arrayContaining(['AGTNailupChange', 'AGTJobAttached', 'AGTCallNotify', 'AGTAutoReleaseLine']));
  });

  it('gives a wrap-up that nobody ends the default code at its deadline', async () => {
    const { manager, idle, clock } = setUp();
    const { agent } = idle('1001');
    manager.acquire(job, attempt);
    manager.connected('1001' as AgentId, attempt, contact);
    const left = manager.customerLeft('1001' as AgentId, attempt);
    clock.advance(defaultAgentSettings.wrapupMs);
    await expect(left).resolves.toEqual({ completionCode: 'Answer_Human' });
    expect([agent.state, clock.openTimers]).toEqual(['idle', 0]);
  });

  it('hands out the longest idle agent first', () => {
    const { manager, idle, clock } = setUp(['1001', '1002']);
    idle('1002');
    clock.advance(1_000);
    idle('1001');
    expect(manager.acquire(job, attempt)?.agent).toBe('1002');
  });

  it('gives an agent who becomes idle to the person who waits longest', async () => {
    const { manager, idle } = setUp();
    const first = manager.waitFor(job, attempt, 2_000, new AbortController().signal);
    const second = manager.waitFor(job, 'attempt-2' as AttemptId, 2_000, new AbortController().signal);
    idle('1001');
    await expect(first).resolves.toMatchObject({ agent: '1001' });
    const state = await Promise.race([second, Promise.resolve('still waiting')]);
    expect(state).toBe('still waiting');
  });

  it('stops waiting at the deadline and when the person is gone', async () => {
    const { manager, clock } = setUp();
    const late = manager.waitFor(job, attempt, 2_000, new AbortController().signal);
    clock.advance(2_000);
    await expect(late).resolves.toBeUndefined();
    const gone = new AbortController();
    const left = manager.waitFor(job, attempt, 9_000, gone.signal);
    gone.abort();
    await expect(left).resolves.toBeUndefined();
    expect(clock.openTimers).toBe(0);
  });

  it('tells call control when an agent’s leg is lost while talking, and never leaves the customer with nobody', () => {
    const { manager, idle, lost } = setUp();
    const { agent } = idle('1001');
    manager.acquire(job, attempt);
    manager.connected('1001' as AgentId, attempt, contact);
    manager.onNail({ name: 'nail.lost', agent: '1001' as AgentId, reason: 'lost' });
    expect([lost, agent.state]).toEqual([[attempt], 'wrapup']);
  });

  it('lets an agent who asked for Not Ready while talking go after wrap-up', () => {
    const { manager, idle } = setUp();
    const { agent } = idle('1001');
    manager.acquire(job, attempt);
    manager.connected('1001' as AgentId, attempt, contact);
    manager.take(agent, 'notReady');
    void manager.customerLeft('1001' as AgentId, attempt);
    agent.wrapupCode = 'Sale';
    manager.take(agent, 'wrapupContact');
    expect(agent.state).toBe('nailedNotReady');
  });

  it('frees an agent whose customer never came, at the deadline', () => {
    const { manager, idle, clock, lost } = setUp();
    const { agent } = idle('1001');
    manager.acquire(job, attempt);
    clock.advance(defaultAgentSettings.reservedMs);
    expect([agent.state, lost]).toEqual(['idle', [attempt]]);
  });

  it('un-nails an agent whose job is over after the delay, unless the next job comes before', () => {
    const { manager, idle, nailed } = setUp();
    const { agent } = idle('1001');
    manager.attachJob(undefined);
    expect(nailed.at(-1)).toBe(`down 1001 ${defaultAgentSettings.unnailDelayMs}`);
    expect(manager.acquire(job, attempt)).toBeUndefined();
    manager.attachJob({ id: 'job-2' as JobId, campaign: 'autumn' });
    expect(nailed.at(-1)).toBe('up 1001');
    expect([agent.state, manager.acquire('job-2' as JobId, attempt)?.agent]).toEqual(['idle', '1001']);
  });

  it('detaches an agent who is still wrapping up when the job ends, once that is over', () => {
    const { manager, idle, nailed } = setUp();
    const { agent } = idle('1001');
    manager.acquire(job, attempt);
    manager.connected('1001' as AgentId, attempt, contact);
    void manager.customerLeft('1001' as AgentId, attempt);
    manager.attachJob(undefined);
    expect(nailed).toEqual(['up 1001']);
    agent.wrapupCode = 'Sale';
    manager.take(agent, 'wrapupContact');
    expect(nailed.at(-1)).toBe(`down 1001 ${defaultAgentSettings.unnailDelayMs}`);
  });

  it('un-nails an agent who logs off, after the delay', () => {
    const { manager, idle, nailed } = setUp();
    const { agent } = idle('1001');
    manager.take(agent, 'logoff');
    expect(nailed).toEqual(['up 1001', `down 1001 ${defaultAgentSettings.unnailDelayMs}`]);
  });
});
