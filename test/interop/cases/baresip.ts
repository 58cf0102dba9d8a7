import { randomBytes } from 'node:crypto';
import { makeCertificates } from '../certificates.ts';
import type { InteropCase, NotPossible } from '../interop-case.ts';
import { Phone, type Call, type PhoneOptions } from '../nailup/phone.ts';
import { Baresip, type BaresipOptions } from '../peers/baresip.ts';
import { expect, host, pause, until, type Scope } from '../scope.ts';
import { toneMs } from '../sound.ts';
import { Unsupported } from '../unsupported.ts';

const peerHz = 440;
const oursHz = 620;
const talkMs = 1_800;
const leastMs = 1_000;

/** Both sides have heard the other's tone for a second without a gap. */
async function audioBothWays(call: Call, peer: Baresip): Promise<string> {
  const ours = toneMs(await call.heard(), peerHz);
  const theirs = toneMs(peer.heard(), oursHz);
  expect(ours >= leastMs, `Nailup heard ${peerHz} Hz for ${ours} ms only`);
  expect(theirs >= leastMs, `baresip heard ${oursHz} Hz for ${theirs} ms only`);
  return `tone heard ${ours} ms here, ${theirs} ms there`;
}

interface Variant {
  readonly peer?: Partial<BaresipOptions>;
  readonly phone?: PhoneOptions;
  readonly transport?: 'udp' | 'tcp' | 'tls';
  /** What must have been negotiated. */
  readonly codec?: string;
}

/** A codec that this build of Nailup does not have (Opus needs an optional package) makes no case. */
const withCodec = (codec: 'g722' | 'opus', variant: Variant): InteropCase['run'] => async (scope) => {
  const probe = await Phone.start(scope);
  if (!probe.media.capabilities.has(codec)) throw new Unsupported(`Nailup's media adapter has no ${codec} here`);
  return bothDirections(scope, variant);
};

async function start(scope: Scope, { peer, phone }: Variant): Promise<{ phone: Phone; peer: Baresip }> {
  return { peer: await Baresip.start(scope, { user: 'peer', toneHz: peerHz, ...peer }), phone: await Phone.start(scope, { toneHz: oursHz, ...phone }) };
}

const peerUri = (peer: Baresip, transport: 'udp' | 'tcp' | 'tls'): string =>
  `sip:${peer.user}@${host}:${transport === 'tls' ? peer.port + 1 : peer.port}${transport === 'udp' ? '' : `;transport=${transport}`}`;

/** We call, talk, hang up; it calls, we talk, it hangs up. */
async function bothDirections(scope: Scope, variant: Variant): Promise<string> {
  const transport = variant.transport ?? 'udp';
  const { phone, peer } = await start(scope, variant);
  const out = await phone.call(peerUri(peer, transport));
  await out.up();
  await pause(talkMs);
  const words = await audioBothWays(out, peer);
  if (variant.codec !== undefined) expect(out.negotiated?.codec === variant.codec, `negotiated ${out.negotiated?.codec ?? 'nothing'} instead of ${variant.codec}`);
  await out.hangUp();
  await peer.event('CALL_CLOSED');
  await peer.command('dial', `sip:nailup@${phone.address(transport)}${transport === 'udp' ? '' : `;transport=${transport}`}`);
  const inbound = await phone.incoming();
  await inbound.up();
  await pause(talkMs);
  const back = await audioBothWays(inbound, peer);
  if (variant.codec !== undefined) expect(inbound.negotiated?.codec === variant.codec, `inbound negotiated ${inbound.negotiated?.codec ?? 'nothing'} instead of ${variant.codec}`);
  await peer.command('hangup');
  await inbound.over();
  await phone.quiet();
  return `out: ${words}; in: ${back}`;
}

async function tls(scope: Scope): Promise<string> {
  const made = makeCertificates(scope);
  return bothDirections(scope, {
    transport: 'tls',
    phone: { tls: { ...made.ours, ca: made.ca } },
    peer: { account: ';transport=tls', config: [`sip_certificate ${made.peerFile}`, `sip_cafile ${made.caFile}`] },
  });
}

/** It gives up at a challenge whose algorithm is not MD5, also when MD5 is offered beside it. */
async function register(scope: Scope): Promise<string> {
  const password = randomBytes(9).toString('hex');
  const phone = await Phone.start(scope, {
    toneHz: oursHz,
    signalling: { registrar: { realm: host, nonceSecret: randomBytes(32), algorithms: ['MD5'], secretOf: (user) => (user === '1001' ? { password } : undefined) } },
  });
  const [, port] = phone.address().split(':');
  const peer = await Baresip.start(scope, { user: '1001', toneHz: peerHz, domain: `${host}:${port ?? ''}`, account: `;regint=60;auth_user=1001;auth_pass=${password}` });
  await until('baresip registers', 8_000, () => /200 OK \(Nailup\) \[1 binding\]/.test(peer.output));
  const call = await phone.call(`sip:1001@${host}`);
  await call.up();
  await pause(talkMs);
  const words = await audioBothWays(call, peer);
  await call.hangUp();
  await phone.quiet();
  return `registered with digest; called at its contact: ${words}`;
}

