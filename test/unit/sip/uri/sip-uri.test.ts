import { parseSipUri, SipUri } from '../../../../src/sip/uri/sip-uri.ts';
import { parseTelUri } from '../../../../src/sip/uri/tel-uri.ts';
import { parseUri } from '../../../../src/sip/uri/uri.ts';
import { urisEqual } from '../../../../src/sip/uri/uris-equal.ts';

describe('parseSipUri', () => {
  test('reads every part, decoded once', () => {
    const uri = parseSipUri('sips:al%2569ce;day=tuesday:pa%3ass@Example.COM:5062;Transport=TCP;lr;%6daddr=1?subject=a%20b&to=c');
    expect(uri).toMatchObject({ scheme: 'sips', user: 'al%69ce;day=tuesday', password: 'pa:ss', host: 'example.com', port: 5062, lr: true, transport: 'tcp' });
    expect([...(uri?.params ?? [])]).toEqual([['transport', 'TCP'], ['lr', null], ['maddr', '1']]);
    expect([...(uri?.headers ?? [])]).toEqual([['subject', 'a b'], ['to', 'c']]);
  });
  test('keeps an escaped NUL in the user', () => expect(parseSipUri('sip:null-%00-null@h')?.user).toBe('null-\0-null'));
  test('keeps a question mark and a semicolon in the user', () => expect(parseSipUri("sip:1_u.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1@h;x=y")).toMatchObject({ user: "1_u.URI~(to-be!sure)&isn't+it$/crazy?,/;;*", password: '&it+has=1' }));
  test('reads IPv6 references', () => expect(parseSipUri('sip:[2001:DB8::10]:5070;lr')).toMatchObject({ host: '2001:db8::10', port: 5070, hostPort: '[2001:db8::10]:5070' }));
  test('reads the three colons of an old grammar as two', () => expect(parseSipUri('sip:u@[2001:db8:::192.0.2.1]')?.host).toBe('2001:db8::192.0.2.1'));
  test('tells a port in the brackets from one behind them', () => {
    expect(parseSipUri('sip:[2001:db8::10:5070]')?.port).toBeUndefined();
    expect(parseSipUri('sip:[2001:db8::10]:5070')?.port).toBe(5070);
  });
  test.each(['sip:', 'sip:@h', 'sip:a@', 'sip:2001:db8::10', 'sip:a@h:port', 'sip:a@h:70000', 'sip:a@h;', 'sip:a@h;=x', 'sip:a@h?x', 'sip:a%4@h', 'sip:a b@h', 'sip:a@[::g]', 'sip:a@[::1', 'sip:a@h<', 'http://h'])('refuses %s', (text) => {
    expect(parseSipUri(text)).toBeUndefined();
  });
  test('writes parts so that they read back the same', () => {
    const uri = new SipUri({ user: 'a@b:c/ü', password: 'p@', host: '2001:DB8::1', port: 5061, params: new Map([['x', 'a;b']]), headers: new Map([['subject', 'a&b=c']]) });
    expect(uri.raw).toBe('sip:a%40b%3Ac/%C3%BC:p%40@[2001:db8::1]:5061;x=a%3Bb?subject=a%26b%3Dc');
    expect(parseSipUri(uri.raw)).toMatchObject({ user: 'a@b:c/ü', password: 'p@', host: '2001:db8::1' });
    expect(uri.with({ port: undefined, user: 'z', password: undefined }).hostPort).toBe('[2001:db8::1]');
  });
});

describe('parseTelUri', () => {
  test('drops separators and keeps parameters', () => {
    const uri = parseTelUri('tel:+1-(201).555-0123;phone-context=example.com');
    expect(uri).toMatchObject({ number: '+12015550123', global: true });
    expect(uri?.params.get('phone-context')).toBe('example.com');
  });
  test('reads local numbers with their letters', () => expect(parseTelUri('TEL:*21#')).toMatchObject({ number: '*21#', global: false }));
  test.each(['tel:', 'tel:+', 'tel:+12A', 'tel:hello', 'tel:1;'])('refuses %s', (text) => expect(parseTelUri(text)).toBeUndefined());
});

describe('urisEqual', () => {
  const equal = (a: string, b: string): boolean => {
    const [left, right] = [parseUri(a), parseUri(b)];
    if (left === undefined || right === undefined) throw new Error('malformed');
    expect(urisEqual(right, left)).toBe(urisEqual(left, right));
    return urisEqual(left, right);
  };
  // The examples of RFC 3261 §19.1.4.
  test.each([
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;newparam=5'],
    ['sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com', 'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com'],
    ['sip:alice@atlanta.com?subject=project%20x&priority=urgent', 'sip:alice@atlanta.com?priority=urgent&subject=project%20x'],
    ['tel:+1-201-555-0123', 'tel:+12015550123'],
  ])('%s equals %s', (a, b) => expect(equal(a, b)).toBe(true));
  test.each([
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
    ['sip:a@h', 'sips:a@h'],
    ['sip:a@h', 'tel:1'],
  ])('%s differs from %s', (a, b) => expect(equal(a, b)).toBe(false));
});
