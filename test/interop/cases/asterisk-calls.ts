import { randomBytes } from 'node:crypto';
import type { LegStats } from '../../../src/media/media.ts';
import { makeCertificates } from '../certificates.ts';
import type { InteropCase } from '../interop-case.ts';
import { Phone, type Call, type PhoneOptions } from '../nailup/phone.ts';
import { asteriskHz, endpoint, type AsteriskOptions } from '../peers/asterisk-configuration.ts';
import { Asterisk } from '../peers/asterisk.ts';
import { expect, host, pause, until, type Scope } from '../scope.ts';
import { toneMs } from '../sound.ts';
import { Unsupported } from '../unsupported.ts';

export const oursHz = 620;
export const talkMs = 1_500;
export const leastMs = 1_000;

export interface Variant {
  readonly peer?: AsteriskOptions;
  readonly phone?: PhoneOptions;
  readonly transport?: 'udp' | 'tcp' | 'tls';
  /** What must have been negotiated. */
  readonly codec?: string;
}

export async function start(scope: Scope, { peer, phone }: Variant = {}): Promise<{ phone: Phone; peer: Asterisk }> {
  const [asterisk, nailup] = await Promise.all([Asterisk.start(scope, peer), Phone.start(scope, { toneHz: oursHz, ...phone })]);
  return { phone: nailup, peer: asterisk };
}

/** The call is over; both sides have heard the other's tone for a second without a gap. */
export async function audioBothWays(call: Call, peer: Asterisk, which?: number): Promise<string> {
  const ours = toneMs(await call.heard(), asteriskHz);
  const theirs = toneMs(peer.heard(which), oursHz);
  expect(ours >= leastMs, `Nailup heard ${asteriskHz} Hz for ${ours} ms only`);
  expect(theirs >= leastMs, `Asterisk heard ${oursHz} Hz for ${theirs} ms only`);
  return `tone heard ${ours} ms here, ${theirs} ms there`;
}

/** Of a call that is over. */
export function figuresOf(call: Call): Promise<LegStats> {
  return until('the figures of the leg', 3_000, () => {
    const closed = call.medias.find((event) => event.name === 'node.closed');
    return closed?.name === 'node.closed' ? closed.leg : undefined;
  });
}

/** We call, talk, hang up; it calls, we talk, it hangs up. */
export async function bothDirections(scope: Scope, variant: Variant = {}): Promise<string> {
  const transport = variant.transport ?? 'udp';
  const { phone, peer } = await start(scope, variant);
  const out = await phone.call(peer.uri('talk', transport));
  await out.up();
  await pause(talkMs);
  await out.hangUp();
  await peer.quiet();
  const words = await audioBothWays(out, peer);
  if (variant.codec !== undefined) expect(out.negotiated?.codec === variant.codec, `negotiated ${out.negotiated?.codec ?? 'nothing'} instead of ${variant.codec}`);
  await peer.ring('talk', `sip:nailup@${phone.address(transport)}${transport === 'udp' ? '' : `;transport=${transport}`}`);
  const inbound = await phone.incoming();
  await inbound.up();
  await pause(talkMs);
  await peer.command('channel request hangup all');
  await inbound.over();
  await peer.quiet();
  const back = await audioBothWays(inbound, peer);
  if (variant.codec !== undefined) expect(inbound.negotiated?.codec === variant.codec, `inbound negotiated ${inbound.negotiated?.codec ?? 'nothing'} instead of ${variant.codec}`);
  await phone.quiet();
  return `out: ${words}; in: ${back}`;
}

async function tls(scope: Scope): Promise<string> {
  const made = makeCertificates(scope);
  return bothDirections(scope, {
    transport: 'tls',
    phone: { tls: { ...made.ours, ca: made.ca } },
    peer: { tls: { cert: made.peerCertFile, key: made.peerKeyFile, ca: made.caFile }, endpoint: { transport: 'tls' } },
  });
}

/** Asterisk of Debian has no Opus of its own: it sends back what it gets, undecoded. */
async function opus(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope, { peer: { codecs: ['opus'], extensions: { echo: ['Answer()', 'Echo()'] } }, phone: { codecs: ['opus', 'telephone-event'] } });
  if (!phone.media.capabilities.has('opus')) throw new Unsupported("Nailup's media adapter has no opus here");
  const call = await phone.call(peer.uri('echo'));
  await call.up();
  await pause(talkMs + 300);
  expect(call.negotiated?.codec === 'opus', `negotiated ${call.negotiated?.codec ?? 'nothing'}`);
  const ms = toneMs(await call.heard(), oursHz);
  expect(ms >= leastMs, `of our tone ${ms} ms came back`);
  await call.hangUp();
  await phone.quiet();
  return `passed through undecoded: our tone came back for ${ms} ms`;
}

