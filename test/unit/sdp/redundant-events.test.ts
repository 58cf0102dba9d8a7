import { acceptAnswer, createAnswer, createOffer } from '../../../src/sdp/negotiate-audio.ts';
import type { LocalAudio, NegotiatedAudio } from '../../../src/sdp/local-audio.ts';
import { parseSdp } from '../../../src/sdp/parse-sdp.ts';
import { serialiseSdp } from '../../../src/sdp/serialise-sdp.ts';
import type { SessionDescription } from '../../../src/sdp/session-description.ts';

const us: LocalAudio = {
  address: '192.0.2.1', rtpPort: 4000, rtcpPort: 4001, sessionId: '1', sessionVersion: 1, codecs: ['PCMU', 'PCMA', 'telephone-event'],
  direction: 'sendrecv', ptimeMs: 20, rtcpMux: true, srtp: 'never', keys: [],
};
const read = (audio: string): SessionDescription => {
  const parsed = parseSdp(`v=0\no=- 1 1 IN IP4 192.0.2.9\ns=-\nc=IN IP4 192.0.2.9\nt=0 0\nm=audio 5000 RTP/AVP ${audio}`);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return parsed.value;
};
const answered = (audio: string, local: Partial<LocalAudio> = {}): { agreed: NegotiatedAudio; text: string; answer: SessionDescription } => {
  const result = createAnswer(read(audio), { ...us, ...local });
  if (!result.ok) throw new Error(result.error.reason);
  return { ...result.value, text: serialiseSdp(result.value.answer) };
};
const events = 'a=rtpmap:101 telephone-event/8000';

test('redundant events that are offered are answered, with the numbers and levels of the offer, though we would not offer them', () => {
  const { agreed, text } = answered(`0 101 121\n${events}\na=rtpmap:121 red/8000\na=fmtp:121 101/101/101`);
  expect(agreed.redundancy).toEqual({ sendType: 121, receiveType: 121, levels: 2 });
  expect(text).toContain('m=audio 4000 RTP/AVP 0 101 121\r\n');
  expect(text).toContain('a=rtpmap:121 red/8000\r\na=fmtp:121 101/101/101\r\n');
  expect(answered(`0 101 97\n${events}\na=rtpmap:97 RED/8000/1\na=fmtp:97 101/101`).agreed.redundancy).toEqual({ sendType: 97, receiveType: 97, levels: 1 });
  expect(answered(`0 101 97\n${events}\na=rtpmap:97 red/8000\na=fmtp:97 ${new Array(9).fill('101').join('/')}`).agreed.redundancy?.levels).toBe(4);
});

test.each([
  ['of speech', '0/0'], ['of speech beside events', '0/101/101'], ['without redundant blocks', '101'], ['of a number that is none', '101/1o1'], ['without blocks', ''], ['with an empty block', '101//101'],
])('redundancy %s is left out of the answer', (_what, fmtp) => {
  const { agreed, text } = answered(`0 101 121\n${events}\na=rtpmap:121 red/8000${fmtp === '' ? '' : `\na=fmtp:121 ${fmtp}`}`);
  expect(agreed.redundancy).toBeUndefined();
  expect(agreed.sendEvents?.payloadType).toBe(101);
  expect(text).not.toContain('red');
});

test('redundancy at another clock rate than that of speech and events, with two channels, or without events is left out', () => {
  for (const audio of [
    `0 101 121\n${events}\na=rtpmap:121 red/16000\na=fmtp:121 101/101`, `0 101 121\n${events}\na=rtpmap:121 red/8000/2\na=fmtp:121 101/101`,
    '0 121\na=rtpmap:121 red/8000\na=fmtp:121 101/101', `96 101 121\na=rtpmap:96 L16/16000\n${events}\na=rtpmap:121 red/8000\na=fmtp:121 101/101`,
  ]) expect(answered(audio, { codecs: ['PCMU', 'L16/16000', 'telephone-event', 'red'] }).agreed.redundancy).toBeUndefined();
});

test('redundant events are offered only where they are configured, beside events', () => {
  expect(serialiseSdp(createOffer(us))).not.toContain('red');
  expect(serialiseSdp(createOffer({ ...us, codecs: ['PCMU', 'red'] }))).not.toContain('red/');
  const text = serialiseSdp(createOffer({ ...us, codecs: ['PCMU', 'telephone-event', 'red'] }));
  expect(text).toContain('m=audio 4000 RTP/AVP 0 101 121\r\n');
  expect(text).toContain('a=rtpmap:121 red/8000\r\na=fmtp:121 101/101/101\r\n');
});

test('our offer and an answer with redundancy meet, each side using the other’s numbers; an answer without it has none', () => {
  const sent = { description: createOffer({ ...us, codecs: ['PCMU', 'telephone-event', 'red'] }), section: 0 };
  const accept = (audio: string): NegotiatedAudio => {
    const result = acceptAnswer(sent, read(audio), us);
    if (!result.ok) throw new Error(result.error.reason);
    return result.value;
  };
  const agreed = accept('0 96 98\na=rtpmap:96 telephone-event/8000\na=rtpmap:98 red/8000\na=fmtp:98 96/96');
  expect(agreed).toMatchObject({ sendEvents: { payloadType: 96 }, receiveEvents: { payloadType: 101 }, redundancy: { sendType: 98, receiveType: 121, levels: 1 } });
  expect(accept(`0 101\n${events}`).redundancy).toBeUndefined();
  // What we did not offer is not taken from an answer.
  const plain = acceptAnswer({ description: createOffer(us), section: 0 }, read(`0 101 121\n${events}\na=rtpmap:121 red/8000\na=fmtp:121 101/101`), us);
  expect(plain.ok && plain.value.redundancy).toBeUndefined();
});

test('an offer after an answer with redundancy keeps it under its number', () => {
  const { answer } = answered(`0 101 99\n${events}\na=rtpmap:99 red/8000\na=fmtp:99 101/101`);
  const again = serialiseSdp(createOffer(us, { description: answer, section: 0 }));
  expect(again).toContain('a=rtpmap:99 red/8000\r\na=fmtp:99 101/101/101\r\n');
});
