import { acceptAnswer, createAnswer, createOffer } from '../../../src/sdp/negotiate-audio.ts';
import type { LocalAudio } from '../../../src/sdp/local-audio.ts';
import { parseSdp } from '../../../src/sdp/parse-sdp.ts';
import { serialiseSdp } from '../../../src/sdp/serialise-sdp.ts';
import type { SessionDescription } from '../../../src/sdp/session-description.ts';

const key = (n: number): string => Buffer.alloc(30, n).toString('base64');
const us: LocalAudio = {
  address: '192.0.2.1', rtpPort: 4000, rtcpPort: 4001, sessionId: '1', sessionVersion: 1, codecs: ['PCMU', 'PCMA', 'telephone-event'],
  direction: 'sendrecv', ptimeMs: 20, rtcpMux: true, srtp: 'allow', keys: [{ suite: 'AES_CM_128_HMAC_SHA1_80', keySalt: key(1) }],
};
const read = (text: string): SessionDescription => {
  const parsed = parseSdp(text);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return parsed.value;
};
const offer = (audio: string, connection = '192.0.2.9'): SessionDescription => read(`v=0\no=- 1 1 IN IP4 ${connection}\ns=-\nc=IN IP4 ${connection}\nt=0 0\n${audio}`);
const answerTo = (audio: string, local: Partial<LocalAudio> = {}): ReturnType<typeof createAnswer> => createAnswer(offer(audio), { ...us, ...local });
const agreed = (result: ReturnType<typeof createAnswer>) => {
  if (!result.ok) throw new Error(result.error.reason);
  return { ...result.value, text: serialiseSdp(result.value.answer) };
};

test('an offer lists our codecs in order with telephone-event as 101', () => {
  const text = serialiseSdp(createOffer(us));
  expect(text).toContain('m=audio 4000 RTP/AVP 0 8 101\r\n');
  expect(text).toContain('a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n');
  expect(text).toContain('a=ptime:20\r\n');
});

test('the answer takes the first codec of the offer that we have, with the numbers of the offer', () => {
  const { agreed: stream, text } = agreed(answerTo('m=audio 5000 RTP/AVP 18 8 0 96\na=rtpmap:96 telephone-event/8000'));
  expect(stream.send).toMatchObject({ payloadType: 8, encoding: 'PCMA' });
  expect(stream.sendEvents?.payloadType).toBe(96);
  expect(stream.remote).toEqual({ address: '192.0.2.9', port: 5000, rtcpAddress: '192.0.2.9', rtcpPort: 5001 });
  expect(text).toContain('m=audio 4000 RTP/AVP 8 96');
});

test('streams that we do not serve are refused with port 0 in their place', () => {
  const { answer } = agreed(answerTo('m=video 6000 RTP/AVP 31\nm=audio 5000 RTP/AVP 0\nm=audio 5002 RTP/AVP 0\nm=image 5004 udptl t38'));
  expect(answer.media.map((media) => [media.media, media.port])).toEqual([['video', 0], ['audio', 4000], ['audio', 0], ['image', 0]]);
});

test('no common codec fails as unsupported and says what the far end had', () => {
  const result = answerTo('m=audio 5000 RTP/AVP 18');
  expect(result).toMatchObject({ ok: false, error: { kind: 'unsupported' } });
  if (!result.ok) expect(result.error.reason).toContain('G729');
});

test('an offer without c=, without sections or of another version is bad', () => {
  expect(createAnswer(read('v=0\nm=audio 5000 RTP/AVP 0'), us).ok).toBe(false);
  expect(createAnswer(read('v=0'), us)).toMatchObject({ error: { kind: 'bad-sdp' } });
  expect(createAnswer(read('v=1'), us)).toMatchObject({ error: { kind: 'bad-sdp' } });
});

test.each([
  ['sendonly', 'sendrecv', 'recvonly'], ['recvonly', 'sendrecv', 'sendonly'], ['inactive', 'sendrecv', 'inactive'], ['sendrecv', 'sendonly', 'sendonly'],
  ['sendonly', 'sendonly', 'inactive'], ['sendrecv', 'sendrecv', 'sendrecv'],
] as const)('offered %s and wanting %s we do %s', (theirs, ours, result) => {
  expect(agreed(answerTo(`m=audio 5000 RTP/AVP 0\na=${theirs}`, { direction: ours })).agreed.direction).toBe(result);
});

