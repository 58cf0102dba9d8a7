import { WebSocket } from 'ws';
import { Inviter, Registerer, RegistererState, SessionState, UserAgent as BrowserAgent, type Session, type URI } from 'sip.js';
import { SystemClock } from '../../../../src/kernel/clock.ts';
import { RandomIds, type CallId } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { SeededRandom } from '../../../../src/kernel/random.ts';
import { EmbeddedSignalling } from '../../../../src/signalling/embedded/embedded-signalling.ts';
import type { SignallingEvent, SignallingEventMap } from '../../../../src/signalling/signalling.ts';
import { closeAgents, sdp, startAgent, until } from '../user-agent/loopback-agents.ts';
import { authority, clientCertificate, clientKey, serverCertificate, serverKey } from './test-certificates.ts';

const uriOf = (text: string): URI => {
  const uri = BrowserAgent.makeURI(text);
  if (uri === undefined) throw new Error(text);
  return uri;
};

/** A browser has WebSocket, and authorities that it trusts. */
class BrowserSocket extends WebSocket {
  constructor(address: string, protocols: string) {
    super(address, protocols, { ca: authority });
  }
}

/** Instead of WebRTC: SDP that nobody's media follow. */
const description = (): object => ({
  getDescription: async () => ({ body: sdp(4000), contentType: 'application/sdp' }), hasDescription: (type: string) => type === 'application/sdp',
  setDescription: async () => undefined, close: () => undefined, rollbackDescription: async () => undefined, sendDtmf: () => false,
});

describe.each(['ws', 'wss'] as const)('a browser (sip.js) over %s', (transport) => {
  const ids = new RandomIds();
  let signalling: EmbeddedSignalling;
  let events: SignallingEvent[];
  let browser: BrowserAgent;
  let incoming: Session[];

  const seen = async <N extends SignallingEvent['name']>(name: N, call?: CallId): Promise<SignallingEventMap[N]> => {
    const find = (): SignallingEvent | undefined => events.find((event) => event.name === name && (call === undefined || ('call' in event && event.call === call)));
    await until(() => find() !== undefined, `${name}; got ${events.map((event) => event.name).join(', ')}`);
    return find() as never;
  };

  beforeEach(async () => {
    events = [];
    incoming = [];
    (globalThis as { WebSocket?: unknown }).WebSocket = BrowserSocket;
    signalling = new EmbeddedSignalling({
      listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }, { transport, host: '127.0.0.1', port: 0, tls: { key: serverKey, cert: serverCertificate } }],
      clock: new SystemClock(), random: new SeededRandom(1), ids, log: silentLogger,
      registrar: { realm: 'phones.test', nonceSecret: Buffer.alloc(16, 7), secretOf: (user) => (user === 'ada' ? { password: 'pw' } : undefined) },
    });
    await signalling.start((event) => void events.push(event));
    const port = signalling.addresses[1]?.port ?? 0;
    browser = new BrowserAgent({
      uri: uriOf('sip:ada@phones.test'), authorizationUsername: 'ada', authorizationPassword: 'pw', logLevel: 'error', logBuiltinEnabled: false,
      transportOptions: { server: `${transport}://127.0.0.1:${port}` },
      sessionDescriptionHandlerFactory: description as never,
      delegate: { onInvite: (invitation) => {
        incoming.push(invitation);
        void invitation.accept();
      } },
    });
    await browser.start();
    const registerer = new Registerer(browser, { expires: 120, regId: 1, instanceId: '00000000-0000-0000-0000-000000000001' });
    await registerer.register();
    await until(() => registerer.state === RegistererState.Registered, 'registered');
  });

  afterEach(async () => {
    await browser.stop();
    await signalling.stop(1_000);
    const { openCalls, openDialogs, openTransactions, openTimers, counters } = signalling.stats();
    expect({ openCalls, openDialogs, openTransactions, openTimers, connections: counters['connections'] }).toEqual({ openCalls: 0, openDialogs: 0, openTransactions: 0, openTimers: 0, connections: 0 });
    await closeAgents();
  });

  it('registers with digest, is called at its address of record, takes a re-INVITE, and is hung up on', async () => {
    const call = ids.next('call');
    expect(signalling.place({ call, to: 'sip:ada@phones.test', sdp: sdp(1), timeoutMs: 5_000 })).toEqual({ accepted: true });
    await seen('call.answered', call);
    await until(() => incoming[0]?.state === SessionState.Established, 'the browser has it');
    // sip.js refuses with 500 for as long as it works on its own answer.
    let offers = 0;
    await until(() => {
      const outcomes = events.flatMap((event) => (event.name === 'call.renegotiated' ? [event.status] : []));
      if (outcomes.length === offers && outcomes.at(-1) !== 200 && signalling.renegotiate({ call, sdp: sdp(3) }).accepted) offers += 1;
      return outcomes.at(-1) === 200;
    }, 'our re-INVITE is taken');
    signalling.hangUp({ call });
    await seen('call.ended', call);
    await until(() => incoming[0]?.state === SessionState.Terminated, 'the browser heard the BYE');
  });

  it('calls, sends a digit by INFO, and hangs up', async () => {
    const inviter = new Inviter(browser, uriOf('sip:desk@phones.test'));
    await inviter.invite();
    const { call } = await seen('call.incoming');
    signalling.progress({ call, status: 180 });
    signalling.answer({ call, sdp: sdp(5) });
    await until(() => inviter.state === SessionState.Established, 'answered');
    await inviter.info({ requestOptions: { body: { contentDisposition: 'render', contentType: 'application/dtmf-relay', content: 'Signal=7\r\nDuration=160\r\n' } } });
    expect((await seen('call.info', call)).body).toContain('Signal=7');
    await inviter.bye();
    expect(await seen('call.ended', call)).toMatchObject({ by: 'them' });
  });

  it('is cancelled while it rings, and refers a call of its own to somebody else', async () => {
    const inviter = new Inviter(browser, uriOf('sip:desk@phones.test'));
    await inviter.invite();
    const first = (await seen('call.incoming')).call;
    await inviter.cancel();
    expect(await seen('call.failed', first)).toMatchObject({ failure: 'cancelled' });

    events.length = 0;
    const third = await startAgent({ onInvite: (invite) => invite.answer(sdp(6)) });
    const second = new Inviter(browser, uriOf('sip:desk@phones.test'));
    await second.invite();
    const { call } = await seen('call.incoming');
    signalling.answer({ call, sdp: sdp(5) });
    await until(() => second.state === SessionState.Established, 'answered');
    let notified = '';
    await second.refer(uriOf(third.uri()), { onNotify: (notification) => {
      notified += notification.request.body;
      void notification.accept();
    } });
    const { target } = await seen('call.referred', call);
    const placed = ids.next('call');
    signalling.place({ call: placed, to: target, sdp: sdp(7), timeoutMs: 5_000, referredBy: call });
    await seen('call.answered', placed);
    await until(() => notified.includes('SIP/2.0 200'), 'told of the answer');
    for (const one of [call, placed]) {
      signalling.hangUp({ call: one });
      await seen('call.ended', one);
    }
  });

  it('that is gone is not registered any more', async () => {
    await browser.stop();
    const call = ids.next('call');
    await until(() => signalling.stats().counters['connections'] === 0, 'closed');
    signalling.place({ call, to: 'sip:ada@phones.test', sdp: sdp(1), timeoutMs: 5_000 });
    expect(await seen('call.failed', call)).toMatchObject({ failure: 'unreachable', status: 480 });
  });
});

