import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/kernel/package-root.ts';
import { runScenarios } from '../../conformance/sip/scenarios-suite.ts';
import { CaseReport } from '../../conformance/sip/case-report.ts';
import type { InteropCase, NotPossible } from '../interop-case.ts';
import { Phone, type Call, type PhoneOptions } from '../nailup/phone.ts';
import { Sipp, type SippOptions } from '../peers/sipp.ts';
import { expect, host, pause, until, type Scope } from '../scope.ts';
import { toneMs } from '../sound.ts';
import { Unsupported } from '../unsupported.ts';

const oursHz = 620;
const captures = '/usr/share/sip-tester';
const echo = ['-rtp_echo'];

/** sipp sends back what it hears: our tone has been to it and returned. */
async function echoed(call: Call, leastMs = 1_000): Promise<string> {
  const ms = toneMs(await call.heard(), oursHz);
  expect(ms >= leastMs, `of our tone ${ms} ms came back`);
  return `our tone came back for ${ms} ms`;
}

/** sipp calls us with that scenario; it judges what it gets, we judge the sound. */
async function called(scope: Scope, options: Omit<SippOptions, 'target'>, phoneOptions: PhoneOptions = {}, during: (call: Call, phone: Phone) => Promise<string> = async () => ''): Promise<string> {
  const phone = await Phone.start(scope, { toneHz: oursHz, ...phoneOptions });
  const tcp = options.transport?.startsWith('t') === true;
  const sipp = await Sipp.start(scope, { target: phone.address(tcp ? 'tcp' : 'udp'), service: 'nailup', limitSeconds: 25, ...options });
  const call = await phone.incoming();
  await call.up();
  const words = await during(call, phone);
  await sipp.finish(25_000);
  await call.over();
  const heard = options.extra === echo ? await echoed(call) : '';
  await phone.quiet();
  return [words, heard].filter((part) => part !== '').join('; ') || 'as scripted';
}

/** We call sipp. */
async function calling(scope: Scope, options: SippOptions, during: (call: Call, phone: Phone, sipp: Sipp) => Promise<string>, phoneOptions: PhoneOptions = {}): Promise<string> {
  const sipp = await Sipp.start(scope, { limitSeconds: 25, ...options });
  const phone = await Phone.start(scope, { toneHz: oursHz, ...phoneOptions });
  const call = await phone.call(`${sipp.uri}${options.transport?.startsWith('t') === true ? ';transport=tcp' : ''}`);
  await call.up();
  const words = await during(call, phone, sipp);
  if (!call.ended) await call.hangUp();
  await sipp.finish(10_000);
  await phone.quiet();
  return words;
}

const callOut = (transport: 'u1' | 't1') => (scope: Scope): Promise<string> => calling(scope, { scenario: 'uas-call.xml', transport, extra: echo }, async (call) => {
  await pause(1_800);
  return echoed(call);
});

async function held(scope: Scope): Promise<string> {
  return calling(scope, { scenario: 'uas-held.xml', extra: echo }, async (call) => {
    await pause(700);
    await call.change('inactive');
    await pause(700);
    await call.change('sendrecv');
    await pause(1_800);
    return echoed(call, 1_500);
  });
}

const digitsByInfo = (scope: Scope): Promise<string> => calling(scope, { scenario: 'uas-info.xml' }, async (call, phone) => {
  for (const key of '79') {
    phone.signalling.info({ call: call.id, contentType: 'application/dtmf-relay', body: `Signal=${key}\r\nDuration=160\r\n` });
    await pause(200);
  }
  return 'INFO application/dtmf-relay: 79';
});

async function infoFromPeer(scope: Scope): Promise<string> {
  return called(scope, { scenario: 'uac-info.xml' }, {}, async (call) => {
    const seen = (): string[] => call.signals.filter((event) => event.name === 'call.info').map((event) => `${event.contentType} ${/[0-9*#]/.exec(event.body)?.[0] ?? '?'}`);
    await until('four INFOs', 8_000, () => seen().length >= 4);
    expect(seen().map((text) => text.at(-1)).join('') === '42#7', `INFOs: ${seen().join(', ')}`);
    return 'INFO dtmf-relay 42#, dtmf 7';
  });
}

async function eventsFromPeer(scope: Scope): Promise<string> {
  if (!existsSync(join(captures, 'dtmf_2833_1.pcap'))) throw new Unsupported('the captures of sip-tester are not installed');
  if (process.getuid?.() !== 0) throw new Unsupported('sipp plays captures over raw sockets, for root alone');
  return called(scope, { scenario: 'uac-events.xml', values: { pcap: captures } }, {}, async (call) => {
    await until('three digits', 8_000, () => call.digits.length >= 3);
    expect(call.digits === '159', `digits ${call.digits}`);
    return 'RFC 2833 captures: 159';
  });
}