/**
 * The second half of a held call. baresip 1.0 records nothing any more once a re-INVITE changed its stream, so that our audio at
 * its side is shown by its own count of packets here; its tone at ours is heard as ever.
 */
async function resumed(phone: Phone, peer: Baresip, call: Call, heldMs: number): Promise<string> {
  await pause(talkMs);
  const sent = (await phone.media.stats()).legs.find((leg) => leg.node === call.node)?.packetsSent ?? 0;
  const ms = toneMs(await call.heard(), peerHz);
  expect(ms >= talkMs - 300, `after the resumption baresip was heard for ${ms} ms only`);
  await call.hangUp();
  await peer.event('CALL_CLOSED');
  const received = await until('the statistics of baresip', 2_000, () => peer.packetsReceived);
  expect(received >= sent - 3, `baresip received ${received} of our ${sent} packets`);
  expect(sent * 20 >= talkMs + 600, `we sent ${sent} packets only`);
  await phone.quiet();
  return `no audio for ${heldMs} ms, then its tone for ${ms} ms; ${received} of our ${sent} packets there`;
}

async function holdByPeer(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope, {});
  const call = await phone.call(peer.uri);
  await call.up();
  await pause(800);
  await peer.command('hold');
  await until('the media learn of the hold', 4_000, () => call.negotiated !== undefined && call.negotiated.direction !== 'sendrecv');
  expect(call.negotiated?.direction !== 'sendonly', `direction ${call.negotiated?.direction ?? '?'} on hold by the peer`);
  await pause(800);
  await peer.command('resume');
  await until('the media learn of the resumption', 4_000, () => call.negotiated?.direction === 'sendrecv');
  return resumed(phone, peer, call, 800);
}

async function holdByUs(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope, {});
  const call = await phone.call(peer.uri);
  await call.up();
  await pause(800);
  await call.change('inactive');
  const packets = async (): Promise<number> => (await phone.media.stats()).legs.find((leg) => leg.node === call.node)?.packetsSent ?? 0;
  await pause(100);
  const before = await packets();
  await pause(900);
  expect((await packets()) - before <= 1, `on hold we sent ${(await packets()) - before} packets`);
  await call.change('sendrecv');
  return resumed(phone, peer, call, 1_000);
}

async function digitsFromPeer(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope, {});
  const call = await phone.call(peer.uri);
  await call.up();
  await pause(400);
  for (const key of '159*0#') {
    await peer.command('sndcode', key);
    await pause(200);
  }
  await until('the digits', 3_000, () => call.digits.length >= 6);
  expect(call.digits === '159*0#', `heard ${call.digits}`);
  await call.hangUp();
  await phone.quiet();
  return 'RFC 4733: 159*0#';
}

async function digitsToPeer(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope, {});
  const call = await phone.call(peer.uri);
  await call.up();
  await pause(400);
  phone.media.sendDigits({ node: call.node, digits: '2580', durationMs: 100 });
  await until('the digits at baresip', 4_000, () => peer.count('CALL_DTMF_START') >= 4);
  const seen = keysOf(peer);
  expect(seen === '2580', `baresip got ${seen}`);
  await call.hangUp();
  await phone.quiet();
  return 'RFC 4733: 2580';
}

async function infoToPeer(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope, {});
  const call = await phone.call(peer.uri);
  await call.up();
  for (const key of '79') phone.signalling.info({ call: call.id, contentType: 'application/dtmf-relay', body: `Signal=${key}\r\nDuration=160\r\n` });
  await until('the digits at baresip', 4_000, () => peer.count('CALL_DTMF_START') >= 2);
  expect(keysOf(peer) === '79', `baresip got ${keysOf(peer)}`);
  await call.hangUp();
  await phone.quiet();
  return 'INFO application/dtmf-relay: 79';
}

const keysOf = (peer: Baresip): string => peer.events.filter((event) => event.type === 'CALL_DTMF_START').map((event) => event.param ?? '').join('');

/** We send it away: it calls the target that we name, and tells us. */
async function transferToPeer(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope, {});
  const target = await Phone.start(scope, { toneHz: 820 });
  const call = await phone.call(peer.uri);
  await call.up();
  await pause(500);
  phone.signalling.transfer({ call: call.id, target: `sip:target@${target.address()}` });
  const there = await target.incoming();
  await there.up();
  const last = await call.signal('transfer.progress', 6_000, (event) => event.done);
  expect(last.status === 200, `the transfer ended with ${last.status}`);
  await pause(talkMs);
  const ms = toneMs(await there.heard(), peerHz);
  expect(ms >= leastMs, `the target heard baresip for ${ms} ms only`);
  if (!call.ended) await call.hangUp();
  await there.hangUp();
  await target.quiet();
  await phone.quiet();
  return `REFER: NOTIFY 200, the target hears it for ${ms} ms`;
}

