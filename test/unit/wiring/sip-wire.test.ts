import { createServer, type AddressInfo, type Server } from 'node:net';
import { parseConfig } from '../../../src/config/index.ts';
import { SystemClock } from '../../../src/kernel/clock.ts';
import { RandomIds } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { EmbeddedSignalling } from '../../../src/signalling/embedded/embedded-signalling.ts';
import type { SignallingEvent } from '../../../src/signalling/signalling.ts';
import { digestHash } from '../../../src/sip/auth/digest-algorithm.ts';
import { sipOptions } from '../../../src/wiring/sip-options.ts';
import { closeAgents, RawPeer, sdp, startAgent, until } from '../sip/user-agent/loopback-agents.ts';

const ids = new RandomIds();
/** A port for both UDP and TCP; above those that the system gives away. */
let nextPort = 61_000 + (process.pid % 4_000);
const newPort = (): number => (nextPort += 1);

describe('a key of the SIP configuration, on the wire', () => {
  const open: EmbeddedSignalling[] = [];
  const peers: RawPeer[] = [];
  const servers: Server[] = [];
  afterEach(async () => {
    await closeAgents();
    for (const signalling of open.splice(0)) await signalling.stop(200);
    for (const peer of peers.splice(0)) peer.close();
    for (const server of servers.splice(0)) server.close();
  });

  async function start(yaml: string): Promise<{ signalling: EmbeddedSignalling; events: SignallingEvent[]; port: number }> {
    const signalling = new EmbeddedSignalling({ ...sipOptions(parseConfig(yaml, 'nailup.yaml'), undefined), clock: new SystemClock(), random: new SeededRandom(3), ids, log: silentLogger, timers: { t1: 50, t2: 200, t4: 200, d: 300 } });
    const events: SignallingEvent[] = [];
    await signalling.start((event) => void events.push(event));
    open.push(signalling);
    return { signalling, events, port: signalling.addresses[0]?.port ?? 0 };
  }

  async function peer(): Promise<RawPeer> {
    const one = await RawPeer.open();
    peers.push(one);
    return one;
  }

  let count = 0;
  const options = (from: RawPeer, extra = ''): string => {
    count += 1;
    return `OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${from.port};branch=z9hG4bKwire${count}\r\nMax-Forwards: 70\r\nFrom: <sip:a@127.0.0.1>;tag=${count}\r\nTo: <sip:127.0.0.1>\r\nCall-ID: wire-${count}\r\nCSeq: 1 OPTIONS\r\n${extra}Content-Length: 0\r\n\r\n`;
  };

  /** What a carrier gets when a call is placed, the carrier's port serving UDP and TCP. */
  async function inviteOf(sip: string): Promise<string> {
    const port = newPort();
    const carrier = await startAgent({ onInvite: (incoming) => incoming.reject(486) }, { listen: [{ transport: 'udp', host: '127.0.0.1', port }, { transport: 'tcp', host: '127.0.0.1', port }] });
    const { signalling, events } = await start(`sip: { port: 0, ${sip} }\ntrunks: [ { name: c, address: "127.0.0.1:${port}", pingMs: 0 } ]`);
    signalling.place({ call: ids.next('call'), to: '+4989', trunk: 'c', sdp: sdp(1), timeoutMs: 2_000 });
    await until(() => events.some(({ name }) => name === 'call.failed'), 'failed');
    return carrier.messages.find(({ text }) => text.startsWith('INVITE'))?.text ?? '';
  }

  it('sip.publicAddress stands in Via and Contact', async () => {
    const invite = await inviteOf('transports: [udp], publicAddress: 192.0.2.9');
    expect(invite).toMatch(/^Via: SIP\/2\.0\/UDP 192\.0\.2\.9:\d+;/m);
    expect(invite).toMatch(/^Contact: <sip:[^>]*192\.0\.2\.9:\d+>/m);
  });

  it('sip.udpLimitBytes sends what is larger over TCP, and 0 nothing', async () => {
    expect(await inviteOf('udpLimitBytes: 300')).toMatch(/^Via: SIP\/2\.0\/TCP /m);
    expect(await inviteOf('udpLimitBytes: 5000')).toMatch(/^Via: SIP\/2\.0\/UDP /m);
    expect(await inviteOf('udpLimitBytes: 0')).toMatch(/^Via: SIP\/2\.0\/UDP /m);
  });

  it('sip.listen[].publicAddress and publicPort stand in the Contact of what that address answers', async () => {
    const port = newPort();
    await start(`sip: { port: 0, transports: [udp], listen: [ { transport: udp, host: 127.0.0.1, port: ${port}, publicAddress: 198.51.100.7, publicPort: 5099 } ] }`);
    const asking = await peer();
    asking.send(options(asking), port);
    await until(() => asking.received.length > 0, 'answered');
    expect(asking.received[0]).toMatch(/^Contact: <sip:nailup@198\.51\.100\.7:5099>\r$/m);
  });

  it('sip.sessionTimer.minimumSeconds refuses a shorter interval with 422', async () => {
    const { port } = await start('sip: { port: 0, transports: [udp], sessionTimer: { minimumSeconds: 200 } }');
    const caller = await startAgent({}, { sessionTimer: { intervalSeconds: 150, minimumSeconds: 90 } });
    let over = false;
    caller.agent.invite({ target: `sip:1@127.0.0.1:${port}`, from: { uri: 'sip:c@127.0.0.1' }, sdp: sdp(1), timeoutMs: 300 }, { onAnswered: () => undefined, onFailed: () => void (over = true) });
    await until(() => over, 'given up');
    const refusal = caller.messages.find(({ text }) => text.startsWith('SIP/2.0 422'))?.text;
    expect(refusal).toMatch(/^Min-SE: 200\r$/m);
    // RFC 4028 §7.3: the caller comes again with what is asked for
    expect(caller.messages.filter(({ direction, text }) => direction === 'out' && text.startsWith('INVITE')).at(-1)?.text).toMatch(/^Session-Expires: 200\r$/m);
  });

  it('sip.requestsPerSecond drops what exceeds it', async () => {
    const { port } = await start('sip: { port: 0, transports: [udp], requestsPerSecond: 3 }');
    const [flooding, marker] = [await peer(), await peer()];
    for (let i = 0; i < 6; i += 1) flooding.send(options(flooding), port);
    await until(() => flooding.received.length >= 3, 'answered');
    // Heard again a moment later; by then the whole flood has been judged.
    await until(() => {
      marker.send(options(marker), port);
      return marker.received.length > 0;
    }, 'heard again');
    expect(flooding.received).toHaveLength(3);
  });

  it('sip.scanners bans the address for sip.banMs', async () => {
    const { port } = await start('sip: { port: 0, transports: [udp], scanners: [probe-x], banMs: 400 }');
    const scanning = await peer();
    scanning.send(options(scanning, 'User-Agent: Probe-X 1.0\r\n'), port);
    scanning.send(options(scanning), port);
    const since = performance.now();
    await until(() => {
      scanning.send(options(scanning), port);
      return scanning.received.length > 0;
    }, 'heard again');
    expect(performance.now() - since).toBeGreaterThan(350);
  });

  it('sip.allowedSources keeps everyone else unheard', async () => {
    const closed = await start('sip: { port: 0, transports: [udp], allowedSources: ["192.0.2.0/24"] }');
    const opened = await start('sip: { port: 0, transports: [udp], allowedSources: ["127.0.0.0/8"] }');
    const asking = await peer();
    asking.send(options(asking), closed.port);
    asking.send(options(asking), opened.port);
    await until(() => asking.received.length > 0, 'answered');
    expect(asking.received).toHaveLength(1);
    expect(closed.signalling.stats().counters['received.OPTIONS'] ?? 0).toBe(0);
  });

  it.each([[true, ['+4989', '+4990']], [false, ['+4989']]] as const)('sip.redirects.otherNumbers: %s dials %s', async (otherNumbers, dialled) => {
    let asked = 0;
    const carrier = await startAgent({ onInvite: (incoming) => {
      asked += 1;
      if (asked === 1) incoming.redirect([`sip:+4990@${carrier.agent.addresses[0]?.text ?? ''}`]);
      else incoming.reject(486);
    } });
    const { signalling, events } = await start(`sip: { port: 0, transports: [udp], redirects: { otherNumbers: ${otherNumbers} } }
trunks: [ { name: c, address: "${carrier.agent.addresses[0]?.text ?? ''}", pingMs: 0 } ]`);
    signalling.place({ call: ids.next('call'), to: '+4989', trunk: 'c', sdp: sdp(1), timeoutMs: 2_000 });
    await until(() => events.some(({ name }) => name === 'call.failed'), 'failed');
    // On a busy machine an INVITE is sent again before its answer is read (RFC 3261 §17.1.1.2): once for each number counts.
    const numbers = carrier.wire.flatMap((line) => /^< INVITE sip:([^@]*)@/.exec(line)?.[1] ?? []);
    expect(numbers.filter((number, i) => number !== numbers[i - 1])).toEqual(dialled);
  });

  it('sip.registrar.maximumExpiresSeconds shortens a registration, and maxContacts refuses one device more', async () => {
    const ha1 = `ha1$${(['MD5', 'SHA-256'] as const).map((algorithm) => digestHash(algorithm, '1001:phones.test:right')).join('$')}`;
    const { port } = await start(`sip: { port: 0, transports: [udp], registrar: { realm: phones.test, maximumExpiresSeconds: 60, maxContacts: 1 } }
agents: [ { extension: "1001", passwordHash: "scrypt$x", address: "sip:1001@phones.test", sipPasswordHa1: "${ha1}" } ]`);
    const register = async (): Promise<{ status: number; contact: string | undefined }> => {
      const phone = await startAgent();
      const digest = phone.agent.digest({ username: '1001', secret: { password: 'right' } });
      const identity = { uri: 'sip:1001@phones.test' };
      return new Promise((resolve) => phone.agent.request('REGISTER', { target: `sip:127.0.0.1:${port}`, from: identity, to: identity, digest, withContact: true, headers: { Expires: '7200' } }, ({ status, response }) => resolve({ status, contact: response?.get('Contact') })));
    };
    expect(await register()).toEqual({ status: 200, contact: expect.stringMatching(/;expires=(60|59)$/) });
    expect(await register()).toMatchObject({ status: 403 });
  });

  it('sip.keepAliveMs sends CRLF over a connection that we opened, and 0 none', async () => {
    const heard: string[] = [];
    const carrier = createServer((socket) => {
      const index = heard.push('') - 1;
      socket.on('data', (bytes: Buffer) => void (heard[index] += bytes.toString('latin1')));
      socket.on('error', () => undefined);
    });
    servers.push(carrier);
    await new Promise<void>((resolve) => carrier.listen(0, '127.0.0.1', resolve));
    const address = `127.0.0.1:${(carrier.address() as AddressInfo).port}`;
    const place = async (keepAliveMs: number): Promise<void> => {
      const { signalling } = await start(`sip: { port: 0, transports: [tcp], keepAliveMs: ${keepAliveMs} }\ntrunks: [ { name: c, address: "${address};transport=tcp", pingMs: 0 } ]`);
      signalling.place({ call: ids.next('call'), to: '+4989', trunk: 'c', sdp: sdp(1), timeoutMs: 2_000 });
      const connections = heard.length;
      await until(() => heard.length > connections, 'connected');
    };
    await place(0);
    await place(30);
    await until(() => heard[1]?.endsWith('\r\n\r\n\r\n\r\n') === true, 'kept alive');
    expect(heard[0]).not.toContain('\r\n\r\n\r\n');
  });
});
