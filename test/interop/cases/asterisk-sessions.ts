import type { InteropCase } from '../interop-case.ts';
import { Phone, type Call } from '../nailup/phone.ts';
import { asteriskHz } from '../peers/asterisk-configuration.ts';
import { expect, pause, until, type Scope } from '../scope.ts';
import { toneMs, toneSumMs } from '../sound.ts';
import { audioBothWays, figuresOf, leastMs, oursHz, start, talkMs } from './asterisk-calls.ts';

const otherHz = 820;
const earlyHz = 1_000;

/** What the call heard from then on: the longest run of the tone has to be after the hold, as it is longer than that before it. */
async function holdByUs(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope);
  const call = await phone.call(peer.uri('talk'));
  await call.up();
  await pause(600);
  await call.change('sendonly');
  await peer.event('Hold');
  const directions: string[] = [call.negotiated?.direction ?? '?'];
  await pause(700);
  await call.change('inactive');
  directions.push(call.negotiated?.direction ?? '?');
  await pause(700);
  await call.change('sendrecv');
  await peer.event('Unhold');
  await pause(talkMs);
  await call.hangUp();
  await peer.quiet();
  const words = await audioBothWays(call, peer);
  await phone.quiet();
  return `held (${directions.join(', ')}), told as Hold and Unhold; afterwards ${words}`;
}

/** We hold one leg of a bridge; Asterisk, which is told to pass that on, holds the other leg, which is ours too. */
async function holdByPeer(scope: Scope): Promise<string> {
  const other = await Phone.start(scope, { toneHz: otherHz });
  const { phone, peer } = await start(scope, { peer: { endpoint: { moh_passthrough: 'yes' }, extensions: { other: [`Dial(PJSIP/nailup/sip:other@${other.address()},20)`] } } });
  const call = await phone.call(peer.uri('other'));
  await call.up();
  const there = await other.incoming();
  await there.up();
  await pause(600);
  await call.change('sendonly');
  await until('the other leg learns of the hold', 4_000, () => there.negotiated?.direction !== 'sendrecv');
  const direction = there.negotiated?.direction ?? '?';
  expect(direction === 'recvonly' || direction === 'inactive', `direction ${direction} on hold by Asterisk`);
  await pause(600);
  await call.change('sendrecv');
  await until('the other leg learns of the resumption', 4_000, () => there.negotiated?.direction === 'sendrecv');
  await pause(talkMs);
  const ms = toneMs(await there.heard(), oursHz);
  const back = toneMs(await call.heard(), otherHz);
  expect(ms >= leastMs && back >= leastMs, `after the resumption the tones were heard for ${ms} and ${back} ms only`);
  await call.hangUp();
  await there.over();
  await other.quiet();
  await phone.quiet();
  return `re-INVITE to ${direction} and back; afterwards tone ${ms} ms at the held leg, ${back} ms at the other`;
}

/** The legs of a bridge are ours: Asterisk takes itself out of the way of their audio, and back into it when one has left. */
async function directMedia(scope: Scope): Promise<string> {
  const other = await Phone.start(scope, { toneHz: otherHz });
  const { phone, peer } = await start(scope, {
    peer: { endpoint: { direct_media: 'yes' }, extensions: { other: [`Dial(PJSIP/nailup/sip:other@${other.address()},20,g)`, 'Recording()', `Playtones(${asteriskHz})`, 'Wait(30)'] } },
  });
  const call = await phone.call(peer.uri('other'));
  await call.up();
  const there = await other.incoming();
  await there.up();
  await until('both legs are sent to each other', 4_000, () => call.negotiated?.remote === rtpOf(there) && there.negotiated?.remote === rtpOf(call));
  await pause(talkMs);
  const back = toneMs(await there.heard(), oursHz);
  await there.hangUp();
  await until('our leg is sent back to Asterisk', 4_000, () => call.negotiated?.remote !== rtpOf(there));
  const before = call.medias.find((event) => event.name === 'endpoint.negotiated')?.remote;
  expect(call.negotiated?.remote === before, `sent to ${call.negotiated?.remote ?? '?'}, not back to ${before ?? '?'}`);
  await pause(talkMs);
  const heard = await call.heard();
  await call.hangUp();
  await peer.quiet();
  const [direct, again, there2] = [toneMs(heard, otherHz), toneMs(heard, asteriskHz), toneMs(peer.heard(), oursHz)];
  expect(Math.min(back, direct, again, there2) >= leastMs, `tones: direct ${direct} and ${back} ms, back at Asterisk ${again} and ${there2} ms`);
  await other.quiet();
  await phone.quiet();
  return `re-INVITEs to each other's port: tone ${direct} ms here, ${back} ms there; back to Asterisk: ${again} ms here, ${there2} ms there`;
}