/** It sends us away: we call the target that it names, and tell it. */
async function transferByPeer(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope, {});
  const target = await Phone.start(scope, { toneHz: 820 });
  const call = await phone.call(peer.uri);
  await call.up();
  await pause(500);
  await peer.command('transfer', `sip:target@${target.address()}`);
  await call.signal('call.referred');
  const there = await target.incoming();
  await there.up();
  await call.over();
  const fresh = phone.calls.at(-1);
  expect(fresh !== undefined && fresh !== call, 'no new call was made');
  await fresh.up();
  await pause(talkMs);
  const ms = toneMs(await fresh.heard(), 820);
  expect(ms >= leastMs, `after the transfer the target was heard for ${ms} ms only`);
  await fresh.hangUp();
  await target.quiet();
  await phone.quiet();
  return `REFER taken, target heard for ${ms} ms, baresip hung up after NOTIFY 200`;
}

async function refresh(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope, { phone: { signalling: { sessionTimer: { intervalSeconds: 4, minimumSeconds: 2 } } } });
  // baresip 1.0 does not know RFC 4028: its caller may not ask for a timer, its callee (we) may (§9).
  await peer.command('dial', `sip:nailup@${phone.address()}`);
  const call = await phone.incoming();
  await call.up();
  await pause(4_500);
  expect(!call.ended, 'the call ended');
  const refreshes = phone.wire.filter((message) => /^> (INVITE|UPDATE) /.test(message) && /\r\nTo:[^\r\n]*;tag=/.test(message)).length;
  // Its 200 to the first refresh carries no Session-Expires, which ends the timer (RFC 4028 §7.2).
  expect(refreshes >= 1, `${refreshes} refreshes in 4.5 s of a 4 s session`);
  const ms = toneMs(await call.heard(), peerHz);
  expect(ms >= 3_500, `the tone was heard for ${ms} ms without a gap only`);
  await call.hangUp();
  await phone.quiet();
  return `${refreshes} refresh of a 4 s session, tone without a gap for ${ms} ms`;
}

const one = (name: string, capability: string, run: InteropCase['run']): InteropCase => ({ name: `baresip-${name}`, peers: ['baresip'], capability, limitMs: 40_000, run });

export const baresipCases: readonly InteropCase[] = [
  one('udp', 'call out and in, UDP, PCMU', (scope) => bothDirections(scope, { codec: 'PCMU' })),
  one('tcp', 'call out and in, TCP', (scope) => bothDirections(scope, { transport: 'tcp', peer: { account: ';transport=tcp' } })),
  one('tls', 'call out and in, TLS', tls),
  one('pcma', 'codec PCMA', (scope) => bothDirections(scope, { codec: 'PCMA', phone: { codecs: ['PCMA', 'telephone-event'] } })),
  one('g722', 'codec G.722', withCodec('g722', { codec: 'G722', phone: { codecs: ['G722', 'telephone-event'] }, peer: { codecs: ['g722', 'g711'], sampleRate: 16_000 } })),
  one('opus', 'codec Opus', withCodec('opus', { codec: 'opus', phone: { codecs: ['opus', 'telephone-event'] }, peer: { codecs: ['opus', 'g711'], sampleRate: 48_000 } })),
  one('srtp', 'SRTP (SDES)', (scope) => bothDirections(scope, { phone: { srtp: 'require' }, peer: { extraModules: ['srtp'], account: ';mediaenc=srtp-mand' } })),
  one('register', 'registers with Nailup (digest), is called', register),
  one('hold', 'hold and resume by the peer', holdByPeer),
  one('hold-ours', 'hold and resume by Nailup', holdByUs),
  one('dtmf-in', 'DTMF from the peer, RFC 4733', digitsFromPeer),
  one('dtmf-out', 'DTMF to the peer, RFC 4733', digitsToPeer),
  one('dtmf-info', 'DTMF to the peer, SIP INFO', infoToPeer),
  one('refer-out', 'blind transfer by Nailup', transferToPeer),
  one('refer-in', 'blind transfer by the peer', transferByPeer),
  one('refresh', 'session refresh by Nailup', refresh),
];

export const baresipNot: readonly NotPossible[] = [
  { peer: 'baresip', capability: 'attended transfer by Nailup', why: 'baresip 1.0 has no Replaces (RFC 3891): it puts the header of Refer-To, mangled, into the request URI' },
  { peer: 'baresip', capability: 'attended transfer by the peer', why: 'baresip 1.0 has no command for it' },
  { peer: 'baresip', capability: 'session refresh by the peer', why: 'baresip 1.0 does not know session timers (RFC 4028)' },
  { peer: 'baresip', capability: 'DTMF from the peer, SIP INFO', why: 'baresip 1.0 takes INFO digits and sends none' },
];

