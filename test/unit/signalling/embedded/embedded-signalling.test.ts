import { SystemClock } from '../../../../src/kernel/clock.ts';
import { RandomIds } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { SeededRandom } from '../../../../src/kernel/random.ts';
import { EmbeddedSignalling, type EmbeddedSignallingOptions } from '../../../../src/signalling/embedded/embedded-signalling.ts';
import type { SignallingEvent, TrunkConfig } from '../../../../src/signalling/signalling.ts';
import { closeAgents, RawPeer, sdp, startAgent, until } from '../../sip/user-agent/loopback-agents.ts';

const ids = new RandomIds();
const timers = { t1: 20, t2: 80, t4: 100, d: 320 };

describe('the embedded signalling adapter', () => {
  let open: EmbeddedSignalling[] = [];
  let clock: SystemClock;

  beforeEach(() => {
    clock = new SystemClock();
  });
  afterEach(async () => {
    for (const signalling of open) {
      await signalling.stop(500);
      const { openCalls, openDialogs, openTransactions, openTimers } = signalling.stats();
      expect({ openCalls, openDialogs, openTransactions, openTimers }).toEqual({ openCalls: 0, openDialogs: 0, openTransactions: 0, openTimers: 0 });
    }
    open = [];
    expect(clock.openTimers).toBe(0);
    await closeAgents();
  });

  const start = async (options: Partial<EmbeddedSignallingOptions> & { trunks?: readonly TrunkConfig[] }): Promise<{ signalling: EmbeddedSignalling; events: SignallingEvent[] }> => {
    const signalling = new EmbeddedSignalling({
      listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }, { transport: 'tcp', host: '127.0.0.1', port: 0 }],
      clock, random: new SeededRandom(1), ids, log: silentLogger, timers, ...options,
    });
    const events: SignallingEvent[] = [];
    await signalling.start((event) => void events.push(event));
    open.push(signalling);
    return { signalling, events };
  };

  it('tells when a trunk answers its OPTIONS, when it falls silent, and when it is back', async () => {
    const peer = await RawPeer.open();
    let answering = true;
    const { signalling, events } = await start({ trunks: [{ name: 't', address: `127.0.0.1:${peer.port}`, pingMs: 50 }] });
    const port = signalling.addresses[0]?.port ?? 0;
    peer.onMessage = (text) => {
      if (!answering || !text.startsWith('OPTIONS')) return;
      const head = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map((name) => `${name}: ${RawPeer.header(text, name)}\r\n`).join('');
      peer.send(`SIP/2.0 404 Not Found\r\n${head}Content-Length: 0\r\n\r\n`, port);
    };
    const states = (): boolean[] => events.flatMap((event) => (event.name === 'trunk.state' ? [event.up] : []));
    await until(() => states().length === 1, 'up');
    answering = false;
    await until(() => states().length === 2, 'down', 8_000);
    expect(signalling.place({ call: ids.next('call'), to: '+4930', trunk: 't', timeoutMs: 1_000 })).toMatchObject({ accepted: false, refusal: { kind: 'noresource' } });
    answering = true;
    await until(() => states().length === 3, 'up again', 8_000);
    expect(states()).toEqual([true, false, true]);
    peer.close();
  });

  it('places calls to the devices of registered agents, and fails them when none is registered', async () => {
    const { signalling, events } = await start({
      registrar: { realm: 'agents.test', nonceSecret: Buffer.alloc(16, 5), secretOf: (user) => (user === 'agent1' ? { password: 'pw' } : undefined) },
    });
    const phone = await startAgent({ onInvite: (invite) => invite.answer(sdp(9)) });
    const before = ids.next('call');
    expect(signalling.place({ call: before, to: 'sip:agent1@agents.test', sdp: sdp(1), timeoutMs: 1_000 })).toEqual({ accepted: true });
    await until(() => events.some((event) => event.name === 'call.failed' && event.call === before), 'failed');
    expect(events.at(-1)).toMatchObject({ failure: 'unreachable', status: 480 });
    const registrar = `sip:${signalling.addresses[1]?.text ?? ''};transport=tcp`;
    const status = await new Promise<number>((resolve) => phone.agent.request('REGISTER', {
      target: registrar, from: { uri: 'sip:agent1@agents.test' }, to: { uri: 'sip:agent1@agents.test' }, withContact: true, headers: { Expires: '60' },
      digest: phone.agent.digest({ username: 'agent1', secret: { password: 'pw' } }),
    }, ({ status: code }) => resolve(code)));
    expect(status).toBe(200);
    const call = ids.next('call');
    signalling.place({ call, to: 'sip:agent1@agents.test', sdp: sdp(1), timeoutMs: 1_000 });
    await until(() => events.some((event) => event.name === 'call.answered' && event.call === call), 'answered');
    signalling.hangUp({ call });
    await until(() => events.some((event) => event.name === 'call.ended' && event.call === call), 'ended');
  });

  it('dials no number that the guard forbids, whatever form it has', async () => {
    const { signalling } = await start({ trunks: [{ name: 't', address: '127.0.0.1:9' }], guard: { allowedPrefixes: ['+49'], blockedPrefixes: ['+49900'] } });
    for (const to of ['+881612', 'tel:+49-900-123', 'sip:+4990012@127.0.0.1:9', '0090123']) {
      expect(signalling.place({ call: ids.next('call'), to, trunk: 't', timeoutMs: 100 })).toMatchObject({ accepted: false, refusal: { kind: 'bad-argument' } });
    }
  });

  it('hears no stranger when sources are listed, and answers no scanner', async () => {
    const listed = await start({ guard: { allowedSources: ['192.0.2.0/24'] } });
    const open2 = await start({});
    const caller = await startAgent({}, { timers: { t1: 5, t2: 20, t4: 20, d: 50 }, product: 'friendly-scanner' });
    const ask = (signalling: EmbeddedSignalling): Promise<number> => new Promise((resolve) =>
      caller.agent.request('OPTIONS', { target: `sip:100@${signalling.addresses[0]?.text ?? ''}`, from: { uri: 'sip:100@1.1.1.1' } }, ({ status }) => resolve(status)));
    expect(await ask(listed.signalling)).toBe(408);
    expect(await ask(open2.signalling)).toBe(408);
    expect(open2.signalling.stats().counters['dropped.screened']).toBe(1);
  });
});
