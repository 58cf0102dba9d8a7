import type { CcxmlServer, StartSession } from '../../../../src/ccxml/platform.ts';
import { Nailing } from '../../../../src/core/nailing/nailing.ts';
import { SimulatedClock } from '../../../../src/kernel/clock.ts';
import { CountingIds, type AgentId, type ConnectionId, type JobId, type SessionId } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { accepted } from '../../../../src/kernel/result.ts';

const agent = '1001' as AgentId;
const request = { agent, address: 'sip:1001@127.0.0.1', job: 'job-1' as JobId };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const clock = new SimulatedClock();
  const started: StartSession[] = [];
  const written: unknown[][] = [];
  let stored: () => void = () => undefined;
  const ccxml = { start: (s: StartSession) => (started.push(s), accepted), inject: (session: SessionId) => started.some((s) => s.session === session) } as unknown as CcxmlServer;
  const nailing = new Nailing({
    ccxml: () => ccxml, clock, ids: new CountingIds(), logger: silentLogger, tell: () => undefined,
    settings: { nailerUri: 'file:///nailer.ccxml', callerId: '', trunk: '', ringTimeoutMs: 30_000, retryDelaysMs: [500], maxAttempts: 3 },
    record: {
      begin: (leg) => new Promise((resolve) => {
        written.push(['begin', leg.identity, leg.agent, leg.address]);
        stored = resolve;
      }),
      note: async (identity, facts) => void written.push(['note', identity, facts]),
      end: async (identity) => void written.push(['end', identity]),
    },
  });
  return { clock, started, written, nailing, store: () => (stored(), turn()) };
}

const connection = 'connection-1' as ConnectionId;
const placing = (session: SessionId) => ({ session, connection, placed: { to: request.address } });

describe('the record of nailed legs', () => {
  it('is stored before the phone is called, and says how to end the call', async () => {
    const { nailing, started, written, store } = setUp();
    nailing.nailUp(request);
    await turn();
    expect(started).toHaveLength(0);
    await store();
    const { session } = started[0]!;
    expect(nailing.identify(placing(session))).toBe('nail-1');
    const sip = { callId: 'c' };
    nailing.onPlatform({ name: 'connection.connected', connection, facts: {} as never, info: { sip } }, session);
    started[0]!.onEnd({ how: 'exit', values: { reason: 'lost' } });
    expect(written).toEqual([
      ['begin', 'nail-1', agent, request.address], ['note', 'nail-1', { 'call.1': { to: request.address, identity: 'nail-1' } }], ['note', 'nail-1', { 'dialog.1': sip }], ['end', 'nail-1'],
    ]);
  });

  it('gives every call of the phone a name of its own', async () => {
    const { nailing, started, clock, store } = setUp();
    nailing.nailUp(request);
    await store();
    started[0]!.onEnd({ how: 'exit', values: { reason: 'lost' } });
    clock.advance(500);
    await store();
    expect(nailing.identify(placing(started[1]!.session))).toBe('nail-2');
  });

  it('calls nobody who was let go while it was stored', async () => {
    const { nailing, started, written, store } = setUp();
    nailing.nailUp(request);
    nailing.unnail(agent, 0);
    await store();
    expect(started).toHaveLength(0);
    expect(written.at(-1)).toEqual(['end', 'nail-1']);
    expect(nailing.open).toBe(0);
  });
});
