import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../../src/config/index.ts';
import { SystemClock } from '../../../src/kernel/clock.ts';
import { RandomIds } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { EmbeddedSignalling } from '../../../src/signalling/embedded/embedded-signalling.ts';
import type { SignallingEvent } from '../../../src/signalling/signalling.ts';
import { digestHash } from '../../../src/sip/auth/digest-algorithm.ts';
import { sipOptions } from '../../../src/wiring/sip-options.ts';
import { authority, clientCertificate, clientKey, serverCertificate, serverKey } from '../sip/transport/test-certificates.ts';
import { closeAgents, sdp, startAgent, until } from '../sip/user-agent/loopback-agents.ts';

const ids = new RandomIds();
const ha1 = (user: string, password: string): string => `ha1$${(['MD5', 'SHA-256'] as const).map((algorithm) => digestHash(algorithm, `${user}:phones.test:${password}`)).join('$')}`;

describe('the SIP side of the configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nailup-sip-'));
  const file = join(folder, 'nailup.yaml');
  const open: EmbeddedSignalling[] = [];
  beforeAll(() => {
    for (const [name, text] of Object.entries({ 'cert.pem': serverCertificate, 'key.pem': serverKey, 'ca.pem': authority })) writeFileSync(join(folder, name), text);
  });
  afterEach(async () => {
    await closeAgents();
    for (const signalling of open.splice(0)) await signalling.stop(200);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function start(yaml: string): Promise<{ signalling: EmbeddedSignalling; events: SignallingEvent[]; port(transport: string): number }> {
    const signalling = new EmbeddedSignalling({ ...sipOptions(parseConfig(yaml, file), file), clock: new SystemClock(), random: new SeededRandom(3), ids, log: silentLogger, timers: { t1: 50, t2: 200, t4: 200, d: 300 } });
    const events: SignallingEvent[] = [];
    await signalling.start((event) => void events.push(event));
    open.push(signalling);
    return { signalling, events, port: (transport) => signalling.addresses.find((address) => address.transport === transport)?.port ?? 0 };
  }

  const tls = 'tls: { certificateFile: cert.pem, keyFile: key.pem, authorityFile: ca.pem }';
  const register = async (target: string, password: string): Promise<number> => {
    const phone = await startAgent({ onInvite: (invite) => invite.answer(sdp(4_000)) }, {
      listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }, { transport: 'tls', host: '127.0.0.1', port: 0, tls: { ca: authority, key: clientKey, cert: clientCertificate } }],
    });
    const digest = phone.agent.digest({ username: '1001', secret: { password } });
    return new Promise((resolve) => phone.agent.request('REGISTER', { target, from: { uri: 'sip:1001@phones.test' }, to: { uri: 'sip:1001@phones.test' }, digest, withContact: true, headers: { Expires: '60' } }, ({ status }) => resolve(status)));
  };

  it("lets an agent's phone register over TLS with the password that only its hash is kept of, and calls it there", async () => {
    const { signalling, events, port } = await start(`sip: { port: 0, transports: [udp], listen: [ { transport: tls, port: 0, clientCertificates: true } ], ${tls}, registrar: { realm: phones.test } }
agents: [ { extension: "1001", passwordHash: "scrypt$x", address: "sip:1001@phones.test", sipPasswordHa1: "${ha1('1001', 'correct horse')}" } ]`);
    expect(await register(`sips:127.0.0.1:${port('tls')}`, 'wrong horse')).toBe(403);
    expect(await register(`sips:127.0.0.1:${port('tls')}`, 'correct horse')).toBe(200);
    const call = ids.next('call');
    expect(signalling.place({ call, to: 'sip:1001@phones.test', sdp: sdp(1), timeoutMs: 2_000 })).toEqual({ accepted: true });
    await until(() => events.some((event) => event.name === 'call.answered' && event.call === call), 'answered');
    signalling.hangUp({ call });
    await until(() => events.some((event) => event.name === 'call.ended' && event.call === call), 'ended');
  });

  it('refuses a peer without a certificate where certificates are asked for', async () => {
    const { port } = await start(`sip: { port: 0, transports: [udp], listen: [ { transport: tls, port: 0, clientCertificates: true } ], ${tls}, registrar: { realm: phones.test } }
agents: [ { extension: "1001", passwordHash: "scrypt$x", address: "sip:1001@phones.test", sipPasswordHa1: "${ha1('1001', 'correct horse')}" } ]`);
    const bare = await startAgent({}, { listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }, { transport: 'tls', host: '127.0.0.1', port: 0, tls: { ca: authority } }] });
    const status = await new Promise<number>((resolve) => bare.agent.request('OPTIONS', { target: `sips:127.0.0.1:${port('tls')}`, from: { uri: 'sip:a@b' } }, (outcome) => resolve(outcome.status)));
    expect([408, 503]).toContain(status);
  });

  it('listens over WebSocket with and without TLS', async () => {
    const { port } = await start(`sip: { port: 0, transports: [udp], listen: [ { transport: ws, port: 0 }, { transport: wss, port: 0 } ], ${tls} }`);
    expect(port('ws')).toBeGreaterThan(0);
    expect(port('wss')).toBeGreaterThan(0);
  });

  it('tries the trunks of a group by priority, and takes the meaning of a refusal from the configuration', async () => {
    const down = await startAgent({ onInvite: (invite) => invite.reject(503) });
    const busy = await startAgent({ onInvite: (invite) => invite.reject(486) });
    const host = (uri: string): string => uri.replace(/^.*@/, '');
    const { signalling, events } = await start(`sip: { port: 0, transports: [udp], failures: { "486": { completionCode: Line_Busy, failure: reject } } }
trunks: [ { name: a, group: g, address: "${host(down.uri())}", priority: 1, pingMs: 0 }, { name: b, group: g, address: "${host(busy.uri())}", priority: 2, pingMs: 0 } ]`);
    expect(signalling.trunkRoom('g')).toEqual({ lines: 200, invites: 100 });
    const call = ids.next('call');
    signalling.place({ call, to: '+4930123', trunk: 'g', sdp: sdp(1), timeoutMs: 2_000 });
    await until(() => events.some((event) => event.name === 'call.failed'), 'failed');
    expect(events.find((event) => event.name === 'call.failed')).toMatchObject({ call, failure: 'reject', completionCode: 'Line_Busy', status: 486 });
    expect(down.wire[0]).toContain('INVITE');
    const { counters } = signalling.stats();
    expect([counters['trunk.a.failed5xx'], counters['trunk.b.failed4xx'], counters['trunk.b.calls'], counters['trunk.b.openCalls']]).toEqual([1, 1, 1, 0]);
  });

  it('registers with a trunk that asks for it', async () => {
    const contacts: string[] = [];
    const carrier = await startAgent({ onRequest: (request) => {
      contacts.push(request.request.get('Contact') ?? '');
      request.respond(200);
    } }, { methods: ['REGISTER'] });
    const { events } = await start(`sip: { port: 0, transports: [udp] }
trunks: [ { name: pbx, address: "${carrier.uri().replace(/^.*@/, '')}", username: "493012345", password: secret, register: true, pingMs: 0 } ]`);
    await until(() => events.some((event) => event.name === 'trunk.state' && event.up), 'registered');
    expect(contacts[0]).toMatch(/^<sip:493012345@127\.0\.0\.1:\d+>/);
  });

  it('dials no forbidden number over a trunk and lets agents be called all the same', async () => {
    const phone = await startAgent({ onInvite: (invite) => invite.reject(486) });
    const address = phone.uri('udp', '1001');
    const { signalling } = await start(`sip: { port: 0, transports: [udp], allowedPrefixes: ["+49"], blockedPrefixes: ["+49900"] }
trunks: [ { name: t, address: "127.0.0.1:9", pingMs: 0 } ]
agents: [ { extension: "1001", passwordHash: "scrypt$x", address: "${address}" } ]`);
    const place = (to: string, trunk?: string): boolean => signalling.place({ call: ids.next('call'), to, ...(trunk === undefined ? {} : { trunk }), sdp: sdp(1), timeoutMs: 100 }).accepted;
    expect([place('+881612', 't'), place('sip:%2B881612@127.0.0.1:9', 't'), place('+49900123', 't'), place('*21#', 't'), place('sip:9001@127.0.0.1:9')]).toEqual([false, false, false, false, false]);
    expect([place('+4930123', 't'), place(address)]).toEqual([true, true]);
  });

  it.each([
    ['a TLS address without certificate', 'sip: { listen: [ { transport: tls, port: 0 } ] }', 'SIP_TLS_CERTIFICATE'],
    ['a certificate that is not there', 'sip: { listen: [ { transport: tls, port: 0 } ], tls: { certificateFile: none.pem, keyFile: key.pem } }', 'SIP_TLS_FILE'],
    ['a certificate that is none', 'sip: { listen: [ { transport: tls, port: 0 } ], tls: { certificateFile: nailup.yaml, keyFile: key.pem } }', 'SIP_TLS_FILE'],
    ['phones without registrar', `agents: [ { extension: "1", passwordHash: "scrypt$x", address: "sip:1@a", sipPasswordHa1: "${ha1('1', 'x')}" } ]`, 'SIP_REGISTRAR'],
  ])('tells %s before anything is started', (_name, yaml, code) => {
    writeFileSync(file, 'no PEM');
    expect(() => sipOptions(parseConfig(yaml, file), file)).toThrow(expect.objectContaining({ code }));
  });

  it('takes no source that is no address, no prefix that is no number, and no cause that does not exist', () => {
    for (const sip of ['allowedSources: ["carrier.test"]', 'allowedSources: ["192.0.2.0/33"]', 'allowedPrefixes: ["abc"]', 'failures: { "286": {} }', 'failures: { "486": { failure: occupied } }']) {
      expect(() => parseConfig(`sip: { ${sip} }`, file)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    }
  });

  it('sends what the trunk is configured to send: asserted identity, privacy, headers, session interval', async () => {
    let invite = '';
    const carrier = await startAgent({ onInvite: (incoming) => {
      invite = ['From', 'P-Asserted-Identity', 'Privacy', 'X-Account', 'Session-Expires', 'Supported', 'User-Agent'].map((name) => `${name}: ${incoming.request.get(name) ?? ''}`).join('\n');
      incoming.answer(sdp(2));
    } });
    const { signalling, events } = await start(`sip: { port: 0, transports: [udp], userAgent: Test, sessionTimer: { intervalSeconds: 600 }, reliableProvisionals: false }
trunks: [ { name: c, address: "${carrier.agent.addresses[0]?.text ?? ''}", callerId: "+4930900", assertedIdentity: "+4930901", headers: { X-Account: "17" }, pingMs: 0 } ]`);
    const call = ids.next('call');
    signalling.place({ call, to: '+4989', trunk: 'c', from: 'anonymous', sdp: sdp(1), timeoutMs: 2_000 });
    await until(() => events.some(({ name }) => name === 'call.answered'), 'answered');
    expect(invite).toMatch(/^From: "?Anonymous"? <sip:anonymous@anonymous\.invalid>;tag=.*\nP-Asserted-Identity: <sip:\+4930901@127\.0\.0\.1>\nPrivacy: id\nX-Account: 17\nSession-Expires: 600\nSupported: timer, replaces\nUser-Agent: Test$/);
    signalling.hangUp({ call });
    await until(() => events.some(({ name }) => name === 'call.ended'), 'ended');
  });

  it('offers its phones the digest algorithms and the expiry that are configured', async () => {
    const { port } = await start(`sip: { port: 0, transports: [udp], registrar: { realm: phones.test, algorithms: [MD5], minimumExpiresSeconds: 120 } }
agents: [ { extension: "1001", passwordHash: "scrypt$x", address: "sip:1001@phones.test", sipPasswordHa1: "${ha1('1001', 'right')}" } ]`);
    expect(await register(`sip:127.0.0.1:${port('udp')}`, 'right')).toBe(423);
  });

  it('follows no redirection when that is switched off', async () => {
    const carrier = await startAgent({ onInvite: (incoming) => incoming.redirect([`sip:+4989;rn=1@${carrier.agent.addresses[0]?.text ?? ''}`]) });
    const { signalling, events } = await start(`sip: { port: 0, transports: [udp], redirects: { max: 0 } }
trunks: [ { name: c, address: "${carrier.agent.addresses[0]?.text ?? ''}", pingMs: 0 } ]`);
    signalling.place({ call: ids.next('call'), to: '+4989', trunk: 'c', sdp: sdp(1), timeoutMs: 2_000 });
    await until(() => events.some(({ name }) => name === 'call.failed'), 'failed');
    expect(events.map(({ name }) => name)).toEqual(['call.redirected', 'call.failed']);
  });
});