/** Where that call receives, as its own newest description says. */
function rtpOf(call: Call): string {
  const ready = call.medias.filter((event) => event.name === 'endpoint.ready').at(-1);
  const sdp = ready?.name === 'endpoint.ready' ? ready.sdp : '';
  return `${/c=IN IP4 (\S+)/.exec(sdp)?.[1] ?? '?'}:${/m=audio (\d+)/.exec(sdp)?.[1] ?? '?'}`;
}

/** Its dialplan offers other codecs in the middle of the call: of the same rate by re-INVITE, then of another rate by UPDATE. */
async function codecChanged(scope: Scope): Promise<string> {
  const offers = (codec: string, how: 'invite' | 'update'): string[] => ['Wait(1.3)', `Set(PJSIP_MEDIA_OFFER(audio)=!all,${codec})`, `Set(PJSIP_SEND_SESSION_REFRESH()=${how})`];
  const { phone, peer } = await start(scope, {
    phone: { codecs: ['PCMU', 'PCMA', 'G722', 'telephone-event'] },
    peer: {
      codecs: ['ulaw', 'alaw', 'g722'],
      extensions: { change: ['Answer()', 'Recording()', `Playtones(${asteriskHz})`, ...offers('alaw', 'invite'), ...offers('g722', 'update'), 'Wait(30)'] },
    },
  });
  const call = await phone.call(peer.uri('change'));
  await call.up();
  await until('the last codec', 6_000, () => call.negotiated?.codec === 'G722');
  await pause(1_300);
  await call.hangUp();
  await peer.quiet();
  const codecs = call.medias.flatMap((event) => (event.name === 'endpoint.negotiated' ? [event.codec] : []));
  expect(codecs.join() === 'PCMU,PCMA,G722', `negotiated ${codecs.join()}`);
  expect(phone.wire.some((message) => message.startsWith('< UPDATE ')), 'no UPDATE came');
  const [heard, there] = [await call.heard(), peer.heard()];
  const [gapless, sum, gaplessThere, sumThere] = [toneMs(heard, asteriskHz), toneSumMs(heard, asteriskHz), toneMs(there, oursHz), toneSumMs(there, oursHz)];
  expect(gapless >= 2_400 && sum >= 3_700, `Nailup heard the tone for ${gapless} ms without a gap, ${sum} ms in all`);
  expect(gaplessThere >= 2_400 && sumThere >= 3_600, `Asterisk heard the tone for ${gaplessThere} ms without a gap, ${sumThere} ms in all`);
  const leg = await figuresOf(call);
  expect(leg.packetsLost <= 1 && leg.packetsReceived >= 185, `the leg's figures: ${leg.packetsReceived} packets, ${leg.packetsLost} lost`);
  await phone.quiet();
  return `${codecs.join(' → ')}; tone for ${sum} ms in all here, ${sumThere} ms there, through the first change without a gap; ${leg.packetsReceived} packets, ${leg.packetsLost} lost`;
}

const refreshes = (phone: Phone, way: '<' | '>', since: number): number => phone.wire.slice(since).filter((message) => new RegExp(`^${way} (INVITE|UPDATE) `).test(message) && /\r\nTo:[^\r\n]*;tag=/.test(message)).length;

/** RFC 4028, the shortest session there may be (90 s): who called refreshes after half of it. A call of ours, a call of its; both at once. */
async function timers(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope, { peer: { endpoint: { timers: 'always', timers_min_se: '90', timers_sess_expires: '90' } }, phone: { signalling: { sessionTimer: { intervalSeconds: 90, minimumSeconds: 90 } } } });
  const out = await phone.call(peer.uri('talk'));
  await out.up();
  await peer.ring('talk', `sip:nailup@${phone.address()}`);
  const inbound = await phone.incoming();
  await inbound.up();
  const since = phone.wire.length;
  await pause(47_000);
  const [ours, theirs] = [refreshes(phone, '>', since), refreshes(phone, '<', since)];
  expect(!out.ended && !inbound.ended, 'a call ended');
  expect(ours >= 1, `we sent ${ours} refreshes in 47 s of a session of 90 s`);
  expect(theirs >= 1, `Asterisk sent ${theirs} refreshes in 47 s of a session of 90 s`);
  await out.hangUp();
  await inbound.hangUp();
  await peer.quiet();
  const ms = await Promise.all([out, inbound].map(async (call) => toneMs(await call.heard(), asteriskHz)));
  expect(Math.min(...ms) >= 46_000, `the tones were heard for ${ms.join(' and ')} ms without a gap only`);
  await phone.quiet();
  return `sessions of 90 s: ${ours} refresh of ours, ${theirs} of its; tones without a gap for ${ms.join(' and ')} ms`;
}