const refreshByPeer = (scope: Scope): Promise<string> => called(scope, { scenario: 'uac-refresh.xml' }).then(() => '422 to 30 s; 90 s agreed, refreshed by UPDATE and re-INVITE');

const refreshByUs = (scope: Scope): Promise<string> => calling(scope, { scenario: 'uas-refresh.xml' }, async (call) => {
  await pause(7_500);
  expect(!call.ended, 'the call ended');
  return 'three refreshes of a 4 s session';
}, { signalling: { sessionTimer: { intervalSeconds: 4, minimumSeconds: 2 } } });

async function blindByPeer(scope: Scope): Promise<string> {
  const target = await Phone.start(scope);
  return called(scope, { scenario: 'uac-refer.xml', values: { target: `sip:target@${target.address()}` } }, {}, async (_call, phone) => {
    const there = await target.incoming();
    await there.up();
    const fresh = await until('our new call', 4_000, () => phone.calls.find((one) => !one.inbound));
    await fresh.up();
    await pause(600);
    await fresh.hangUp();
    await there.over();
    return 'REFER: 202, NOTIFY 100 and 200, the target called';
  });
}

async function attendedByPeer(scope: Scope): Promise<string> {
  const target = await Sipp.start(scope, { scenario: 'uas-replaces.xml', limitSeconds: 25 });
  return called(scope, { scenario: 'uac-refer.xml', values: { target: `sip:target@${host}:${target.port}?Replaces=abc%40there%3Bto-tag%3Done%3Bfrom-tag%3Dtwo` } }, {}, async (_call, phone) => {
    const fresh = await until('our new call', 4_000, () => phone.calls.find((one) => !one.inbound));
    await fresh.signal('call.answered');
    await pause(600);
    await fresh.hangUp();
    await target.finish(5_000);
    return 'REFER with Replaces: the target got our INVITE with it';
  });
}

const blindByUs = (scope: Scope): Promise<string> => calling(scope, { scenario: 'uas-refer.xml', values: { referTo: 'sip:target@192.0.2.9' } }, async (call, phone) => {
  const reply = phone.signalling.transfer({ call: call.id, target: 'sip:target@192.0.2.9' });
  expect(reply.accepted, 'the transfer was refused');
  const last = await call.signal('transfer.progress', 6_000, (event) => event.done);
  expect(last.status === 200, `the transfer ended with ${last.status}`);
  await call.over();
  return 'REFER: 202, NOTIFY 200 taken';
});

/** Two sipps talk with us; the one is told to call the other in place of our call to it. */
async function attendedByUs(scope: Scope): Promise<string> {
  const other = await Sipp.start(scope, { scenario: 'uas-call.xml', limitSeconds: 25 });
  let consultation: Call | undefined;
  const words = await calling(scope, { scenario: 'uas-refer.xml', values: { referTo: 'Replaces=call-[0-9a-f]+(%3B|;)to-tag(%3D|=)sipp[0-9]+(%3B|;)from-tag' } }, async (call, phone) => {
    consultation = await phone.call(other.uri);
    await consultation.up();
    const reply = phone.signalling.transfer({ call: call.id, target: other.uri, replaces: consultation.id });
    expect(reply.accepted, 'the transfer was refused');
    const last = await call.signal('transfer.progress', 6_000, (event) => event.done);
    expect(last.status === 200, `the transfer ended with ${last.status}`);
    await call.over();
    await consultation.hangUp();
    return 'REFER with Replaces of the other call';
  });
  await other.finish(5_000);
  return words;
}

/** A call of one sipp is replaced by that of another. */
async function replacedByPeer(scope: Scope): Promise<string> {
  const phone = await Phone.start(scope);
  const first = await Sipp.start(scope, { scenario: 'uac-wait.xml', target: phone.address(), service: 'nailup', limitSeconds: 25 });
  const old = await phone.incoming(0);
  await old.up();
  const { sip } = await old.signal('call.answered');
  const second = await Sipp.start(scope, { scenario: 'uac-replace.xml', target: phone.address(), service: 'nailup', limitSeconds: 25, values: { replaces: `${sip.callId};to-tag=${sip.localTag};from-tag=${sip.remoteTag}` } });
  const fresh = await phone.incoming(1);
  await fresh.up();
  expect(fresh.request?.replaces === old.id, 'the new call does not name the old one');
  await first.finish(8_000);
  await second.finish(8_000);
  await phone.quiet();
  return 'INVITE with Replaces taken, the old call ended with BYE';
}