/** Digest both on REGISTER and on INVITE; Asterisk finds us at the contact that we registered. */
async function registered(scope: Scope): Promise<string> {
  const password = randomBytes(9).toString('hex');
  const peer = await Asterisk.start(scope, {
    extensions: { 100: ['Goto(talk,1)'] },
    sections: {
      '2001': { ...endpoint(), auth: '2001', aors: '2001' },
      '2001/2': { type: 'auth', auth_type: 'userpass', username: '2001', password },
      '2001/3': { type: 'aor', max_contacts: '1', minimum_expiration: '30', qualify_frequency: '0' },
    },
  });
  const phone = await Phone.start(scope, {
    toneHz: oursHz, transports: ['udp'],
    signalling: { trunks: [{ name: 'pbx', address: `${host}:${peer.port}`, username: '2001', password, callerId: '2001', register: true, pingMs: 0 }] },
  });
  await until('Nailup registers', 8_000, () => phone.signals.find((event) => event.name === 'trunk.state' && event.up));
  await peer.ring('talk', undefined, {}, '2001');
  const inbound = await phone.incoming();
  await inbound.up();
  await pause(talkMs);
  await inbound.hangUp();
  await peer.quiet();
  const words = await audioBothWays(inbound, peer);
  const out = await phone.call('100', { trunk: 'pbx' });
  await out.up();
  await pause(talkMs);
  await out.hangUp();
  await peer.quiet();
  const back = await audioBothWays(out, peer);
  expect(phone.wire.some((message) => message.startsWith('> INVITE') && /\r\n(Proxy-)?Authorization:/i.test(message)), 'our INVITE was not authenticated');
  await phone.signalling.stop(1_000);
  await until('Asterisk has no contact of ours any more', 3_000, async () => /No objects found/.test(await peer.command('pjsip show contacts')));
  return `in: ${words}; out, with digest: ${back}; registration taken back`;
}

async function registers(scope: Scope): Promise<string> {
  const password = randomBytes(9).toString('hex');
  const phone = await Phone.start(scope, {
    toneHz: oursHz,
    signalling: { registrar: { realm: host, nonceSecret: randomBytes(32), algorithms: ['MD5'], secretOf: (user) => (user === '1001' ? { password } : undefined) } },
  });
  const peer = await Asterisk.start(scope, {
    sections: {
      account: { type: 'registration', transport: 'udp', server_uri: `sip:${phone.address()}`, client_uri: `sip:1001@${host}`, contact_user: 'talk', outbound_auth: 'account', expiration: '60', retry_interval: '5', max_random_initial_delay: '0' },
      'account/2': { type: 'auth', auth_type: 'userpass', username: '1001', password },
    },
  });
  await peer.event('Registry', 8_000, (event) => event['Status'] === 'Registered');
  const call = await phone.call(`sip:1001@${host}`);
  await call.up();
  await pause(talkMs);
  await call.hangUp();
  await peer.quiet();
  const words = await audioBothWays(call, peer);
  await phone.quiet();
  return `registered with digest; called at its contact: ${words}`;
}

const one = (name: string, capability: string, run: InteropCase['run']): InteropCase => ({ name: `asterisk-${name}`, peers: ['asterisk'], capability, limitMs: 40_000, beside: true, run });

export const asteriskCallCases: readonly InteropCase[] = [
  one('udp', 'call out and in, UDP, PCMU', (scope) => bothDirections(scope, { codec: 'PCMU' })),
  one('tcp', 'call out and in, TCP', (scope) => bothDirections(scope, { transport: 'tcp', peer: { endpoint: { transport: 'tcp' } } })),
  one('tls', 'call out and in, TLS', tls),
  one('pcma', 'codec PCMA', (scope) => bothDirections(scope, { codec: 'PCMA', peer: { codecs: ['alaw'] }, phone: { codecs: ['PCMA', 'telephone-event'] } })),
  one('g722', 'codec G.722', (scope) => bothDirections(scope, { codec: 'G722', peer: { codecs: ['g722'] }, phone: { codecs: ['G722', 'telephone-event'] } })),
  one('opus', 'codec Opus', opus),
  one('srtp', 'SRTP (SDES)', (scope) => bothDirections(scope, { phone: { srtp: 'require' }, peer: { endpoint: { media_encryption: 'sdes' } } })),
  one('registrar', 'Nailup registers with the peer (digest)', registered),
  one('register', 'registers with Nailup (digest), is called', registers),
];
