import { DEFAULT_LIMITS } from '../../../../src/sip/message/limits.ts';
import type { MalformedMessage } from '../../../../src/sip/message/malformed-message.ts';
import { parseDatagram } from '../../../../src/sip/message/parse-message.ts';
import type { SipMessage, SipRequest } from '../../../../src/sip/message/sip-message.ts';

const HEAD = [
  'Via: SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bK776;rport',
  'From: "Alice \\"A\\"" <sip:alice@example.com>;tag=1928',
  'To: <sip:bob@example.org>',
  'Call-ID: a84b4c76e66710@192.0.2.1',
  'CSeq: 314159 INVITE',
];
const octets = (startLine: string, headers: readonly string[], body = ''): Buffer => Buffer.from([startLine, ...headers, '', body].join('\r\n'), 'latin1');
const invite = (...headers: string[]): Buffer => octets('INVITE sip:bob@example.org SIP/2.0', [...HEAD, ...headers]);

function accepted(input: Buffer): SipMessage {
  const parsed = parseDatagram(input);
  if (!parsed.ok) throw new Error(`refused: ${parsed.error.detail}`);
  return parsed.value;
}
function refused(input: Buffer): MalformedMessage {
  const parsed = parseDatagram(input);
  if (parsed.ok) throw new Error('accepted');
  return parsed.error;
}

