import type { InteropCase } from '../interop-case.ts';
import type { Call, Phone } from '../nailup/phone.ts';
import { expect, pause, until, type Scope } from '../scope.ts';
import { start, type Variant } from './asterisk-calls.ts';

const typed = '1592*0#';
/** It sends them after half a second, 100 ms each. */
const sends = ['Answer()', 'Wait(0.5)', `SendDTMF(${typed},150,100)`, 'Wait(30)'];
/** It takes them up to the # and tells them together; each one is told by an event, too. */
const takes = ['Answer()', 'Read(GOT,,20,,1,8)', 'UserEvent(Digits,Word: ${GOT})', 'Wait(30)'];
const rfc4733: Variant = { peer: { endpoint: { dtmf_mode: 'rfc4733' }, extensions: { sends, takes } } };
const inband: Variant = { peer: { endpoint: { dtmf_mode: 'inband' }, extensions: { sends, takes } }, phone: { codecs: ['PCMU'], toneHz: 0 } };
const info: Variant = { peer: { endpoint: { dtmf_mode: 'info' }, extensions: { sends, takes } } };

async function from(scope: Scope, variant: Variant, seen: (call: Call) => string, words: string): Promise<string> {
  const { phone, peer } = await start(scope, variant);
  const call = await phone.call(peer.uri('sends'));
  await call.up();
  await until('the digits', 6_000, () => seen(call).length >= typed.length);
  await pause(300);
  expect(seen(call) === typed, `heard ${seen(call)}`);
  await call.hangUp();
  await phone.quiet();
  return `${words}: ${typed}`;
}

const via = (way: 'rfc4733' | 'inband') => (call: Call): string => call.medias.filter((event) => event.name === 'digit' && event.via === way).map((event) => (event.name === 'digit' ? event.digit : '')).join('');

/** The digits of INFO bodies, as Asterisk writes them (`application/dtmf-relay`). */
const infos = (call: Call): string => call.signals.filter((event) => event.name === 'call.info').map((event) => (event.name === 'call.info' ? /Signal=\s*([0-9A-D*#])/.exec(event.body)?.[1] ?? '?' : '')).join('');

async function to(scope: Scope, variant: Variant, send: (phone: Phone, call: Call) => Promise<void> | void, words: string): Promise<string> {
  const { phone, peer } = await start(scope, variant);
  const call = await phone.call(peer.uri('takes'));
  await call.up();
  await pause(300);
  await send(phone, call);
  const got = await peer.told('Digits');
  expect(`${got}#` === typed, `Asterisk read ${got}`);
  expect(peer.digits() === typed, `Asterisk told ${peer.digits()} one by one`);
  await call.hangUp();
  await phone.quiet();
  return `${words}: ${typed}, one by one and read by the dialplan`;
}

const byMedia = (phone: Phone, call: Call): void => void phone.media.sendDigits({ node: call.node, digits: typed, durationMs: 100 });

async function byInfo(phone: Phone, call: Call): Promise<void> {
  for (const key of typed) {
    phone.signalling.info({ call: call.id, contentType: 'application/dtmf-relay', body: `Signal=${key}\r\nDuration=120\r\n` });
    await pause(200);
  }
}

const one = (name: string, capability: string, run: InteropCase['run']): InteropCase => ({ name: `asterisk-${name}`, peers: ['asterisk'], capability, limitMs: 40_000, beside: true, run });

export const asteriskDigitCases: readonly InteropCase[] = [
  one('dtmf-in', 'DTMF from the peer, RFC 4733', (scope) => from(scope, rfc4733, via('rfc4733'), 'RFC 4733')),
  one('dtmf-out', 'DTMF to the peer, RFC 4733', (scope) => to(scope, rfc4733, byMedia, 'RFC 4733')),
  one('inband-in', 'DTMF from the peer, in band', (scope) => from(scope, inband, via('inband'), 'tones')),
  one('inband-out', 'DTMF to the peer, in band', (scope) => to(scope, inband, byMedia, 'tones')),
  one('info-in', 'DTMF from the peer, SIP INFO', (scope) => from(scope, info, infos, 'INFO application/dtmf-relay')),
  one('info-out', 'DTMF to the peer, SIP INFO', (scope) => to(scope, info, byInfo, 'INFO application/dtmf-relay')),
];
