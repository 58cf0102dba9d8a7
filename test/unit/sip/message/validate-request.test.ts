import { parseDatagram } from '../../../../src/sip/message/parse-message.ts';
import { validateRequest, validateResponse } from '../../../../src/sip/message/validate-request.ts';

const GOOD: Readonly<Record<string, string>> = {
  Via: 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
  From: '<sip:a@h>;tag=1',
  To: '<sip:b@h>',
  'Call-ID': 'x@h',
  CSeq: '1 INVITE',
};

function verdict(changes: Readonly<Record<string, string | undefined>> = {}, startLine = 'INVITE sip:b@h SIP/2.0', more: readonly string[] = []): string {
  const lines = Object.entries({ ...GOOD, ...changes }).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  const parsed = parseDatagram(Buffer.from([startLine, ...lines, ...more, '', ''].join('\r\n')));
  if (!parsed.ok) throw new Error(parsed.error.detail);
  const fault = parsed.value.kind === 'request' ? validateRequest(parsed.value) : validateResponse(parsed.value);
  return fault === undefined ? 'in order' : `${fault.reason} ${fault.status ?? 'drop'}`;
}

describe('validateRequest', () => {
  test('a request with the mandatory headers is in order', () => expect(verdict()).toBe('in order'));

  test.each(['Via', 'From', 'To', 'Call-ID', 'CSeq'])('a request without %s gets 400', (name) => {
    expect(verdict({ [name]: undefined })).toBe('missing-header 400');
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ['an unterminated quoted string', { To: '"Mr. J. User <sip:b@h>' }],
    ['a space in the address', { From: '< sip:a@h>;tag=1' }],
    ['an empty Via value', { Via: 'SIP/2.0/UDP 192.0.2.15;;,;,,' }],
    ['a Via of another version', { Via: 'SIP/7.0/UDP h' }],
    ['stray semicolons in Contact', { Contact: '"Joe" <sip:joe@h>;;;;' }],
    ['an escaped header outside angle brackets', { Contact: 'sip:user@h?Route=%3Csip:s.example.com%3E' }],
    ['a star among Contacts', { Contact: '*, <sip:a@h>' }],
    ['a CSeq number of 2^31', { CSeq: '2147483648 INVITE' }],
    ['a CSeq number of many digits', { CSeq: '36893488147419103232 INVITE' }],
    ['a Max-Forwards above 255', { 'Max-Forwards': '300' }],
    ['an Expires beyond 32 bits', { Expires: '10000000000000' }],
    ['a Warning code of four digits', { Warning: '1812 overture "In Progress"' }],
    ['a date in another zone', { Date: 'Fri, 01 Jan 2010 16:00:00 EST' }],
    ['a malformed Route', { Route: '<sip:[::1>' }],
    ['a space in the Call-ID', { 'Call-ID': 'a b' }],
  ])('%s gets 400', (_, changes) => expect(verdict(changes)).toBe('bad-header 400'));

  test('a method that CSeq does not name gets 400', () => expect(verdict({ CSeq: '1 BYE' })).toBe('method-mismatch 400'));
  test('a header that may stand once and stands twice gets 400', () => expect(verdict({}, undefined, ['To: <sip:c@h>'])).toBe('duplicate-header 400'));
  test('a Request-URI in angle brackets gets 400', () => expect(verdict({}, 'INVITE <sip:b@h> SIP/2.0')).toBe('bad-uri 400'));
  test('an unbracketed IPv6 Request-URI gets 400', () => expect(verdict({}, 'INVITE sip:2001:db8::10 SIP/2.0')).toBe('bad-uri 400'));
  test('a Request-URI without host gets 400 outside a dialog and passes inside one', () => {
    expect(verdict({}, 'INVITE sip::5060 SIP/2.0')).toBe('bad-uri 400');
    expect(verdict({ To: '<sip::5060>;tag=2' }, 'INVITE sip::5060 SIP/2.0')).toBe('in order');
    expect(verdict({}, 'INVITE sip:a@:5060 SIP/2.0')).toBe('bad-uri 400');
  });
  test('a Request-URI of a foreign scheme is for the user agent to judge', () => expect(verdict({}, 'INVITE soap.beep://192.0.2.103:3002 SIP/2.0')).toBe('in order'));
  test('foreign schemes in From, To and Contact are in order', () => {
    expect(verdict({ From: '<http://www.example.com>;tag=3', To: 'isbn:2983792873', Contact: '<name:John_Smith>' })).toBe('in order');
  });
  test('Max-Forwards of zero is in order', () => expect(verdict({ 'Max-Forwards': '0' })).toBe('in order'));
  test('a date in GMT is in order', () => expect(verdict({ Date: 'Sat, 13 Nov 2010 23:29:00 GMT' })).toBe('in order'));
  test('Retry-After with comment and parameter is in order', () => expect(verdict({ 'Retry-After': '18000 (away);duration=3600' })).toBe('in order'));
});

describe('validateResponse', () => {
  test('a response in order passes', () => expect(verdict({}, 'SIP/2.0 200 OK')).toBe('in order'));
  test.each<[string, Readonly<Record<string, string | undefined>>]>([
    ['missing-header', { Via: undefined }],
    ['bad-header', { CSeq: '9292394834772304023312 OPTIONS' }],
    ['bad-header', { 'Retry-After': '949302838503028349304023988' }],
  ])('a fault (%s) only drops', (reason, changes) => expect(verdict(changes, 'SIP/2.0 200 OK')).toBe(`${reason} drop`));
});
