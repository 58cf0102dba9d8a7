import { SystemClock, type Clock, type Timer } from '../../../../src/kernel/clock.ts';
import { Registrar, type Binding } from '../../../../src/sip/registrar/registrar.ts';
import { Registration } from '../../../../src/sip/registrar/registration.ts';
import type { SipResponse } from '../../../../src/sip/message/sip-message.ts';
import type { Flow } from '../../../../src/sip/transport/flow.ts';
import { closeAgents, sdp, startAgent, until, type TestAgent } from '../user-agent/loopback-agents.ts';

/** The machine's clock, but for `skip`. */
class SkippingClock implements Clock {
  readonly #clock = new SystemClock();
  skipped = 0;
  now = (): number => this.#clock.now() + this.skipped;
  monotonic = (): number => this.#clock.monotonic() + this.skipped;
  after = (delayMs: number, task: () => void): Timer => this.#clock.after(delayMs, task);
}

describe('the registrar', () => {
  let clock: SkippingClock;
  let registrar: Registrar;
  let server: TestAgent;
  let phone: TestAgent;
  let changes: [string, number][];
  let phoneFlowClosed: (flow: Flow) => void = () => undefined;

  beforeEach(async () => {
    clock = new SkippingClock();
    changes = [];
    registrar = new Registrar({
      realm: 'phones.test', nonceSecret: Buffer.alloc(16, 9), clock, maxContacts: 2, minimumExpires: 30,
      secretOf: (user) => (user.startsWith('agent') ? { password: `pw-${user}` } : undefined),
      onChange: (user, bindings: readonly Binding[]) => void changes.push([user, bindings.length]),
    });
    server = await startAgent({ onRequest: (request) => registrar.receive(request), onFlowClosed: (flow) => registrar.flowClosed(flow) }, { methods: ['REGISTER'] });
    phone = await startAgent({ onInvite: (invite) => invite.answer(sdp(1)), onFlowClosed: (flow) => phoneFlowClosed(flow) });
  });
  afterEach(closeAgents);

  const register = (options: { user?: string; password?: string; contact?: string; expires?: number; to?: string; transport?: 'udp' | 'tcp'; headers?: Record<string, string> } = {}): Promise<{ status: number; response: SipResponse | undefined }> => {
    const user = options.user ?? 'agent7';
    const digest = phone.agent.digest({ username: user, secret: { password: options.password ?? `pw-${user}` } });
    return new Promise((resolve) => phone.agent.request('REGISTER', {
      target: server.uri(options.transport).replace('test@', ''), from: { uri: `sip:${user}@phones.test` }, to: { uri: options.to ?? `sip:${user}@phones.test` }, digest,
      withContact: options.contact === undefined,
      headers: { Expires: String(options.expires ?? 120), ...(options.contact === undefined || options.contact === '' ? {} : { Contact: options.contact }), ...options.headers },
    }, resolve));
  };

  it('keeps a phone after a digest challenge, and calls reach it', async () => {
    const { status, response } = await register();
    expect(status).toBe(200);
    expect(response?.get('Contact')).toMatch(/^<sip:127\.0\.0\.1:\d+>;expires=120$/);
    const [binding] = registrar.lookup('agent7');
    const answered = await new Promise<boolean>((resolve) => server.agent.invite({ target: binding?.contact ?? '', from: { uri: 'sip:x@y' }, sdp: sdp(2) }, { onAnswered: () => resolve(true), onFailed: () => resolve(false) }));
    expect(answered).toBe(true);
    expect(changes).toEqual([['agent7', 1]]);
  });

  it('replaces the binding of a device by that of its next connection, and keeps one for each flow (RFC 5626)', async () => {
    const contact = (port: number, flow: number): string => `<sip:agent7@127.0.0.1:${port}>;+sip.instance="<urn:uuid:0000-1>";reg-id=${flow}`;
    const outbound = { Supported: 'path, outbound' };
    const first = await register({ contact: contact(4001, 1), headers: outbound });
    expect([first.status, first.response?.get('Require')]).toEqual([200, 'outbound']);
    await register({ contact: contact(4002, 2), headers: outbound });
    await register({ contact: contact(4003, 1), headers: outbound });
    expect(registrar.lookup('agent7').map(({ contact: uri }) => uri).toSorted()).toEqual(['sip:agent7@127.0.0.1:4002', 'sip:agent7@127.0.0.1:4003']);
    const plain = await register({ contact: contact(4003, 1) });
    expect(plain.response?.get('Require')).toBeUndefined();
  });

  it('offers the algorithms that it is told to, so that a phone which knows MD5 alone can register', async () => {
    const challenges = async (): Promise<readonly string[]> => {
      const { status, response } = await new Promise<{ status: number; response: SipResponse | undefined }>((resolve) => phone.agent.request('REGISTER', {
        target: server.uri().replace('test@', ''), from: { uri: 'sip:agent7@phones.test' }, to: { uri: 'sip:agent7@phones.test' }, withContact: true,
      }, resolve));
      expect(status).toBe(401);
      return (response?.headers.lines('WWW-Authenticate') ?? []).map((line) => /algorithm=([\w-]+)/.exec(line)?.[1] ?? '');
    };
    expect(await challenges()).toEqual(['SHA-256', 'MD5']);
    registrar = new Registrar({
      realm: 'phones.test', nonceSecret: Buffer.alloc(16, 9), clock, algorithms: ['MD5'],
      secretOf: (user) => ({ password: `pw-${user}` }),
    });
    expect(await challenges()).toEqual(['MD5']);
    expect((await register()).status).toBe(200);
  });

  it('refuses a wrong password, an unknown user, and somebody else’s address', async () => {
    expect((await register({ password: 'guess' })).status).toBe(403);
    expect((await register({ user: 'stranger', password: 'x' })).status).toBe(403);
    expect((await register({ to: 'sip:agent8@phones.test' })).status).toBe(403);
    expect(registrar.users).toEqual([]);
  });

  it('holds several contacts by preference, answers a query with them, and removes one or all', async () => {
    await register({ contact: '<sip:a@127.0.0.1:7001>;q=0.3' });
    await register({ contact: '<sip:b@127.0.0.1:7002>;q=0.9;expires=60' });
    expect(registrar.lookup('agent7').map(({ contact }) => contact)).toEqual(['sip:b@127.0.0.1:7002', 'sip:a@127.0.0.1:7001']);
    expect((await register({ contact: '<sip:c@127.0.0.1:7003>' })).status).toBe(403);
    expect((await register({ contact: '' })).response?.headers.lines('Contact')).toEqual(['<sip:a@127.0.0.1:7001>;expires=120;q=0.3', '<sip:b@127.0.0.1:7002>;expires=60;q=0.9']);
    expect((await register({ contact: '<sip:a@127.0.0.1:7001>', expires: 0 })).status).toBe(200);
    expect(registrar.lookup('agent7')).toHaveLength(1);
    expect((await register({ contact: '*', expires: 60 })).status).toBe(400);
    expect((await register({ contact: '*', expires: 0 })).status).toBe(200);
    expect(registrar.lookup('agent7')).toEqual([]);
  });

  it('forgets a binding when its time is over, and refuses too short a time with 423', async () => {
    const brief = await register({ expires: 5 });
    expect([brief.status, brief.response?.get('Min-Expires')]).toEqual([423, '30']);
    await register({ expires: 60 });
    clock.skipped = 59_000;
    expect(registrar.lookup('agent7')).toHaveLength(1);
    clock.skipped = 61_000;
    expect(registrar.lookup('agent7')).toEqual([]);
  });

  it('remembers Path, the connection of a TCP phone, and where a phone behind a NAT really is', async () => {
    await register({ headers: { Path: '<sip:edge.test;lr>', Supported: 'path' } });
    expect(registrar.lookup('agent7')[0]?.path).toEqual(['<sip:edge.test;lr>']);
    await register({ user: 'agent8', transport: 'tcp' });
    expect(registrar.lookup('agent8')[0]?.flow?.open).toBe(true);
    await register({ user: 'agent9', contact: '<sip:agent9@10.1.2.3:5060>' });
    expect(registrar.lookup('agent9')[0]).toMatchObject({ contact: 'sip:agent9@10.1.2.3:5060', nextHop: `sip:127.0.0.1:${phone.agent.addresses[0]?.port ?? 0}` });
    await phone.agent.stop(0);
    await until(() => registrar.lookup('agent8').length === 0, 'gone with its connection');
  });

  it('is kept up to date by a registration of ours, which leaves it in the end', async () => {
    const states: string[] = [];
    const timers: { delay: number; task: () => void }[] = [];
    const registration = new Registration({
      userAgent: phone.agent, registrar: server.uri().replace('test@', ''), address: 'sip:agent7@phones.test', callId: 'reg-1', contactUser: 'agent7', expiresSeconds: 300,
      digest: phone.agent.digest({ username: 'agent7', secret: { password: 'pw-agent7' } }),
      after: (delay, task) => {
        timers.push({ delay, task });
        return { cancel: () => undefined };
      },
      onState: ({ registered, status }) => void states.push(`${registered} ${status}`),
    });
    registration.start();
    await until(() => states.length === 1, 'registered');
    expect(timers[0]?.delay).toBe(240_000);
    timers[0]?.task();
    await until(() => states.length === 2, 'refreshed');
    expect(states).toEqual(['true 200', 'true 200']);
    expect(registrar.lookup('agent7')).toHaveLength(1);
    registration.stop();
    await until(() => registrar.lookup('agent7').length === 0, 'unregistered');
  });

  it('takes a registration of ours that names its instance, and is told anew when its connection breaks (RFC 5626)', async () => {
    const states: string[] = [];
    const registration = new Registration({
      userAgent: phone.agent, registrar: server.uri('tcp').replace('test@', ''), address: 'sip:agent7@phones.test', callId: 'reg-2', contactUser: 'agent7', instance: 'urn:uuid:1-2',
      digest: phone.agent.digest({ username: 'agent7', secret: { password: 'pw-agent7' } }),
      after: (_delay, task) => {
        if (states.at(-1)?.startsWith('false') === true) setImmediate(task);
        return { cancel: () => undefined };
      },
      onState: ({ registered, status }) => void states.push(`${registered} ${status}`),
    });
    phoneFlowClosed = (flow) => registration.flowClosed(flow);
    registration.start();
    await until(() => states.length === 1, 'registered');
    expect(phone.messages.some(({ text }) => text.includes('+sip.instance="<urn:uuid:1-2>";reg-id=1'))).toBe(true);
    const flow = registrar.lookup('agent7')[0]?.flow;
    (flow as unknown as { destroy(): void }).destroy();
    await until(() => states.length >= 2, 'the break is told');
    expect(states[1]).toBe('false 0');
    registration.stop();
  });
});
