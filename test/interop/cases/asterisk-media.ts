import { clampFor, defaultClampPolicy } from '../../../src/core/clamping/clamp-policy.ts';
import type { MediaId } from '../../../src/kernel/ids.ts';
import type { InteropCase, NotPossible } from '../interop-case.ts';
import { LossyRelay } from '../lossy-relay.ts';
import { Phone } from '../nailup/phone.ts';
import { asteriskHz } from '../peers/asterisk-configuration.ts';
import { Asterisk } from '../peers/asterisk.ts';
import { expect, pause, until, type Scope } from '../scope.ts';
import { digitFrequencies, peakAt, stretches, toneSumMs } from '../sound.ts';
import { figuresOf, oursHz, start, talkMs } from './asterisk-calls.ts';

const otherHz = 820;

/** Two of our legs in a conference of Asterisk's; digits pass it or not, as its profile says. */
async function confbridge(scope: Scope): Promise<string> {
  const profile = (name: string, passes: 'yes' | 'no'): string[] => [`[${name}]`, 'type=user', 'quiet=yes', `dtmf_passthrough=${passes}`];
  const peer = await Asterisk.start(scope, {
    confbridge: [...profile('open', 'yes'), ...profile('closed', 'no')],
    extensions: { open: ['Answer()', 'ConfBridge(1,,open)'], closed: ['Answer()', 'ConfBridge(2,,closed)'] },
  });
  const words: string[] = [];
  for (const room of ['open', 'closed'] as const) {
    const [one, two] = [await Phone.start(scope, { toneHz: oursHz }), await Phone.start(scope, { toneHz: otherHz })];
    const [first, second] = [await one.call(peer.uri(room)), await two.call(peer.uri(room))];
    await Promise.all([first.up(), second.up()]);
    await pause(talkMs);
    one.media.sendDigits({ node: first.node, digits: '357', durationMs: 100 });
    await until('the digits at Asterisk', 4_000, () => peer.digits().length >= (room === 'open' ? 3 : 6));
    await pause(600);
    // In all: between two clocks of two programs a frame is missing now and then.
    const [here, there] = [toneSumMs(await first.heard(), otherHz), toneSumMs(await second.heard(), oursHz)];
    expect(here >= talkMs && there >= talkMs, `${room}: the legs hear each other for ${here} and ${there} ms only`);
    const expected = room === 'open' ? '357' : '';
    expect(second.digits === expected, `${room}: digits at the other leg: ${second.digits}`);
    await Promise.all([first.hangUp(), second.hangUp()]);
    await Promise.all([one.quiet(), two.quiet()]);
    words.push(`${room}: tones ${here} and ${there} ms, digits at the other leg: ${second.digits || 'none'}`);
  }
  return words.join('; ');
}

const typed = '159#';
/** A tone, four digits as events, a tone, the same as tones, a tone. */
const speaks = [
  'Answer()', 'Wait(0.4)', `Playtones(${asteriskHz})`, 'Wait(1)', 'StopPlaytones()', 'Wait(0.2)', `SendDTMF(${typed},100,100)`, 'Wait(0.4)',
  `Playtones(${asteriskHz})`, 'Wait(1)', 'StopPlaytones()', 'Wait(0.2)', 'Playtones(!697+1209/100,!0/100,!770+1336/100,!0/100,!852+1477/100,!0/100,!941+1477/100,!0/100,0)', 'Wait(1.2)',
  `Playtones(${asteriskHz})`, 'Wait(1)', 'StopPlaytones()', 'UserEvent(Spoken,Word: all)', 'Wait(30)',
];

/** Two legs of Asterisk's in a conference of ours: one types, as events and as tones; what does the other hear? */
async function conference(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope, { phone: { toneHz: 0 }, peer: { extensions: { speaks, listens: ['Answer()', 'Recording()', 'Wait(60)'] } } });
  const words: string[] = [];
  for (const dtmfClamp of [true, false]) {
    const clamp = clampFor({ ...defaultClampPolicy, customerToAgent: 'page' }, { from: 'customer', to: 'conference', dtmfClamp, toneClamp: false });
    const room = `room-${dtmfClamp}` as MediaId;
    const listener = await phone.call(peer.uri('listens'));
    await listener.up();
    phone.media.openConference({ node: room, group: 'calls' });
    phone.media.connect({ from: listener.node, to: room, clamp });
    phone.media.connect({ from: room, to: listener.node, clamp });
    const speaker = await phone.call(peer.uri('speaks'));
    await speaker.signal('call.answered');
    phone.media.connect({ from: speaker.node, to: room, clamp });
    phone.media.connect({ from: room, to: speaker.node, clamp });
    const before = peer.digits().length;
    const spoken = peer.events.filter((event) => event['UserEvent'] === 'Spoken').length;
    await until('all is said', 15_000, () => peer.events.filter((event) => event['UserEvent'] === 'Spoken').length > spoken);
    await pause(400);
    await Promise.all([listener.hangUp(), speaker.hangUp()]);
    phone.media.close({ node: room });
    await peer.quiet();
    const heard = peer.heard();
    const [first, second, third] = stretches(heard, asteriskHz);
    expect(first !== undefined && second !== undefined && third !== undefined, `the other leg heard the voice for ${toneSumMs(heard, asteriskHz)} ms`);
    const between = (fromMs: number, toMs: number): number => Math.max(...digitFrequencies.map((hz) => peakAt(heard, hz, 40, fromMs + 60, toMs - 60)));
    const [events, tones] = [peer.digits().slice(before), between(second.toMs, third.fromMs)];
    const level = Math.max(tones, between(first.toMs, second.fromMs));
    if (dtmfClamp) expect(events === '' && level < -60, `clamped: digits ${events} at the other leg, tones at ${level.toFixed(1)} dBm0`);
    else expect(events.includes(typed) && tones > -30, `not clamped: digits ${events} at the other leg, tones at ${tones.toFixed(1)} dBm0`);
    expect(speaker.digits.startsWith(typed), `we heard ${speaker.digits}`);
    words.push(`${dtmfClamp ? 'clamped' : 'open'}: digits at the other leg ${events || 'none'}, tones at ${(dtmfClamp ? level : tones).toFixed(0)} dBm0, voice ${toneSumMs(heard, asteriskHz)} ms`);
  }
  await phone.quiet();
  return words.join('; ');
}