describe('parseDatagram', () => {
  test('reads a request with its typed headers', () => {
    const request = accepted(invite('Contact: <sip:alice@192.0.2.1:5062;transport=udp>;expires=60', 'Max-Forwards: 70')) as SipRequest;
    expect(request.method).toBe('INVITE');
    expect(request.uri).toMatchObject({ scheme: 'sip', user: 'bob', host: 'example.org' });
    expect(request.topVia).toMatchObject({ transport: 'UDP', host: '192.0.2.1', port: 5062, branch: 'z9hG4bK776', rport: null });
    expect(request.from).toMatchObject({ displayName: 'Alice "A"', tag: '1928' });
    expect(request.toTag).toBeUndefined();
    expect(request.cseq).toEqual({ number: 314159, method: 'INVITE' });
    expect(request.callId).toBe('a84b4c76e66710@192.0.2.1');
    expect(request.maxForwards).toBe(70);
    expect(request.contact?.params.get('expires')).toBe('60');
  });

  test('reads compact names, folded lines and spaces around the colon', () => {
    const message = accepted(octets('OPTIONS sip:b@h SIP/2.0', ['v  : SIP/2.0/UDP h;', '\tbranch=z9hG4bK1', 'F: sip:a@h ;tag=1', 't:<sip:b@h>', 'i: x', 'CSEQ: 1', '  OPTIONS', 'k: timer', 'S : a  ', ' b']));
    expect(message.topVia?.branch).toBe('z9hG4bK1');
    expect(message.from?.tag).toBe('1');
    expect(message.cseq).toEqual({ number: 1, method: 'OPTIONS' });
    expect(message.get('Supported')).toBe('timer');
    expect(message.get('subject')).toBe('a b');
  });

  test('keeps the octets of a binary body and ignores what follows Content-Length', () => {
    const body = Buffer.from([0, 255, 13, 10, 13, 10, 128]);
    const message = accepted(Buffer.concat([invite('Content-Length: 7'), body, Buffer.from('garbage')]));
    expect(message.body.equals(body)).toBe(true);
  });

  test('takes the rest of the datagram as body when there is no Content-Length', () => {
    expect(accepted(Buffer.concat([invite(), Buffer.from('v=0')])).body.toString()).toBe('v=0');
  });

  test('reads bare line feeds as line ends', () => {
    const message = accepted(Buffer.from(`INVITE sip:b@h SIP/2.0\n${HEAD.join('\n')}\n\nbody`));
    expect(message.body.toString()).toBe('body');
    expect(message.cseq?.number).toBe(314159);
  });

  test('reads a status line with and without reason', () => {
    expect(accepted(octets('SIP/2.0 100 ', HEAD))).toMatchObject({ status: 100, reason: '' });
    expect(accepted(octets('SIP/2.0 180', HEAD))).toMatchObject({ status: 180, reason: '' });
    expect(accepted(octets('SIP/2.0 486 Busy  Here', HEAD))).toMatchObject({ status: 486, reason: 'Busy  Here' });
  });

  test('keeps text that is UTF-8, and text that is not, octet for octet', () => {
    expect(accepted(Buffer.concat([invite().subarray(0, -2), Buffer.from('Subject: Grüße\r\n\r\n')])).get('Subject')).toBe('Grüße');
    const latin = accepted(invite('Subject: Gr\xfc\xdfe'));
    expect(latin.encoding).toBe('latin1');
    expect(latin.get('Subject')).toBe('Gr\xfc\xdfe');
  });

  test.each<[string, Buffer, string, number | undefined]>([
    ['only line ends is a keep-alive', Buffer.from('\r\n\r\n'), 'keep-alive', undefined],
    ['nothing is a keep-alive', Buffer.alloc(0), 'keep-alive', undefined],
    ['a STUN request is no SIP', Buffer.from([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4]), 'not-sip', undefined],
    ['an HTTP request is no SIP', octets('GET / HTTP/1.1', []), 'not-sip', undefined],
    ['another version of SIP gets 505', octets('OPTIONS sip:b@h SIP/7.0', HEAD), 'version', 505],
    ['a version that is none gets 400', octets('OPTIONS sip:b@h SIP/x', HEAD), 'start-line', 400],
    ['a space in the Request-URI gets 400', octets('INVITE sip:b@h; lr SIP/2.0', HEAD), 'start-line', 400],
    ['two spaces in the request line get 400', octets('INVITE  sip:b@h SIP/2.0', HEAD), 'start-line', 400],
    ['a space behind the version gets 400', octets('INVITE sip:b@h SIP/2.0 ', HEAD), 'start-line', 400],
    ['a status code of many digits is dropped', octets('SIP/2.0 4294967301 no', HEAD), 'status-code', undefined],
    ['two spaces before the status code are dropped', octets('SIP/2.0  486 Busy', HEAD), 'status-code', undefined],
    ['a status code above 699 is dropped', octets('SIP/2.0 700 No', HEAD), 'status-code', undefined],
    ['a line without colon gets 400', invite('no colon here'), 'header-line', 400],
    ['a header name with a space gets 400', invite('Bad Name: 1'), 'header-line', 400],
    ['a carriage return inside a value gets 400', invite('Subject: a\rb: c'), 'header-line', 400],
    ['no empty line gets 400', invite().subarray(0, -2), 'incomplete', 400],
    ['a negative Content-Length gets 400', invite('Content-Length: -999'), 'content-length', 400],
    ['a Content-Length beyond the datagram gets 400', invite('Content-Length: 9999'), 'content-length', 400],
    ['two Content-Lengths get 400', invite('Content-Length: 0', 'l: 0'), 'content-length', 400],
    ['a Content-Length beyond 32 bits gets 400', invite('Content-Length: 99999999999999999999'), 'content-length', 400],
    ['too many headers get 513', invite(...Array.from({ length: DEFAULT_LIMITS.headerCount }, () => 'X: y')), 'too-many-headers', 513],
    ['a malformed ACK is dropped', octets('ACK sip:b@h SIP/2.0', [...HEAD, 'Content-Length: x']), 'content-length', undefined],
  ])('%s', (_, input, reason, status) => {
    const error = refused(input);
    expect([error.reason, error.status]).toEqual([reason, status]);
    expect(error.request === undefined).toBe(status === undefined);
  });

  test('refuses a body and a head above the limits', () => {
    const limits = { headBytes: 400, bodyBytes: 10, headerCount: 10 };
    const big = parseDatagram(Buffer.concat([invite('Content-Length: 11'), Buffer.alloc(11)]), limits);
    expect(big.ok ? undefined : big.error.status).toBe(413);
    const long = parseDatagram(invite(`Subject: ${'x'.repeat(400)}`), limits);
    expect(long.ok ? undefined : long.error.status).toBe(513);
  });

  test('a refused request still names what its response must copy', () => {
    const { request } = refused(invite('broken'));
    expect(request?.callId).toBe('a84b4c76e66710@192.0.2.1');
    expect(request?.topVia?.branch).toBe('z9hG4bK776');
  });
});
