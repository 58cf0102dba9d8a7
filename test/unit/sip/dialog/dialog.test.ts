import { Dialog } from '../../../../src/sip/dialog/dialog.ts';
import { parseDatagram } from '../../../../src/sip/message/parse-message.ts';
import type { SipRequest, SipResponse } from '../../../../src/sip/message/sip-message.ts';

function parse(text: string): SipRequest | SipResponse {
  const parsed = parseDatagram(Buffer.from(text.replaceAll('\n', '\r\n')));
  if (!parsed.ok) throw new Error(parsed.error.detail);
  return parsed.value;
}
const invite = (records = ''): SipRequest => parse(`INVITE sip:callee@u2.domain.com SIP/2.0
Via: SIP/2.0/UDP p2.domain.com;branch=z9hG4bK1
${records}From: <sip:caller@u1.example.com>;tag=a
To: <sip:callee@u2.domain.com>
Call-ID: c@1
CSeq: 314 INVITE
Contact: <sip:caller@u1.example.com>
Content-Length: 0

`) as SipRequest;
const ok = (records = ''): SipResponse => parse(`SIP/2.0 200 OK
Via: SIP/2.0/UDP u1.example.com;branch=z9hG4bK1
${records}From: <sip:caller@u1.example.com>;tag=a
To: <sip:callee@u2.domain.com>;tag=b
Call-ID: c@1
CSeq: 314 INVITE
Contact: <sip:callee@u2.domain.com:5070>
Content-Length: 0

`) as SipResponse;

describe('a dialog', () => {
  it('of the caller takes the route set backwards and sends to the first loose route (RFC 3261 §16.12.1.1)', () => {
    const dialog = Dialog.ofClient(invite(), ok('Record-Route: <sip:p2.domain.com;lr>,\n <sip:p1.example.com;lr>\n'));
    const bye = dialog.request('BYE');
    expect(bye.requestUri).toBe('sip:callee@u2.domain.com:5070');
    expect(bye.headers.lines('Route')).toEqual(['<sip:p1.example.com;lr>', '<sip:p2.domain.com;lr>']);
    expect(bye.get('CSeq')).toBe('315 BYE');
    expect(bye.get('To')).toBe('<sip:callee@u2.domain.com>;tag=b');
    expect(dialog.nextHop()?.host).toBe('p1.example.com');
  });

  it('of the called side takes it forwards, and its parties are turned round', () => {
    const dialog = Dialog.ofServer(invite('Record-Route: <sip:p2.domain.com;lr>\nRecord-Route: <sip:p1.example.com;lr>\n'), 'b');
    const bye = dialog.request('BYE');
    expect(bye.requestUri).toBe('sip:caller@u1.example.com');
    expect(bye.headers.lines('Route')).toEqual(['<sip:p2.domain.com;lr>', '<sip:p1.example.com;lr>']);
    expect([bye.get('From'), bye.get('To')]).toEqual(['<sip:callee@u2.domain.com>;tag=b', '<sip:caller@u1.example.com>;tag=a']);
    expect(dialog.key).toBe('c@1|b|a');
  });

  it('gives a strict router its own URI and puts the target last (RFC 3261 §12.2.1.1)', () => {
    const dialog = Dialog.ofClient(invite(), ok('Record-Route: <sip:p2.domain.com;lr>, <sip:p1.example.com>\n'));
    const bye = dialog.request('BYE');
    expect(bye.requestUri).toBe('sip:p1.example.com');
    expect(bye.headers.lines('Route')).toEqual(['<sip:p2.domain.com;lr>', '<sip:callee@u2.domain.com:5070>']);
    expect(dialog.nextHop()?.host).toBe('p1.example.com');
  });

  it('refuses an older CSeq of the peer, and follows its new Contact', () => {
    const dialog = Dialog.ofServer(invite(), 'b');
    const next = invite();
    expect(dialog.accept(next)).toBe(true);
    next.set('CSeq', '313 INFO');
    expect(dialog.accept(next)).toBe(false);
    next.set('Contact', '<sip:caller@192.0.2.9:5099>');
    dialog.refreshTarget(next);
    expect(dialog.request('BYE').requestUri).toBe('sip:caller@192.0.2.9:5099');
    expect(dialog.nextHop()?.port).toBe(5099);
  });

  it('acknowledges with the number of the INVITE and does not count it', () => {
    const dialog = Dialog.ofClient(invite(), ok());
    expect(dialog.request('ACK', 314).get('CSeq')).toBe('314 ACK');
    expect(dialog.request('BYE').get('CSeq')).toBe('315 BYE');
  });
});