describe('a WebSocket', () => {
  afterEach(closeAgents);

  const opened = (address: string, protocols: string[], options: object): Promise<string> => new Promise((resolve) => {
    const socket = new WebSocket(address, protocols, options);
    socket.once('open', () => {
      resolve(`open ${socket.protocol}`);
      socket.close();
    });
    socket.once('error', (error) => resolve(error.message));
  });

  it('without the subprotocol sip is refused (RFC 7118 §4.1)', async () => {
    const server = await startAgent({}, { listen: [{ transport: 'ws', host: '127.0.0.1', port: 0 }] });
    const address = `ws://127.0.0.1:${server.agent.addresses[0]?.port ?? 0}`;
    expect(await opened(address, ['sip'], {})).toBe('open sip');
    expect(await opened(address, ['chat'], {})).toMatch(/401/);
    expect(await opened(address, [], {})).toMatch(/401/);
    await until(() => server.agent.stats().connections === 0, 'closed');
  });

  it('over TLS wants the client certificate that is asked for, and is not trusted without its authority', async () => {
    const server = await startAgent({}, { listen: [{ transport: 'wss', host: '127.0.0.1', port: 0, tls: { key: serverKey, cert: serverCertificate, ca: authority, requireClientCertificate: true } }] });
    const address = `wss://127.0.0.1:${server.agent.addresses[0]?.port ?? 0}`;
    expect(await opened(address, ['sip'], { ca: authority, key: clientKey, cert: clientCertificate })).toBe('open sip');
    expect(await opened(address, ['sip'], { ca: authority })).not.toMatch(/^open/);
    expect(await opened(address, ['sip'], { key: clientKey, cert: clientCertificate })).toMatch(/certificate/);
    await until(() => server.agent.stats().connections === 0, 'closed');
  });

  it('that sends no SIP gets no answer, and a keep-alive gets its pong', async () => {
    const server = await startAgent({}, { listen: [{ transport: 'ws', host: '127.0.0.1', port: 0 }] });
    const socket = new WebSocket(`ws://127.0.0.1:${server.agent.addresses[0]?.port ?? 0}`, ['sip']);
    const heard: string[] = [];
    socket.on('message', (data: Buffer) => void heard.push(data.toString()));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send('GET / HTTP/1.1\r\n\r\n');
    socket.send('\r\n\r\n');
    await until(() => heard.length > 0, 'pong');
    expect(heard).toEqual(['\r\n']);
    socket.close();
    await until(() => server.agent.stats().connections === 0, 'closed');
  });
});
