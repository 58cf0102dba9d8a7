import { parseSdp, sdpLimits } from '../../../src/sdp/parse-sdp.ts';
import { serialiseSdp } from '../../../src/sdp/serialise-sdp.ts';

const full = [
  'v=0', 'o=alice 2890844526 2890842807 IN IP4 192.0.2.1', 's=Call', 'i=info', 'u=http://example.com/', 'e=a@example.com', 'p=+1 555',
  'c=IN IP4 224.2.17.12/127/2', 'b=CT:512', 't=0 0', 'r=7d 1h 0', 'a=recvonly', 'm=audio 49170/2 RTP/AVP 0 96', 'c=IN IP4 192.0.2.2', 'b=AS:64',
  'a=rtpmap:96 L16/8000', 'a=rtcp-mux', 'm=video 0 RTP/AVP 31', '',
].join('\r\n');

test('a full description is read into its parts', () => {
  const parsed = parseSdp(full);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  expect(parsed.value.origin?.sessionId).toBe('2890844526');
  expect(parsed.value.connection).toEqual({ nettype: 'IN', addrtype: 'IP4', address: '224.2.17.12', ttl: 127, count: 2 });
  expect(parsed.value.media).toHaveLength(2);
  expect(parsed.value.media[0]).toMatchObject({ port: 49170, portCount: 2, formats: ['0', '96'], connection: { address: '192.0.2.2' } });
  expect(parsed.value.media[0]?.attributes).toContainEqual({ name: 'rtcp-mux' });
});

test('what was read, written and read again is the same', () => {
  const first = parseSdp(full);
  if (!first.ok) throw new Error(first.error.reason);
  expect(parseSdp(serialiseSdp(first.value))).toEqual(first);
});

test('line ends may be CRLF, LF or CR, and o=, s= and t= may be missing', () => {
  for (const end of ['\r\n', '\n', '\r']) {
    const parsed = parseSdp(['v=0', 'c=IN IP6 2001:db8::1', 'm=audio 4000 RTP/AVP 0'].join(end));
    expect(parsed).toMatchObject({ ok: true, value: { connection: { address: '2001:db8::1' }, media: [{ port: 4000 }] } });
  }
});

test.each([
  ['', 'empty'], ['hello', 'expected'], ['o=- 0 0 IN IP4 0.0.0.0', 'first line'], ['v=0\nm=audio', 'm= needs'], ['v=0\nm=audio 70000 RTP/AVP 0', '65535'],
  ['v=0\nc=IN', 'c= needs'], ['v=x', 'not a number'], ['v=0\no=only', 'six fields'],
])('%j is refused with a reason', (text, reason) => {
  const parsed = parseSdp(text);
  expect(parsed.ok).toBe(false);
  if (!parsed.ok) expect(parsed.error.reason).toContain(reason);
});

test('a description over the limits is refused at once', () => {
  expect(parseSdp('v=0\n' + 'a=x\n'.repeat(sdpLimits.lines)).ok).toBe(false);
  expect(parseSdp('v=0\ns=' + 'x'.repeat(sdpLimits.characters)).ok).toBe(false);
  expect(parseSdp('v=0\n' + 'm=audio 0 RTP/AVP 0\n'.repeat(sdpLimits.media + 1)).ok).toBe(false);
});

test('random octets never throw', () => {
  let seed = 1;
  for (let round = 0; round < 500; round++) {
    const bytes = Buffer.alloc(200);
    for (let i = 0; i < bytes.length; i++) bytes[i] = (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 24;
    expect(typeof parseSdp(bytes).ok).toBe('boolean');
    expect(typeof parseSdp(Buffer.concat([Buffer.from('v=0\r\nm=audio '), bytes])).ok).toBe('boolean');
  }
});