const realm = host;
async function registers(scope: Scope): Promise<string> {
  const password = randomBytes(9).toString('hex');
  const phone = await Phone.start(scope, { signalling: { registrar: { realm, nonceSecret: randomBytes(32), algorithms: ['MD5'], secretOf: (user) => (user === '1001' ? { password } : undefined) } } });
  const run = async (values: Record<string, string>): Promise<void> => (await Sipp.start(scope, { scenario: 'uac-register.xml', target: phone.address(), values })).finish(10_000);
  await run({ password, expires: '120', expected: '200' });
  await run({ password: 'wrong', expires: '120', expected: '403' });
  await run({ password, expires: '0', expected: '200' });
  return '401, digest, 200; a wrong password: 403; taken back';
}

async function registered(scope: Scope): Promise<string> {
  const password = randomBytes(9).toString('hex');
  const registrar = await Sipp.start(scope, { scenario: 'uas-registrar.xml', values: { password }, limitSeconds: 25 });
  const phone = await Phone.start(scope, {
    transports: ['udp'],
    signalling: { trunks: [{ name: 'pbx', address: `${host}:${registrar.port}`, username: '2001', password, callerId: '2001', register: true, pingMs: 0 }] },
  });
  await until('we are registered', 8_000, () => phone.signals.find((event) => event.name === 'trunk.state' && event.up));
  await phone.signalling.stop(1_000);
  await registrar.finish(10_000);
  return 'our digest was right by its own check; Expires 0 at the end';
}

/** The scenarios of a folder of the conformance form, each judged by sipp's exit code. */
async function scenarios(): Promise<string> {
  const folder = process.env['NAILUP_SIPP_SCENARIOS'] ?? join(packageRoot(), '..', 'shared', 'conformance', 'sip', 'uas-scenarios');
  if (!existsSync(join(folder, 'index.json'))) throw new Unsupported(`there is no folder ${folder} (NAILUP_SIPP_SCENARIOS names another)`);
  const report = new CaseReport([]);
  await runScenarios(folder, report);
  const outcome = report.outcome('');
  const faults = outcome.cases.filter(({ passed }) => !passed).map(({ name, reason }) => `${name}: ${reason ?? ''}`);
  expect(faults.length === 0, faults.join('; '));
  return `${outcome.passed} scenarios pass${outcome.notes.length > 1 ? `; ${outcome.notes.slice(0, -1).join('; ')}` : ''}`;
}

const one = (name: string, capability: string, run: InteropCase['run'], limitMs?: number): InteropCase => ({ name: `sipp-${name}`, peers: ['sipp'], capability, run, ...(limitMs === undefined ? {} : { limitMs }) });

export const sippCases: readonly InteropCase[] = [
  one('udp-out', 'call out, UDP', callOut('u1')),
  one('udp-in', 'call in, UDP', (scope) => called(scope, { scenario: 'uac-call.xml', extra: echo })),
  one('tcp-out', 'call out, TCP', callOut('t1')),
  one('tcp-in', 'call in, TCP', (scope) => called(scope, { scenario: 'uac-call.xml', extra: echo, transport: 't1' })),
  one('register', 'registers with Nailup (digest)', registers),
  one('registrar', 'Nailup registers with the peer (digest)', registered),
  one('hold', 'hold and resume by the peer', (scope) => called(scope, { scenario: 'uac-hold.xml', extra: echo })),
  one('hold-ours', 'hold and resume by Nailup', held),
  one('info-in', 'DTMF from the peer, SIP INFO', infoFromPeer),
  one('info-out', 'DTMF to the peer, SIP INFO', digitsByInfo),
  one('dtmf-in', 'DTMF from the peer, RFC 4733', eventsFromPeer),
  one('refresh-in', 'session refresh by the peer', refreshByPeer),
  one('refresh-out', 'session refresh by Nailup', refreshByUs),
  one('refer-in', 'blind transfer by the peer', blindByPeer),
  one('refer-out', 'blind transfer by Nailup', blindByUs),
  one('attended-in', 'attended transfer by the peer', attendedByPeer),
  one('attended-out', 'attended transfer by Nailup', attendedByUs),
  one('replaces', 'a call replaced by the peer (RFC 3891)', replacedByPeer),
  one('scenarios', 'scenario folder of the SIP conformance suite', scenarios, 120_000),
];

export const sippNot: readonly NotPossible[] = [
  { peer: 'sipp', capability: 'call out and in, TLS', why: "Debian's sipp is built without TLS" },
  { peer: 'sipp', capability: 'DTMF to the peer, RFC 4733', why: 'sipp echoes RTP and does not tell what is in it' },
];