interface Refusal {
  readonly steps: readonly string[];
  readonly status: number;
  readonly failure: string;
}

const refusals: Readonly<Record<string, Refusal>> = {
  busy: { steps: ['Busy(5)'], status: 486, failure: 'busy' },
  congestion: { steps: ['Congestion(5)'], status: 503, failure: 'networkbusy' },
  unallocated: { steps: ['Hangup(1)'], status: 404, failure: 'noroute' },
  rejected: { steps: ['Hangup(21)'], status: 403, failure: 'reject' },
  congested: { steps: ['Hangup(34)'], status: 503, failure: 'networkbusy' },
  unanswered: { steps: ['Ringing()', 'Wait(0.5)', 'Hangup(19)'], status: 480, failure: 'noanswer' },
};

async function refused(scope: Scope): Promise<string> {
  const { phone, peer } = await start(scope, { peer: { extensions: Object.fromEntries(Object.entries(refusals).map(([name, { steps }]) => [name, steps])) } });
  const seen: string[] = [];
  for (const [name, expected] of Object.entries(refusals)) {
    const call = await phone.call(peer.uri(name));
    await call.over();
    const failed = call.signals.find((event) => event.name === 'call.failed');
    expect(failed?.name === 'call.failed', `${name}: no call.failed`);
    seen.push(`${name} ${failed.status} ${failed.failure}`);
    expect(failed.status === expected.status && failed.failure === expected.failure, `${name}: ${failed.status} ${failed.failure}, not ${expected.status} ${expected.failure}`);
  }
  await phone.quiet();
  return seen.join(', ');
}

/** Asterisk speaks before it answers: 183 with SDP, first plainly, then as a reliable response that we acknowledge (PRACK). */
async function early(scope: Scope): Promise<string> {
  const words: string[] = [];
  const { phone, peer } = await start(scope, {
    peer: {
      sections: { reliable: { ...reliable } },
      extensions: { early: ['Progress()', 'Recording()', `Playtones(${earlyHz})`, 'Wait(1.6)', 'StopPlaytones()', 'Answer()', `Playtones(${asteriskHz})`, 'Wait(30)'] },
    },
  });
  for (const [kind, from] of [['183', undefined], ['183 with 100rel', 'sip:reliable@127.0.0.1']] as const) {
    const call = await phone.call(peer.uri('early'), from === undefined ? {} : { from });
    await call.early();
    await call.signal('call.answered');
    await pause(talkMs);
    await call.hangUp();
    await peer.quiet();
    const heard = await call.heard();
    const [before, after] = [toneMs(heard, earlyHz), toneMs(heard, asteriskHz)];
    const there = toneMs(peer.heard(), oursHz);
    expect(before >= leastMs && after >= leastMs && there >= leastMs, `${kind}: before the answer ${before} ms, after it ${after} ms; there ${there} ms`);
    words.push(`${kind}: ${before} ms before the answer, ${after} ms after it`);
  }
  expect(phone.wire.some((message) => message.startsWith('> PRACK ')), 'we sent no PRACK');
  await peer.ring('talk', `sip:nailup@${phone.address()}`, {}, 'reliable');
  const inbound = await phone.incoming();
  await inbound.up();
  expect(phone.wire.some((message) => message.startsWith('< PRACK ')), 'Asterisk sent no PRACK');
  await inbound.hangUp();
  words.push('its own INVITE that requires 100rel: PRACK to our 180');
  await phone.quiet();
  return words.join('; ');
}
const reliable = { type: 'endpoint', context: 'peer', disallow: 'all', allow: 'ulaw', direct_media: 'no', '100rel': 'required' };

const one = (name: string, capability: string, run: InteropCase['run'], more: Partial<InteropCase> = {}): InteropCase => ({ name: `asterisk-${name}`, peers: ['asterisk'], capability, limitMs: 40_000, beside: true, run, ...more });

export const asteriskSessionCases: readonly InteropCase[] = [
  one('hold', 'hold and resume by the peer', holdByPeer),
  one('hold-ours', 'hold and resume by Nailup', holdByUs),
  one('direct-media', 'audio moved to and fro by re-INVITE (direct media)', directMedia),
  one('codec-change', 'codec changed by the peer, by re-INVITE and UPDATE', codecChanged),
  one('early', 'early media, plain and reliable (PRACK)', early),
  one('refused', 'busy, congestion and other refusals told as such', refused),
  one('timers', 'session refresh by Nailup and by the peer (RFC 4028)', timers, { limitMs: 65_000 }),
];
