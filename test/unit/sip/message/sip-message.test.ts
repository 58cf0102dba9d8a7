import { createResponse } from '../../../../src/sip/message/create-response.ts';
import { parseDatagram } from '../../../../src/sip/message/parse-message.ts';
import { serialize } from '../../../../src/sip/message/serialize.ts';
import { SipRequest, STAR } from '../../../../src/sip/message/sip-message.ts';

function sample(method = 'INVITE'): SipRequest {
  return new SipRequest(method, 'sip:b@h')
    .append('Via', 'SIP/2.0/UDP p1;branch=z9hG4bK2')
    .append('Via', 'SIP/2.0/UDP p2;branch=z9hG4bK1, SIP/2.0/TCP c;branch=z9hG4bK0')
    .append('From', '<sip:a@h>;tag=1')
    .append('To', '<sip:b@h>')
    .append('Call-ID', 'x')
    .append('CSeq', `7 ${method}`)
    .append('Record-Route', '<sip:p2;lr>')
    .append('Timestamp', '54')
    .append('Subject', 'no');
}

describe('a message', () => {
  test('forgets a typed value when its header changes', () => {
    const request = sample();
    expect(request.toTag).toBeUndefined();
    request.set('To', '<sip:b@h>;tag=9');
    expect(request.toTag).toBe('9');
    expect(request.topVia?.host).toBe('p1');
    request.prepend('Via', 'SIP/2.0/UDP new;branch=z9hG4bK3');
    expect(request.topVia?.host).toBe('new');
    expect(request.vias?.map(({ host }) => host)).toEqual(['new', 'p1', 'p2', 'c']);
  });

  test('replaces and removes the first value of a list and leaves the others', () => {
    const request = sample();
    request.headers.replaceFirst('via', 'SIP/2.0/UDP p1;branch=z9hG4bK2;received=192.0.2.9');
    expect(request.topVia?.received).toBe('192.0.2.9');
    request.headers.replaceFirst('Via', undefined);
    request.headers.replaceFirst('Via', undefined);
    expect(request.all('v')).toEqual(['SIP/2.0/TCP c;branch=z9hG4bK0']);
  });

  test('sets several lines at the place of the old one', () => {
    const request = sample().set('Via', ['SIP/2.0/UDP x', 'SIP/2.0/UDP y']);
    expect(request.headers.fields.slice(0, 3).map(({ value }) => value)).toEqual(['SIP/2.0/UDP x', 'SIP/2.0/UDP y', '<sip:a@h>;tag=1']);
  });

  test('tells Contact: * from an address and an absent one', () => {
    expect(sample().contacts).toEqual([]);
    expect(sample().append('m', '*').contacts).toEqual([STAR]);
    expect(sample().append('Contact', '<sip:a,b@h>, "x, y" <sip:c@h>;q=0.5').contacts).toHaveLength(2);
    expect(sample().append('Contact', '<sip:').contacts).toBeUndefined();
  });

  test('never lets a value smuggle in a header line', () => {
    const octets = serialize(sample().set('Subject', 'a\r\nEvil: 1\nb')).toString();
    expect(octets).toContain('Subject: a Evil: 1 b\r\n');
    expect(octets).not.toContain('\nEvil');
  });

  test('a header named like a property of objects is only a header', () => {
    const request = sample().append('constructor', '1').append('__proto__', '2');
    expect([request.get('Constructor'), request.get('__PROTO__'), request.get('toString')]).toEqual(['1', '2', undefined]);
  });

  test('a copy changes alone', () => {
    const request = sample();
    request.clone().set('Subject', 'other').remove('Via');
    expect([request.get('Subject'), request.all('Via').length]).toEqual(['no', 3]);
  });
});

describe('serialize', () => {
  test('writes what parses to the same message, in canonical and in compact names', () => {
    const request = sample().setBody('v=0\r\n', 'application/sdp');
    for (const compact of [false, true]) {
      const parsed = parseDatagram(serialize(request, { compact }));
      if (!parsed.ok) throw new Error(parsed.error.detail);
      expect(parsed.value.headers.fields.filter(({ key }) => key !== 'Content-Length')).toEqual(request.headers.fields);
      expect(parsed.value.body.toString()).toBe('v=0\r\n');
    }
    expect(serialize(request, { compact: true }).toString()).toMatch(/\r\nc: application\/sdp\r\nl: 5\r\n\r\nv=0/);
  });

  test('counts Content-Length in octets and trusts no header for it', () => {
    expect(serialize(sample().set('Content-Length', '99').setBody('é', 'text/plain')).toString()).toContain('Content-Length: 2\r\n\r\n');
  });

  test('writes octets that are no UTF-8 as they came', () => {
    const octets = Buffer.from('OPTIONS sip:b@h SIP/2.0\r\nSubject: \xff\xfe\r\nContent-Length: 0\r\n\r\n', 'latin1');
    const parsed = parseDatagram(octets);
    expect(parsed.ok && serialize(parsed.value).equals(octets)).toBe(true);
  });
});

describe('createResponse', () => {
  test('copies Via lines, From, To, Call-ID and CSeq and adds the tag', () => {
    const response = createResponse(sample('BYE'), 481, { toTag: 'abc' });
    expect(response.reason).toBe('Call/Transaction Does Not Exist');
    expect(response.headers.fields.map(({ name }) => name)).toEqual(['Via', 'Via', 'From', 'To', 'Call-ID', 'CSeq']);
    expect(response.get('To')).toBe('<sip:b@h>;tag=abc');
  });

  test('keeps a tag that is there, and gives none to a 100, which carries Timestamp', () => {
    expect(createResponse(sample().set('To', '<sip:b@h>;tag=1'), 200, { toTag: 'abc' }).get('To')).toBe('<sip:b@h>;tag=1');
    const trying = createResponse(sample(), 100, { toTag: 'abc' });
    expect([trying.get('To'), trying.get('Timestamp'), trying.get('Record-Route')]).toEqual(['<sip:b@h>', '54', undefined]);
  });

  test('copies Record-Route into what makes a dialog', () => {
    expect(createResponse(sample(), 180).get('Record-Route')).toBe('<sip:p2;lr>');
    expect(createResponse(sample(), 486).get('Record-Route')).toBeUndefined();
  });
});
