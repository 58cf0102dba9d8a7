import { splitList } from '../../../../src/sip/message/grammar.ts';
import { formatNameAddr, parseNameAddr } from '../../../../src/sip/message/name-addr.ts';
import { formatVia, parseVia } from '../../../../src/sip/message/via.ts';
import { SipUri } from '../../../../src/sip/uri/sip-uri.ts';

describe('parseNameAddr', () => {
  test.each<[string, string | undefined, string, string | undefined]>([
    ['<sip:a@h>', undefined, 'sip:a@h', undefined],
    ['"A \\"B\\" C" <sip:a@h>;tag=x', 'A "B" C', 'sip:a@h', 'x'],
    ['Alice Smith<sip:a@h> ; tag = x', 'Alice Smith', 'sip:a@h', 'x'],
    ['sip:a@h;tag=x', undefined, 'sip:a@h', 'x'],
    ['"<sip:evil@h>" <sip:a@h;lr>', '<sip:evil@h>', 'sip:a@h;lr', undefined],
    ['tel:+15551234567;tag=x', undefined, 'tel:+15551234567', 'x'],
    ['"" <sip:a@h>', '', 'sip:a@h', undefined],
  ])('%s', (text, displayName, raw, tag) => {
    const value = parseNameAddr(text);
    expect([value?.displayName, value?.uri.raw, value?.tag]).toEqual([displayName, raw, tag]);
  });

  test.each(['', '<>', '<sip:a@h', '"open <sip:a@h>', '"A" sip:a@h', '<sip:a@h> junk', '<sip:a@h>;=x', '<sip:a@h>;a="b', 'no uri', '<sip:a@h>;;tag=x'])('refuses %s', (text) => {
    expect(parseNameAddr(text)).toBeUndefined();
  });

  test('a parameter behind an address without brackets belongs to the header', () => {
    const value = parseNameAddr('sip:+1655@h;user=phone');
    expect(value?.params.get('user')).toBe('phone');
    expect(value?.uri.kind === 'sip' && value.uri.params.size).toBe(0);
  });

  test('writes what it reads', () => {
    const uri = new SipUri({ user: 'a b', host: 'H', params: new Map([['lr', null]]) });
    const text = formatNameAddr({ displayName: 'A "B"', uri, params: new Map([['tag', 'x'], ['note', 'a b'], ['ob', null]]) });
    expect(text).toBe('"A \\"B\\"" <sip:a%20b@h;lr>;tag=x;note="a b";ob');
    expect(parseNameAddr(text)).toMatchObject({ displayName: 'A "B"', tag: 'x' });
  });
});

describe('parseVia', () => {
  test('reads spaces where the grammar allows them', () => {
    expect(parseVia('SIP  / 2.0 / UDP  192.0.2.2 : 5061 ; branch = 390skdjuw')).toMatchObject({ transport: 'UDP', host: '192.0.2.2', port: 5061, branch: '390skdjuw' });
  });
  test('reads IPv6 sent-by and received with and without brackets', () => {
    expect(parseVia('SIP/2.0/UDP [2001:DB8::9:1]:6050;received=[2001:db8::9:255];branch=z9hG4bKas3')).toMatchObject({ host: '2001:db8::9:1', port: 6050, received: '2001:db8::9:255' });
    expect(parseVia('SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255')).toMatchObject({ received: '2001:db8::9:255' });
  });
  test('tells an rport that asks from one that answers', () => {
    expect([parseVia('SIP/2.0/UDP h')?.rport, parseVia('SIP/2.0/UDP h;rport')?.rport, parseVia('SIP/2.0/UDP h;rport=5070')?.rport]).toEqual([undefined, null, 5070]);
  });
  test.each(['', 'SIP/2.0', 'SIP/2.0/UDP', 'SIP/2.0/UDP ', 'SIP/2.0/UDP ;branch=x', 'SIP/2.0/UDP a b', 'SIP/2.0/UDP h:99999', 'SIP/2.0/UDP [::1', 'SIP/2.0/UDP h;rport=x', 'UDP h', ';,;'])('refuses %s', (text) => {
    expect(parseVia(text)).toBeUndefined();
  });
  test('writes what it reads', () => {
    expect(formatVia({ transport: 'udp', host: '::1', port: 5060, params: new Map([['branch', 'z9hG4bK1'], ['rport', null]]) })).toBe('SIP/2.0/UDP [::1]:5060;branch=z9hG4bK1;rport');
  });
});

describe('splitList', () => {
  test('keeps quoted strings and bracketed addresses whole', () => {
    expect(splitList(' "a, \\", b" <sip:c,d@h>;x="1,2" , e,, f ')).toEqual(['"a, \\", b" <sip:c,d@h>;x="1,2"', 'e', 'f']);
  });
  test('an open quote takes the rest', () => expect(splitList('a, "b, c')).toEqual(['a', '"b, c']));
});
