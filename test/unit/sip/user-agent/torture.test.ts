import { closeAgents, RawPeer, sdp, startAgent, until, type TestAgent } from './loopback-agents.ts';

const long = 'extreme'.repeat(120);
const video = `${sdp(49217).replace('RTP/AVP 0', 'RTP/AVP 0 12')}m=video 3227 RTP/AVP 31\r\na=rtpmap:31 LPC/90000\r\n`;
const offer = { headers: ['Content-Type: application/sdp'], body: video };

interface Odd {
  /** Replaces the usual value; null leaves the header out. */
  readonly set?: Readonly<Record<string, string | null>>;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly length?: string;
}

/**
 * Requests that are odd in the ways of RFC 4475, RFC 5118 and RFC 3261 §25, and the final response to each; 0: silence. Written for
 * this project; the RFCs' own messages are run by `npm run conformance -- sip`.
 */
const cases: readonly (readonly [string, number, string, Odd?])[] = [
  ['escapes everywhere in its URIs', 200, 'INVITE sip:sips%3Abob%40example.net@example.org', { ...offer, set: { To: 'sip:%62o%62@example.org', From: '<sip:two%20words@example.org>;tag=1', Contact: '\r\n  <sip:%62@127.0.0.1:9;%6C%72;na%6De=a%25%34%31>' } }],
  ['a method that only looks escaped', 501, 'INV%49TE sip:bob@example.org', { set: { CSeq: '7 INV%49TE', To: '"%Z%45" <sip:bob@example.org>' } }],
  ['no space between display name and <', 200, 'OPTIONS sip:bob@example.org', { set: { From: 'Ada<sip:ada@example.org>;tag=1' } }],
  ['very long values, and 34 Via', 200, `INVITE sip:bob@example.org;unknown=${long}`, {
    ...offer, set: { From: `"${long}" <sip:${long}:@example.org:6000;a=${long};${long}>;tag=${long}`, 'Call-ID': `${long}@example.org` },
    headers: [...Array.from({ length: 33 }, (_, i) => `Via: SIP/2.0/TCP sip${i}.example.org;branch=z9hG4bK${long.slice(0, 40)}${i}`), `Unknown-${long}: ${long}; ${long}, ${long}`, ...offer.headers],
  }],
  ['transports nobody knows in further Via', 200, 'OPTIONS sip:bob@example.org', { headers: ['Via: SIP/2.0/SCTP a.example.org;branch=z9hG4bK1', 'Via: SIP/2.0/UNKNOWN b.example.org;branch=z9hG4bK2'] }],
  ['a further request behind its end', 200, 'OPTIONS sip:bob@example.org', { body: 'INVITE sip:eve@example.org SIP/2.0\r\n\r\n', length: '0' }],
  ['a Content-Length beyond its end', 400, 'INVITE sip:bob@example.org', { ...offer, length: '9999' }],
  ['a negative Content-Length', 400, 'INVITE sip:bob@example.org', { ...offer, length: '-10' }],
  ['a CSeq beyond 2^31', 400, 'OPTIONS sip:bob@example.org', { set: { CSeq: '36893488147419103232 OPTIONS' } }],
  ['Max-Forwards above 255', 400, 'OPTIONS sip:bob@example.org', { set: { 'Max-Forwards': '300' } }],
  ['an Expires beyond 2^32', 400, 'OPTIONS sip:bob@example.org', { headers: ['Expires: 1000000000000000'] }],
  ['a display name whose quote never closes', 400, 'OPTIONS sip:bob@example.org', { set: { To: '"Bob <sip:bob@example.org>' } }],
  ['white space inside <>', 400, 'OPTIONS sip:bob@example.org', { set: { To: '"Bob" < sip:bob@example.org >' } }],
  ['no Call-ID, From and To', 400, 'INVITE sip:bob@example.org', { ...offer, set: { 'Call-ID': null, From: null, To: null } }],
  ['a scheme nobody knows', 416, 'OPTIONS nobodyknows:thisone'],
  ['an http Request-URI', 416, 'OPTIONS http://example.org/'],
  ['a tel Request-URI', 200, 'OPTIONS tel:+1-201-555-0123'],
  ['a tel Request-URI without a number', 400, 'OPTIONS tel:nobody'],
  ['Accept without SDP', 406, 'INVITE sip:bob@example.org', { ...offer, headers: ['Accept: text/plain, application/pidf+xml', ...offer.headers] }],
  ['an empty Accept', 406, 'INVITE sip:bob@example.org', { ...offer, headers: ['Accept:', ...offer.headers] }],
  ['Accept that wants no SDP', 406, 'INVITE sip:bob@example.org', { ...offer, headers: ['Accept: application/sdp;q=0.0', ...offer.headers] }],
  ['Accept of everything', 200, 'INVITE sip:bob@example.org', { ...offer, headers: ['Accept: text/plain', 'Accept: */*;q=0.1', ...offer.headers] }],
  ['an IPv6 reference without brackets', 400, 'OPTIONS sip:2001:db8::10'],
  ['a port inside the brackets', 200, 'OPTIONS sip:[2001:db8::10:5070]'],
  ['an IPv6 reference of the old grammar', 200, 'OPTIONS sip:bob@[2001:db8:::192.0.2.1]', { headers: ['Via: SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKv6'] }],
  ['an IPv6 offer', 200, 'INVITE sip:bob@[2001:db8::10]', { ...offer, body: video.replaceAll('IP4 127.0.0.1', 'IP6 2001:db8::20') }],
  ['a body of several parts with its offer in one', 200, 'INVITE sip:bob@example.org', { headers: ['Content-Type: multipart/mixed;boundary="b 1"'], body: `--b 1\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b 1\r\nContent-Type: application/sdp\r\n\r\n${video}\r\n--b 1--\r\n` }],
  ['tabs and spaces around every colon', 200, 'OPTIONS sip:bob@example.org', { set: { From: null, To: null }, headers: ['From\t :\t<sip:ada@example.org> ;\ttag = 1', 't : sip:bob@example.org'] }],
  ['a header name with a space', 400, 'OPTIONS sip:bob@example.org', { headers: ['Foo Bar: x'] }],
  ['a method in small letters', 501, 'options sip:bob@example.org'],
  ['an unknown Require beside a known one', 420, 'INVITE sip:bob@example.org', { ...offer, headers: ['Require: 100rel', 'Require: unknown-1', ...offer.headers] }],
  ['a Proxy-Require that is not for us', 200, 'OPTIONS sip:bob@example.org', { headers: ['Proxy-Require: unknown-1'] }],
  ['Replaces of a call that nobody holds', 481, 'INVITE sip:bob@example.org', { ...offer, headers: ['Replaces: a@b;to-tag=1;from-tag=2', ...offer.headers] }],
  ['two Replaces', 400, 'INVITE sip:bob@example.org', { ...offer, headers: ['Replaces: a@b;to-tag=1;from-tag=2', 'Replaces: c@d;to-tag=1;from-tag=2', ...offer.headers] }],
  ['a session interval that is too short', 422, 'INVITE sip:bob@example.org', { ...offer, headers: ['Supported: timer', 'Session-Expires: 30', ...offer.headers] }],
  ['an encoding nobody reads', 415, 'INVITE sip:bob@example.org', { ...offer, headers: ['Content-Encoding: gzip', ...offer.headers] }],
  ['a SUBSCRIBE', 405, 'SUBSCRIBE sip:bob@example.org', { headers: ['Event: presence'] }],
  ['a NOTIFY that nobody subscribed to', 481, 'NOTIFY sip:bob@example.org', { headers: ['Event: message-summary', 'Subscription-State: active'] }],
  ['a REFER outside any call', 403, 'REFER sip:bob@example.org', { headers: ['Refer-To: <sip:eve@example.org>'] }],
  ['a CANCEL of nothing', 481, 'CANCEL sip:bob@example.org'],
  ['an ACK of nothing', 0, 'ACK sip:bob@example.org'],
  ['an ACK that is malformed', 0, 'ACK sip:bob@example.org', { set: { CSeq: 'x ACK' } }],
];

