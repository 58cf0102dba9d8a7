import { SimulatedClock } from '../../../../src/kernel/clock.ts';
import { CountingIds, type AgentId, type ConnectionId, type JobId, type SessionId } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { accepted } from '../../../../src/kernel/result.ts';
import { Nailing } from '../../../../src/core/nailing/nailing.ts';
import type { NailEvent } from '../../../../src/core/ports.ts';
import type { CcxmlServer, StartSession } from '../../../../src/ccxml/platform.ts';

const agent = '1001' as AgentId;
const request = { agent, address: 'sip:1001@127.0.0.1', job: 'job-1' as JobId };

/** A CCXML server that records what it is asked; the test speaks for the pages. */
function setUp(maxAttempts = 3) {
  const clock = new SimulatedClock();
  const started: StartSession[] = [];
  const injected: [SessionId, string][] = [];
  const told: NailEvent[] = [];
  const ccxml = { start: (s: StartSession) => (started.push(s), accepted), inject: (s: SessionId, e: string) => (injected.push([s, e]), true) } as unknown as CcxmlServer;
  const nailing = new Nailing({
    ccxml: () => ccxml, clock, ids: new CountingIds(), logger: silentLogger, tell: (e) => told.push(e),
    settings: { nailerUri: 'file:///nailer.ccxml', callerId: '', trunk: '', ringTimeoutMs: 30_000, retryDelaysMs: [500, 2_000], maxAttempts },
  });
  const nailed = (): void => void nailing.onLauncher({ session: started.at(-1)!.session, target: 'nailup.nailed', event: 'nailup.nailed', data: {} });
  const end = (reason: string): void => started.at(-1)!.onEnd({ how: 'exit', values: { reason, detail: '' } });
  return { clock, started, injected, told, nailing, nailed, end };
}

describe('nailing', () => {
  it('calls the agent once and tells the name of the conference', () => {
    const { nailing, nailed, started, told } = setUp();
    nailing.nailUp(request);
    nailed();
    expect(started).toHaveLength(1);
    expect(told).toEqual([{ name: 'nail.up', agent, conference: 'agent-1001' }]);
  });

  it('reuses the leg for the next job without a new call', () => {
    const { nailing, nailed, started, told, clock, injected } = setUp();
    nailing.nailUp(request);
    nailed();
    nailing.unnail(agent, 10_000);
    clock.advance(9_000);
    nailing.nailUp({ ...request, job: 'job-2' as JobId });
    clock.advance(60_000);
    expect([started.length, injected.length, told.length]).toEqual([1, 0, 2]);
    expect(clock.openTimers).toBe(0);
  });

  it('un-nails after the delay', () => {
    const { nailing, nailed, end, told, clock, injected } = setUp();
    nailing.nailUp(request);
    nailed();
    nailing.unnail(agent, 10_000);
    clock.advance(9_999);
    expect(injected).toEqual([]);
    clock.advance(1);
    expect(injected.map(([, e]) => e)).toEqual(['nailer.unnail']);
    end('unnailed');
    expect(told.at(-1)).toEqual({ name: 'nail.down', agent });
    expect(nailing.open).toBe(0);
  });

  it('re-nails when the leg drops, after a growing delay', () => {
    const { nailing, nailed, end, started, told, clock } = setUp();
    nailing.nailUp(request);
    nailed();
    end('lost');
    expect(told.at(-1)).toEqual({ name: 'nail.lost', agent, reason: 'lost' });
    clock.advance(500);
    expect(started).toHaveLength(2);
    end('failed');
    clock.advance(1_999);
    expect(started).toHaveLength(2);
    clock.advance(1);
    expect(started).toHaveLength(3);
  });

  it('gives up after so many failures in a row, and says so', () => {
    const { nailing, end, started, told, clock } = setUp(2);
    nailing.nailUp(request);
    end('failed');
    clock.advance(500);
    end('failed');
    clock.advance(0);
    expect(started).toHaveLength(2);
    expect(told).toEqual([{ name: 'nail.failed', agent, reason: 'failed', attempts: 2 }]);
    expect(clock.openTimers).toBe(0);
  });

  it('ends a call that is answered after the agent has left', () => {
    const { nailing, nailed, injected } = setUp();
    nailing.nailUp(request);
    nailing.unnail(agent, 0);
    nailed();
    expect(injected.map(([, e]) => e)).toEqual(['nailer.unnail', 'nailer.unnail']);
  });

  it('lets another session go on with the leg when the nailer session dies, and tells nobody', () => {
    const { nailing, nailed, started, told, clock } = setUp();
    nailing.nailUp(request);
    const leg = 'connection-1' as ConnectionId;
    const died = { how: 'limit', values: {}, reason: 'too much memory' } as const;
    expect(started[0]?.heir?.(died, [leg])).toBeUndefined();
    nailed();
    const heir = started[0]?.heir?.(died, [leg]);
    expect(heir?.values).toMatchObject({ avaya: { ParameterMap: { agent, leg, conference: 'agent-1001' } } });
    started[0]?.onEnd(died);
    expect(nailing.agentOf(heir!.session)).toBe(agent);
    expect([nailing.open, told.length]).toEqual([1, 1]);
    // One that dies at once is not replaced again: the phone is called anew.
    expect(heir?.heir?.(died, [leg])).toBeUndefined();
    heir?.onEnd(died);
    expect(told.at(-1)).toEqual({ name: 'nail.lost', agent, reason: 'too much memory' });
    clock.advance(500);
    expect(started).toHaveLength(2);
    expect(started[1]?.values).toMatchObject({ avaya: { ParameterMap: { leg: '' } } });
  });

  it('replaces a session that dies again much later', () => {
    const { nailing, nailed, started, clock } = setUp();
    nailing.nailUp(request);
    nailed();
    const leg = 'connection-1' as ConnectionId;
    const died = { how: 'kill', values: {} } as const;
    const second = started[0]?.heir?.(died, [leg]);
    clock.advance(10_000);
    expect(second?.heir?.(died, [leg])?.session).toBeDefined();
    expect(second?.heir?.(died, [])).toBeUndefined();
  });
});