/** Asterisk sends nothing at all while its dialplan says nothing: that is no loss. */
async function gaps(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope, { peer: { extensions: { gaps: ['Answer()', `Playtones(${asteriskHz})`, 'Wait(1.2)', 'StopPlaytones()', 'Wait(1.5)', `Playtones(${asteriskHz})`, 'Wait(30)'] } } });
  const call = await phone.call(peer.uri('gaps'));
  await call.up();
  await pause(4_200);
  await call.hangUp();
  const heard = await call.heard();
  const parts = stretches(heard, asteriskHz);
  const leg = await figuresOf(call);
  expect(parts.length === 2, `heard ${parts.length} stretches of its tone`);
  const [first, second] = parts;
  const silentMs = (second?.fromMs ?? 0) - (first?.toMs ?? 0);
  expect(silentMs > 1_300 && silentMs < 1_700, `nothing for ${silentMs} ms`);
  expect(leg.packetsLost === 0, `${leg.packetsLost} packets counted as lost`);
  await phone.quiet();
  return `${leg.packetsReceived} packets, ${leg.packetsLost} lost; nothing for ${silentMs} ms, then the tone again`;
}

/** Through a relay that loses packets both ways: who says that how much was lost? The relay knows. */
async function figures(scope: Scope): Promise<string> {
  const relay = await LossyRelay.start(scope, 20);
  const { phone, peer } = await start(scope, {
    phone: { onDescription: (sdp) => relay.between(sdp) },
    peer: { extensions: { measured: ['Answer()', 'Recording()', `Playtones(${asteriskHz})`, 'Wait(60)'], h: ['UserEvent(Figures,Word: ${CHANNEL(rtcp,all)})'] } },
  });
  const call = await phone.call(peer.uri('measured'));
  await call.up();
  const reports = (name: string): number => peer.events.filter((event) => event['Event'] === name).length;
  await until('reports both ways', 20_000, () => reports('RTCPReceived') >= 2 && reports('RTCPSent') >= 2);
  await call.hangUp();
  const word = await peer.told('Figures');
  const theirs = Object.fromEntries(word.split(';').map((part) => part.split('='))) as Record<string, string>;
  const ours = await figuresOf(call);
  const number = (name: string): number => Number(theirs[name]);
  const [ways, lostWays] = [[...relay.seen.values()].map(({ packets }) => packets), [...relay.seen.values()].map(({ lost }) => lost)];
  const near = (what: string, one: number, two: number, by = 3): void => expect(Math.abs(one - two) <= by, `${what}: ${one} and ${two} (${word}; ${JSON.stringify(ours)}; relay ${ways.join(', ')}, lost ${lostWays.join(', ')})`);
  const [outPort = 0, inPort = 0] = relay.ends;
  const [out, back] = [relay.seen.get(outPort) ?? { packets: 0, lost: 0 }, relay.seen.get(inPort) ?? { packets: 0, lost: 0 }];
  near('sent by us', ours.packetsSent, out.packets);
  near('sent by Asterisk', number('txcount'), back.packets);
  near('received by Asterisk', number('rxcount'), out.packets - out.lost);
  near('received by us', ours.packetsReceived, back.packets - back.lost);
  near('lost on the way to Asterisk', number('lp'), out.lost);
  near('lost on the way to us', ours.packetsLost, back.lost);
  // As of our last report, which may be some seconds old.
  expect(number('rlp') > 0 && number('rlp') <= back.lost, `our reports told Asterisk of ${number('rlp')} lost packets of ${back.lost}`);
  const ms = toneSumMs(await call.heard(), asteriskHz);
  await phone.quiet();
  return `${reports('RTCPReceived')} reports of ours and ${reports('RTCPSent')} of its; to it ${out.packets} packets, ${out.lost} lost, it says ${number('lp')}; to us ${back.packets}, ${back.lost} lost, we say ${ours.packetsLost}; round trip ${theirs['rtt'] ?? '?'} s; tone ${ms} ms`;
}

const one = (name: string, capability: string, run: InteropCase['run']): InteropCase => ({ name: `asterisk-${name}`, peers: ['asterisk'], capability, limitMs: 45_000, beside: true, run });

export const asteriskMediaCases: readonly InteropCase[] = [
  one('confbridge', "two legs in the peer's conference, digits through it", confbridge),
  one('conference', "DTMF clamp in Nailup's conference with legs of the peer", conference),
  one('gaps', 'nothing sent while nothing is said', gaps),
  one('figures', 'RTCP and packet loss: the figures of both agree', figures),
];

export const asteriskMediaNot: readonly NotPossible[] = [
  { peer: 'asterisk', capability: 'comfort noise (RFC 3389)', why: 'Asterisk 16 neither offers nor answers CN' },
];
