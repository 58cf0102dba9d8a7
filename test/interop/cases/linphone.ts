import type { InteropCase, NotPossible } from '../interop-case.ts';
import { Phone, type Call } from '../nailup/phone.ts';
import { Linphone } from '../peers/linphone.ts';
import { expect, pause, until, type Scope } from '../scope.ts';
import { toneMs } from '../sound.ts';

const peerHz = 440;
const oursHz = 620;
const targetHz = 820;
const talkMs = 1_800;

async function start(scope: Scope): Promise<{ phone: Phone; peer: Linphone }> {
  return { peer: await Linphone.start(scope, { toneHz: peerHz }), phone: await Phone.start(scope, { toneHz: oursHz }) };
}

/** More than before the hold, so that it is the time after it: linphone begins its file anew some tenths of a second into it. */
const resumedMs = 1_000;

async function peerHeard(call: Call, leastMs = 1_000): Promise<number> {
  const ms = toneMs(await call.heard(), peerHz);
  expect(ms >= leastMs, `Nailup heard ${peerHz} Hz for ${ms} ms only`);
  return ms;
}

async function callOut(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope);
  const call = await phone.call(peer.uri);
  await call.up();
  await pause(talkMs);
  const ours = await peerHeard(call);
  await peer.command('terminate');
  await call.over();
  const theirs = toneMs(peer.heard(), oursHz);
  expect(theirs >= 1_000, `linphone heard ${oursHz} Hz for ${theirs} ms only`);
  await phone.quiet();
  return `tone heard ${ours} ms here, ${theirs} ms there; it hung up`;
}

async function callIn(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope);
  await peer.command(`call sip:nailup@${phone.address()}`);
  const call = await phone.incoming();
  await call.up();
  await pause(talkMs);
  const ours = await peerHeard(call);
  await call.hangUp();
  await pause(300);
  const theirs = toneMs(peer.heard(), oursHz);
  expect(theirs >= 1_000, `linphone heard ${oursHz} Hz for ${theirs} ms only`);
  await phone.quiet();
  return `tone heard ${ours} ms here, ${theirs} ms there; we hung up`;
}

async function digitsFromPeer(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope);
  const call = await phone.call(peer.uri);
  await call.up();
  await pause(500);
  for (const key of '159#') {
    await peer.command(key);
    await pause(350);
  }
  await until('the digits', 5_000, () => call.digits.length >= 4);
  expect(call.digits === '159#', `heard ${call.digits}`);
  await call.hangUp();
  await phone.quiet();
  return 'RFC 4733: 159#';
}

async function hold(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope);
  const call = await phone.call(peer.uri);
  await call.up();
  await pause(700);
  await peer.command('pause');
  await until('the hold', 4_000, () => call.negotiated?.direction !== 'sendrecv');
  const direction = call.negotiated?.direction;
  await pause(600);
  await peer.command('resume 1');
  await until('the resumption', 4_000, () => call.negotiated?.direction === 'sendrecv');
  await pause(talkMs);
  const ms = await peerHeard(call, resumedMs);
  await call.hangUp();
  await phone.quiet();
  return `held (${direction ?? '?'}), resumed, tone for ${ms} ms again`;
}

async function holdOurs(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope);
  const call = await phone.call(peer.uri);
  await call.up();
  await pause(700);
  await call.change('inactive');
  await pause(600);
  await call.change('sendrecv');
  await pause(talkMs);
  const ours = await peerHeard(call, resumedMs);
  await call.hangUp();
  await pause(300);
  const theirs = toneMs(peer.heard(), oursHz);
  expect(theirs >= resumedMs, `linphone heard ${oursHz} Hz for ${theirs} ms only`);
  await phone.quiet();
  return `held, resumed; tone for ${ours} ms here, ${theirs} ms there`;
}

async function blindByUs(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope);
  const target = await Phone.start(scope, { toneHz: targetHz });
  const call = await phone.call(peer.uri);
  await call.up();
  await pause(400);
  phone.signalling.transfer({ call: call.id, target: `sip:target@${target.address()}` });
  const there = await target.incoming();
  await there.up();
  const last = await call.signal('transfer.progress', 6_000, (event) => event.done);
  expect(last.status === 200, `the transfer ended with ${last.status}`);
  await pause(talkMs);
  const ms = await peerHeard(there);
  if (!call.ended) await call.hangUp();
  await there.hangUp();
  await target.quiet();
  await phone.quiet();
  return `REFER: NOTIFY 200, the target hears it for ${ms} ms`;
}

async function blindByPeer(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope);
  const target = await Phone.start(scope, { toneHz: targetHz });
  const call = await phone.call(peer.uri);
  await call.up();
  await pause(400);
  await peer.command(`transfer sip:target@${target.address()}`);
  await call.signal('call.referred');
  const there = await target.incoming();
  await there.up();
  const fresh = await until('our new call', 4_000, () => phone.calls.find((one) => one !== call));
  await fresh.up();
  await pause(talkMs);
  const ms = toneMs(await fresh.heard(), targetHz);
  expect(ms >= 1_000, `the target was heard for ${ms} ms only`);
  if (!call.ended) await call.hangUp();
  await fresh.hangUp();
  await target.quiet();
  await phone.quiet();
  return `REFER taken, the target heard for ${ms} ms`;
}

/** We talk with linphone and with a target, then tell linphone to call the target in place of our call to it. */
async function attendedByUs(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope);
  const target = await Phone.start(scope, { toneHz: targetHz });
  const call = await phone.call(peer.uri);
  await call.up();
  const consultation = await phone.call(`sip:target@${target.address()}`);
  await consultation.up();
  const replaced = await target.incoming(0);
  await replaced.up();
  await pause(300);
  phone.signalling.transfer({ call: call.id, target: `sip:target@${target.address()}`, replaces: consultation.id });
  const there = await target.incoming(1);
  await there.up();
  expect(there.request?.replaces === replaced.id, 'the INVITE of linphone does not replace the call');
  await consultation.over();
  await pause(talkMs);
  const ms = await peerHeard(there);
  if (!call.ended) await call.hangUp();
  await there.hangUp();
  await target.quiet();
  await phone.quiet();
  return `REFER with Replaces: the consultation was replaced, the target hears it for ${ms} ms`;
}

const one = (name: string, capability: string, run: InteropCase['run']): InteropCase => ({ name: `linphone-${name}`, peers: ['linphone'], capability, run, limitMs: 40_000 });

export const linphoneCases: readonly InteropCase[] = [
  one('udp-out', 'call out, UDP', callOut),
  one('udp-in', 'call in, UDP', callIn),
  one('dtmf-in', 'DTMF from the peer, RFC 4733', digitsFromPeer),
  one('hold', 'hold and resume by the peer', hold),
  one('hold-ours', 'hold and resume by Nailup', holdOurs),
  one('refer-out', 'blind transfer by Nailup', blindByUs),
  one('refer-in', 'blind transfer by the peer', blindByPeer),
  one('attended-out', 'attended transfer by Nailup', attendedByUs),
];

export const linphoneNot: readonly NotPossible[] = [
  { peer: 'linphone', capability: 'attended transfer by the peer', why: 'linphonec 5.1 leaves the port of the target out of Refer-To: only one on port 5060 would be found (our INVITE with its Replaces does go out)' },
  { peer: 'linphone', capability: 'DTMF to the peer, RFC 4733', why: 'linphonec does not tell which digits it receives' },
];
