import { SimulatedClock } from '../../../../src/kernel/clock.ts';
import type { AgentId, AttemptId, ContactId, JobId } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { step } from '../../../../src/kernel/machine.ts';
import { defaultSharing, type JobSharing } from '../../../../src/core/allocation/job-sharing.ts';
import type { LeasedContact } from '../../../../src/core/ports.ts';
import { AgentManager, defaultAgentSettings, type AgentNotification, type Desktop, type ServedJob } from '../../../../src/modules/agents/index.ts';
import { agentMachine, type AgentEvent, type AgentState } from '../../../../src/modules/agents/agent.machine.ts';

const job = 'job-1' as JobId;
const served = (id: JobId, campaign: string): ServedJob => ({ id, campaign, sharing: defaultSharing, licence: 'predictive', contactType: 'Progressive' });
const attempt = 'attempt-1' as AttemptId;
const contact: LeasedContact = { contact: '1' as ContactId, job, address: '+12025550101', timeZone: 'America/New_York', attemptNumber: 1, attributes: { name: 'Ann' }, leaseExpiresAt: 0 };

function setUp(extensions = ['1001'], licences: Readonly<Record<string, number>> = {}) {
  const clock = new SimulatedClock();
  const nailed: string[] = [];
  const released: string[] = [];
  const lost: string[] = [];
  const manager = new AgentManager(
    {
      clock, logger: silentLogger, settings: defaultAgentSettings, licences,
      nails: () => ({ nailUp: ({ agent }) => void nailed.push(`up ${agent}`), unnail: (agent, ms) => void nailed.push(`down ${agent} ${ms}`) }),
      releaseCustomer: (a) => void released.push(a), lostCustomer: (a) => void lost.push(a), giveBack: () => undefined, changed: () => undefined,
    },
    extensions.map((extension) => ({ extension, passwordHash: '', address: `sip:${extension}@127.0.0.1` })),
  );
  manager.openJob(served(job, 'spring'));
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
  const events: AgentEvent[] = ['logon', 'ready', 'notReady', 'availableForNailup', 'readyForNailup', 'releaseLine', 'wrapupContact', 'extendWrapup', 'logoff', 'nail.up', 'nail.lost', 'nail.failed', 'nail.down', 'held', 'reserve', 'connected', 'customerLeft', 'released', 'preview', 'dialByHand', 'dial', 'previewAgain', 'dialFailed', 'previewOver', 'deadline', 'desktopGone'];
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

  it('lets no contact on the screen go but by dialling it, giving it back, or when whoever holds it says so', () => {
    for (const event of events) {
      const next = step(agentMachine, 'previewing', event);
      if (next.state === 'previewing' || event === 'dial' || event === 'previewOver') continue;
      expect([event, next.effects.includes('give-back')]).toEqual([event, true]);
    }
  });

  it('lets no call that an agent has dialled ring on when the agent is gone', () => {
    for (const event of ['nail.lost', 'nail.failed', 'nail.down', 'deadline', 'desktopGone', 'releaseLine'] as const) {
      const { effects } = step(agentMachine, 'dialling', event);
      expect([event, effects.includes('lost-customer') || effects.includes('release-customer')]).toEqual([event, true]);
    }
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
    manager.closeJob(job);
    expect(nailed.at(-1)).toBe(`down 1001 ${defaultAgentSettings.unnailDelayMs}`);
    expect(manager.acquire(job, attempt)).toBeUndefined();
    manager.openJob(served('job-2' as JobId, 'autumn'));
    expect(nailed.at(-1)).toBe('up 1001');
    expect([agent.state, manager.acquire('job-2' as JobId, attempt)?.agent]).toEqual(['idle', '1001']);
  });

  it('detaches an agent who is still wrapping up when the job ends, once that is over', () => {
    const { manager, idle, nailed } = setUp();
    const { agent } = idle('1001');
    manager.acquire(job, attempt);
    manager.connected('1001' as AgentId, attempt, contact);
    void manager.customerLeft('1001' as AgentId, attempt);
    manager.closeJob(job);
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

describe('several jobs', () => {
  const first = 'job-1' as JobId;
  const second = 'job-2' as JobId;
  const names = Array.from({ length: 8 }, (_, i) => String(1001 + i));
  const of = (id: JobId, sharing: Partial<JobSharing> = {}, licence = 'predictive'): ServedJob => ({ id, campaign: id, sharing: { ...defaultSharing, ...sharing }, licence, contactType: 'Progressive' });
  const terms = (sharing: Partial<JobSharing>) => ({ sharing: { ...defaultSharing, ...sharing }, licence: 'predictive', contactType: 'Progressive' as const });
  /** Lets rounds pass; both dialers go on telling that they could use everybody. */
  function rounds(manager: AgentManager, clock: SimulatedClock, seconds: number, out: Partial<Record<JobId, number>> = {}): void {
    for (let i = 0; i < seconds; i++) {
      clock.advance(1_000);
      for (const id of [first, second]) manager.setNeed(id, 100, out[id] ?? 0);
    }
  }
  const idleOf = (manager: AgentManager, clock: SimulatedClock): number[] => [first, second].map((id) => manager.snapshot(id, clock.monotonic()).idle);

  it('share their agents by priority, and again when a priority changes', () => {
    const { manager, idle, clock, nailed } = setUp(names);
    for (const name of names) idle(name);
    rounds(manager, clock, 60);
    manager.openJob(of(second, { priority: 5 }));
    rounds(manager, clock, 1);
    expect(idleOf(manager, clock)).toEqual([4, 4]);
    rounds(manager, clock, 30);
    manager.changeJob(second, terms({ priority: 10 }));
    manager.changeJob(first, terms({ priority: 2 }));
    rounds(manager, clock, 1);
    expect(idleOf(manager, clock)).toEqual([1, 7]);
    // The legs stay up all the while.
    expect(nailed).toEqual(names.map((name) => `up ${name}`));
  });

  it('gives a job its minimum at once, and the agents back when it is over', () => {
    const { manager, idle, clock } = setUp(names);
    for (const name of names) idle(name);
    rounds(manager, clock, 60);
    manager.openJob(of(second, { priority: 1, minAgents: 3 }));
    expect(idleOf(manager, clock)).toEqual([5, 3]);
    manager.closeJob(second);
    expect(idleOf(manager, clock)).toEqual([8, 0]);
  });

  it('tells the desktop which job it serves now', () => {
    const { manager, idle, clock } = setUp(names);
    const desks = names.map((name) => idle(name));
    rounds(manager, clock, 60);
    manager.openJob(of(second));
    const attached = desks.map(({ told }) => told.filter((n) => n.notification === 'AGTJobAttached').map((n) => n.parameters.campaignName));
    expect(attached.filter((a) => a.join() === 'spring')).toHaveLength(4);
    expect(attached.filter((a) => a.join() === 'spring,job-2')).toHaveLength(4);
  });

  it('keeps idle agents for the calls that count on them, but counts them out for the pacer', () => {
    const { manager, idle, clock } = setUp(names);
    for (const name of names) idle(name);
    rounds(manager, clock, 60, { [first]: 8 });
    manager.openJob(of(second));
    // Eight calls are out for eight idle agents: four are on the way to the other job, and none has gone.
    expect(idleOf(manager, clock)).toEqual([4, 0]);
    expect(manager.shareOf(first)).toEqual({ agents: 8, target: 4, leaving: 4 });
    expect(manager.acquire(first, attempt)).toBeDefined();
    rounds(manager, clock, 1, { [first]: 0 });
    expect(idleOf(manager, clock)[1]).toBeGreaterThanOrEqual(3);
  });

  it('moves those who talk once they have wrapped up', () => {
    const { manager, idle, clock } = setUp(['1001', '1002']);
    for (const name of ['1001', '1002']) idle(name);
    for (const n of [1, 2]) {
      const chosen = manager.acquire(first, `attempt-${n}` as AttemptId);
      if (chosen !== undefined) manager.connected(chosen.agent, `attempt-${n}` as AttemptId, contact);
    }
    rounds(manager, clock, 30);
    manager.openJob(of(second));
    expect(manager.shareOf(first)).toMatchObject({ agents: 2, leaving: 1 });
    for (const n of [1, 2]) for (const agent of ['1001', '1002']) void manager.customerLeft(agent as AgentId, `attempt-${n}` as AttemptId);
    rounds(manager, clock, 31);
    expect(idleOf(manager, clock)).toEqual([1, 1]);
  });

  it('leaves agents beyond a licence without a job', () => {
    const { manager, idle, clock } = setUp(names, { predictive: 5 });
    for (const name of names) idle(name);
    rounds(manager, clock, 60);
    expect(idleOf(manager, clock)).toEqual([5, 0]);
    manager.openJob(of(second, { priority: 1 }, 'preview'));
    expect(idleOf(manager, clock)).toEqual([5, 3]);
  });

  it('lets agents of a job that needs none serve the other, unless its minimum is reserved', () => {
    const { manager, idle, clock } = setUp(names);
    for (const name of names) idle(name);
    manager.openJob(of(second, { minAgents: 3, allocation: 'reserved' }));
    for (let i = 0; i < 60; i++) {
      clock.advance(1_000);
      manager.setNeed(first, 100, 0);
      manager.setNeed(second, 0, 0);
    }
    expect(idleOf(manager, clock)).toEqual([5, 3]);
    manager.changeJob(second, terms({ minAgents: 3, allocation: 'dynamic' }));
    expect(idleOf(manager, clock)).toEqual([8, 0]);
  });

  it('starves nobody: one agent serves two jobs in turn', () => {
    const { manager, idle, clock } = setUp(['1001']);
    idle('1001');
    manager.openJob(of(second, { priority: 1 }));
    const seconds = [0, 0];
    for (let i = 0; i < 1_200; i++) {
      rounds(manager, clock, 1);
      idleOf(manager, clock).forEach((n, at) => (seconds[at] = (seconds[at] ?? 0) + n));
    }
    expect(Math.min(...seconds)).toBeGreaterThan(20);
  });
});