test('an all-zero address holds the stream as an old phone means it', () => {
  const result = createAnswer(offer('m=audio 5000 RTP/AVP 0', '0.0.0.0'), us);
  expect(agreed(result).agreed.direction).toBe('recvonly');
});

test('our offer and the far end’s answer meet, each side using the other’s numbers', () => {
  const sent = createOffer({ ...us, codecs: ['L16/16000', 'PCMU', 'telephone-event'] });
  const answer = offer('m=audio 5000 RTP/AVP 111 0 120\na=rtpmap:111 L16/16000\na=rtpmap:120 telephone-event/16000\na=ptime:10\na=maxptime:30\na=rtcp:6001 IN IP4 192.0.2.77');
  const result = acceptAnswer({ description: sent, section: 0 }, answer, { ...us, codecs: ['L16/16000', 'PCMU', 'telephone-event'] });
  if (!result.ok) throw new Error(result.error.reason);
  expect(result.value.send).toMatchObject({ payloadType: 111, encoding: 'L16' });
  expect(result.value.receive.map((format) => format.payloadType)).toEqual([96, 0, 111]);
  expect(result.value.sendEvents?.payloadType).toBe(120);
  expect(result.value.receiveEvents?.payloadType).toBe(102);
  expect(result.value.ptimeMs).toBe(10);
  expect(result.value.remote).toMatchObject({ rtcpAddress: '192.0.2.77', rtcpPort: 6001 });
});

test('an answer that rejects the stream fails as unsupported', () => {
  expect(acceptAnswer({ description: createOffer(us), section: 0 }, offer('m=audio 0 RTP/AVP 0'), us)).toMatchObject({ error: { kind: 'unsupported' } });
});

test('rtcp-mux is agreed only when both sides say it', () => {
  expect(agreed(answerTo('m=audio 5000 RTP/AVP 0\na=rtcp-mux')).agreed).toMatchObject({ rtcpMux: true, remote: { rtcpPort: 5000 } });
  expect(agreed(answerTo('m=audio 5000 RTP/AVP 0')).agreed.rtcpMux).toBe(false);
  expect(agreed(answerTo('m=audio 5000 RTP/AVP 0\na=rtcp-mux', { rtcpMux: false })).agreed.rtcpMux).toBe(false);
});

test('SRTP is answered with our key on the chosen line, and refused when it is switched off', () => {
  const secure = `m=audio 5000 RTP/SAVP 0\na=crypto:3 F8_128_HMAC_SHA1_80 inline:${key(3)}\na=crypto:5 AES_CM_128_HMAC_SHA1_80 inline:${key(5)}|2^48`;
  const { agreed: stream, text } = agreed(answerTo(secure));
  expect(stream.crypto).toEqual({ remote: { tag: 5, suite: 'AES_CM_128_HMAC_SHA1_80', keySalt: key(5) }, local: { tag: 5, suite: 'AES_CM_128_HMAC_SHA1_80', keySalt: key(1) } });
  expect(text).toContain(`a=crypto:5 AES_CM_128_HMAC_SHA1_80 inline:${key(1)}`);
  expect(answerTo(secure, { srtp: 'never' })).toMatchObject({ error: { kind: 'unsupported' } });
  expect(answerTo('m=audio 5000 RTP/AVP 0', { srtp: 'require' })).toMatchObject({ error: { kind: 'unsupported' } });
});

test('a required SRTP offer is agreed with the key that belongs to the chosen tag', () => {
  const local: LocalAudio = { ...us, srtp: 'require', keys: [{ suite: 'AES_CM_128_HMAC_SHA1_80', keySalt: key(1) }, { suite: 'AES_CM_128_HMAC_SHA1_32', keySalt: key(2) }] };
  const result = acceptAnswer({ description: createOffer(local), section: 0 }, offer(`m=audio 5000 RTP/SAVP 0\na=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:${key(9)}`), local);
  expect(result).toMatchObject({ ok: true, value: { crypto: { local: { keySalt: key(2) }, remote: { keySalt: key(9) } } } });
});

test('a further offer keeps sections and payload numbers', () => {
  const first = agreed(answerTo('m=video 6000 RTP/AVP 31\nm=audio 5000 RTP/AVP 0 96\na=rtpmap:96 telephone-event/8000')).answer;
  const again = serialiseSdp(createOffer({ ...us, sessionVersion: 2, direction: 'sendonly' }, { description: first, section: 1 }));
  expect(again).toContain('m=video 0 RTP/AVP 31\r\nm=audio 4000 RTP/AVP 0 8 96\r\n');
  expect(again).toContain('a=sendonly');
});
