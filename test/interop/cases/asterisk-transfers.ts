import type { InteropCase } from '../interop-case.ts';
import { Phone } from '../nailup/phone.ts';
import { asteriskHz } from '../peers/asterisk-configuration.ts';
import { expect, pause, until, type Scope } from '../scope.ts';
import { toneMs } from '../sound.ts';
import { leastMs, oursHz, start, talkMs } from './asterisk-calls.ts';

const targetHz = 820;
const otherHz = 1_020;
const dial = (to: string): readonly string[] => [`Dial(PJSIP/nailup/${to},20)`, 'Hangup()'];

/** Asterisk has us on one leg and a second phone on the other; we send that phone to an extension that talks. */
async function blindByUs(scope: Scope): Promise<string> {
  const other = await Phone.start(scope, { toneHz: otherHz });
  const { phone, peer } = await start(scope, { peer: { extensions: { other: dial(`sip:other@${other.address()}`) } } });
  const call = await phone.call(peer.uri('other'));
  await call.up();
  const there = await other.incoming();
  await there.up();
  await pause(500);
  phone.signalling.transfer({ call: call.id, target: peer.uri('talk') });
  const last = await call.signal('transfer.progress', 6_000, (event) => event.done);
  expect(last.status === 200, `the transfer ended with ${last.status}`);
  await pause(talkMs);
  if (!call.ended) await call.hangUp();
  const ms = toneMs(await there.heard(), asteriskHz);
  expect(ms >= leastMs, `after the transfer the other phone heard ${asteriskHz} Hz for ${ms} ms only`);
  await there.hangUp();
  await peer.quiet();
  const back = toneMs(peer.heard(), otherHz);
  expect(back >= leastMs, `after the transfer Asterisk heard ${otherHz} Hz for ${back} ms only`);
  await other.quiet();
  await phone.quiet();
  return `REFER: NOTIFY 200; the other leg talks with the extension, ${ms} ms there and ${back} ms back`;
}

/** Its dialplan sends us away, to a phone of which it knows nothing: we call that, and tell it. */
async function blindByPeer(scope: Scope): Promise<string> {
  const target = await Phone.start(scope, { toneHz: targetHz });
  const { phone, peer } = await start(scope, { peer: { extensions: { away: ['Answer()', 'Wait(0.5)', `Transfer(PJSIP/sip:target@${target.address()})`, 'UserEvent(Transfer,Word: ${TRANSFERSTATUS})', 'Hangup()'] } } });
  const call = await phone.call(peer.uri('away'));
  await call.up();
  await call.signal('call.referred');
  const there = await target.incoming();
  await there.up();
  const fresh = await until('our new call', 4_000, () => phone.calls.find((found) => found !== call));
  await fresh.up();
  const word = await peer.told('Transfer');
  expect(word === 'SUCCESS', `Asterisk says ${word}`);
  await pause(talkMs);
  const ms = toneMs(await fresh.heard(), targetHz);
  const back = toneMs(await there.heard(), oursHz);
  expect(ms >= leastMs && back >= leastMs, `after the transfer the tones were heard for ${ms} and ${back} ms only`);
  if (!call.ended) await call.over();
  await fresh.hangUp();
  await target.quiet();
  await phone.quiet();
  return `REFER taken, TRANSFERSTATUS ${word}; tone ${ms} ms here, ${back} ms at the target`;
}

/** It sends an unanswered call of ours elsewhere. */
async function redirectByPeer(scope: Scope): Promise<string> {
  const target = await Phone.start(scope, { toneHz: targetHz });
  const { phone, peer } = await start(scope, { peer: { extensions: { elsewhere: [`Transfer(PJSIP/sip:target@${target.address()})`, 'Hangup()'] } } });
  const call = await phone.call(peer.uri('elsewhere'));
  const told = await until('the redirection', 4_000, () => call.signals.find((event) => event.name === 'call.redirected'));
  expect(told.name === 'call.redirected' && told.targets[0]?.includes(`target@${target.address()}`) === true, `told ${JSON.stringify(told)}`);
  await call.over();
  await phone.quiet();
  return `302 with ${told.targets.length} target told`;
}