describe('a request with', () => {
  let peer: RawPeer;
  let callee: TestAgent;

  beforeAll(async () => {
    callee = await startAgent({ onInvite: (invite) => invite.answer(sdp(5000)) });
  });
  afterAll(closeAgents);
  // A peer of its own for each case: what is not acknowledged is repeated.
  beforeEach(async () => {
    peer = await RawPeer.open();
  });
  afterEach(() => peer.close());

  const finals = (): number[] => peer.received.map((text) => Number(text.slice(8, 11))).filter((status) => status >= 200);

  it.each(cases.map(([what, expected, start, odd = {}]) => ({ what, expected, start, odd })))('$what gets $expected', async ({ what, expected, start, odd }) => {
    const port = callee.agent.addresses[0]?.port ?? 0;
    const id = what.replaceAll(/\W/g, '');
    const [method = ''] = start.split(' ');
    const { body = '', length = String(Buffer.byteLength(body)) } = odd;
    const values: Readonly<Record<string, string | null>> = {
      Via: `SIP/2.0/UDP 127.0.0.1:${peer.port};branch=z9hG4bK${id}`, 'Max-Forwards': '70', From: '<sip:ada@example.org>;tag=1', To: '<sip:bob@example.org>', 'Call-ID': id, CSeq: `1 ${method}`,
      Contact: `<sip:ada@127.0.0.1:${peer.port}>`, ...odd.set,
    };
    const lines = [...Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`])), ...(odd.headers ?? []), `Content-Length: ${length}`];
    peer.send(`${start} SIP/2.0\r\n${lines.join('\r\n')}\r\n\r\n${body}`, port);
    if (expected === 0) {
      // What is answered is answered in order: the probe's answer shows that this one has none.
      peer.send(`OPTIONS sip:x SIP/2.0\r\n${lines.slice(0, 4).join('\r\n')}\r\nVia: SIP/2.0/UDP x;branch=z9hG4bKprobe\r\nCall-ID: probe-${id}\r\nCSeq: 2 OPTIONS\r\nContent-Length: 0\r\n\r\n`, port);
      await until(() => finals().length > 0, 'the probe is answered');
      expect(peer.received.map((text) => RawPeer.header(text, 'CSeq'))).toEqual(['2 OPTIONS']);
      return;
    }
    await until(() => finals().length > 0, `an answer to ${what}`);
    expect(finals()).toEqual([expected]);
    if (expected === 200 && method === 'INVITE') {
      const answer = peer.received.find((text) => text.startsWith('SIP/2.0 200')) ?? '';
      const head = ['From', 'To', 'Call-ID'].map((name) => `${name}: ${RawPeer.header(answer, name)}\r\n`).join('');
      for (const [sent, sequence] of [['ACK', 1], ['BYE', 2]] as const) {
        peer.send(`${sent} sip:bob@example.org SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${peer.port};branch=z9hG4bK${sent}${id}\r\n${head}CSeq: ${sequence} ${sent}\r\nContent-Length: 0\r\n\r\n`, port);
      }
      await until(() => peer.received.some((text) => RawPeer.header(text, 'CSeq') === '2 BYE'), 'the call is over');
    }
    expect(callee.errors).toEqual([]);
  });

  it('no request but a response that belongs to nobody gets silence', async () => {
    const port = callee.agent.addresses[0]?.port ?? 0;
    const head = `From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: stray\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n`;
    for (const line of ['SIP/2.0 200', 'SIP/2.0 200 ', 'SIP/2.0 200 = 2**3 * 5**2 \u043d\u043e', 'SIP/2.0 4294967301 better not', 'SIP/2.0 99 x', 'SIP/7.0 200 OK']) {
      peer.send(`${line}\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKstray\r\n${head}`, port);
    }
    peer.send(`OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${peer.port};branch=z9hG4bKafter\r\n${head.replace('INVITE', 'OPTIONS').replace(';tag=2', '')}`, port);
    await until(() => peer.received.length > 0, 'the probe is answered');
    expect(finals()).toEqual([200]);
    expect(callee.agent.stats().counters['dropped.stray-response']).toBe(3);
  });
});