/** Two calls of ours through Asterisk, to two phones: REFER with Replaces joins these. */
async function attendedByUs(scope: Scope): Promise<string> {
  const [other, third] = [await Phone.start(scope, { toneHz: otherHz }), await Phone.start(scope, { toneHz: targetHz })];
  const { phone, peer } = await start(scope, { peer: { extensions: { other: dial(`sip:other@${other.address()}`), third: dial(`sip:third@${third.address()}`) } } });
  const call = await phone.call(peer.uri('other'));
  const there = await other.incoming();
  await Promise.all([call.up(), there.up()]);
  const consultation = await phone.call(peer.uri('third'));
  const target = await third.incoming();
  await Promise.all([consultation.up(), target.up()]);
  await pause(500);
  phone.signalling.transfer({ call: call.id, target: peer.uri('third'), replaces: consultation.id });
  const last = await call.signal('transfer.progress', 6_000, (event) => event.done);
  expect(last.status === 200, `the transfer ended with ${last.status}`);
  await consultation.over();
  if (!call.ended) await call.hangUp();
  await pause(talkMs);
  const [ms, back] = [toneMs(await there.heard(), targetHz), toneMs(await target.heard(), otherHz)];
  expect(ms >= leastMs && back >= leastMs, `after the transfer the phones heard each other for ${ms} and ${back} ms only`);
  await there.hangUp();
  await target.over();
  await peer.quiet();
  await Promise.all([phone.quiet(), other.quiet(), third.quiet()]);
  return `REFER with Replaces: both our legs end, the two phones hear each other for ${ms} and ${back} ms`;
}

/** Asterisk talks with us and with a second phone; its dialplan lets us call that phone in place of its own call. */
async function attendedByPeer(scope: Scope): Promise<string> {
  const target = await Phone.start(scope, { toneHz: targetHz });
  const replaces = '${URIENCODE(${GLOBAL(CALLID)})}%3Bto-tag%3D${GLOBAL(TOTAG)}%3Bfrom-tag%3D${GLOBAL(FROMTAG)}';
  const { phone, peer } = await start(scope, {
    peer: {
      extensions: {
        consulted: [
          'Set(GLOBAL(CALLID)=${CHANNEL(pjsip,call-id)})', 'Set(GLOBAL(TOTAG)=${CHANNEL(pjsip,remote_tag)})', 'Set(GLOBAL(FROMTAG)=${CHANNEL(pjsip,local_tag)})',
          'UserEvent(Consulted)', 'Playtones(440)', 'Wait(60)',
        ],
        away: ['Answer()', 'Wait(0.3)', `Transfer(PJSIP/<sip:target@${target.address()}?Replaces=${replaces}>)`, 'UserEvent(Transfer,Word: ${TRANSFERSTATUS})', 'Hangup()'],
      },
    },
  });
  await peer.ring('consulted', `sip:target@${target.address()}`);
  const replaced = await target.incoming(0);
  await replaced.up();
  await peer.told('Consulted');
  const call = await phone.call(peer.uri('away'));
  await call.up();
  const referred = await call.signal('call.referred');
  expect(referred.replaces !== undefined, `the REFER names nothing to replace: ${referred.target}`);
  const there = await target.incoming(1);
  await there.up();
  expect(there.request?.replaces === replaced.id, 'our INVITE does not replace the call of Asterisk');
  await replaced.over();
  const fresh = await until('our new call', 4_000, () => phone.calls.find((found) => found !== call));
  await fresh.up();
  await pause(talkMs);
  const ms = toneMs(await fresh.heard(), targetHz);
  const back = toneMs(await there.heard(), oursHz);
  expect(ms >= leastMs && back >= leastMs, `after the transfer the tones were heard for ${ms} and ${back} ms only`);
  await fresh.hangUp();
  if (!call.ended) await call.over();
  await target.quiet();
  await phone.quiet();
  return `REFER with Replaces taken, its call was replaced; tone ${ms} ms here, ${back} ms at the target`;
}

const one = (name: string, capability: string, run: InteropCase['run']): InteropCase => ({ name: `asterisk-${name}`, peers: ['asterisk'], capability, limitMs: 40_000, beside: true, run });

export const asteriskTransferCases: readonly InteropCase[] = [
  one('refer-out', 'blind transfer by Nailup', blindByUs),
  one('refer-in', 'blind transfer by the peer', blindByPeer),
  one('redirect', 'an unanswered call sent elsewhere by the peer (302)', redirectByPeer),
  one('attended-out', 'attended transfer by Nailup', attendedByUs),
  one('attended-in', 'attended transfer by the peer', attendedByPeer),
];
