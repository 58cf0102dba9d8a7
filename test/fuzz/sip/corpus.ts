import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const sdp = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n';
const message = (start: string, headers: readonly string[], body = ''): Buffer =>
  Buffer.from([start, ...headers, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'));
const dialog = ['From: "Ada \\"the\\" Count" <sip:ada@example.org;user=phone>;tag=a1', 'To: <sips:bob@[2001:db8::1]:5061>;tag=b2', 'Call-ID: 3848276298220188511@example.org'];
const via = 'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776;rport, SIP/2.0/TLS [2001:db8::9];branch=z9hG4bK1;received=192.0.2.9';

/** Messages of every kind that this stack reads, to begin with; a run adds what folders hold. */
export const ownCorpus: readonly Buffer[] = [
  message('INVITE sip:bob@example.org;transport=tcp?Subject=x SIP/2.0', [
    via, ...dialog, 'CSeq: 1 INVITE', 'Max-Forwards: 70', 'Contact: <sip:ada@192.0.2.1>;expires=3600;q=0.5', 'Route: <sip:p1.example.org;lr>, <sip:p2.example.org>',
    'Allow: INVITE, ACK, CANCEL, BYE, UPDATE', 'Supported: timer, 100rel', 'Session-Expires: 1800;refresher=uac', 'Min-SE: 90', 'Replaces: c@d;to-tag=1;from-tag=2;early-only',
    'P-Asserted-Identity: "Ada" <sip:ada@example.org>, <tel:+4930>', 'History-Info: <sip:a@b?Reason=SIP%3Bcause%3D486>;index=1, <sip:c@d>;index=1.1', 'Diversion: <tel:+4989>;reason=user-busy',
    'User-to-User: 00C8;encoding=hex', 'Accept: application/sdp, */*;q=0.1', 'Date: Sat, 13 Nov 2010 23:29:00 GMT', 'Content-Type: application/sdp',
  ], sdp),
  message('SIP/2.0 200 OK', [via, ...dialog, 'CSeq: 1 INVITE', 'Record-Route: <sip:p2.example.org;lr>', 'Record-Route: <sip:p1.example.org;lr;ftag=1>', 'm: <sip:bob@192.0.2.4>', 'k: timer', 'c: application/sdp'], sdp),
  message('SIP/2.0 407 Proxy Authentication Required', [via, ...dialog, 'CSeq: 2 INVITE', 'Proxy-Authenticate: Digest realm="a, b", nonce="x\\"y", qop="auth,auth-int", algorithm=SHA-256', 'Warning: 307 example.org "no, thanks"', 'Retry-After: 120 (later);duration=60']),
  message('REGISTER sip:example.org SIP/2.0', [via, ...dialog, 'CSeq: 9 REGISTER', 'Contact: *', 'Expires: 0', 'Authorization: Digest username="bob", realm="r", nonce="n", uri="sip:example.org", response="0123456789abcdef0123456789abcdef", nc=00000001, cnonce="c", qop=auth', 'Path: <sip:edge.example.org;lr;ob>']),
  message('REFER tel:+1-201-555-0123;phone-context=example.org SIP/2.0', [via, ...dialog, 'CSeq: 3 REFER', 'Refer-To: <sip:c@d?Replaces=x%40y%3Bto-tag%3D1%3Bfrom-tag%3D2>', 'Referred-By: <sip:a@b>', 'Contact: <sip:a@b>']),
  message('NOTIFY sip:a@b SIP/2.0', [via, ...dialog, 'CSeq: 4 NOTIFY', 'Event: refer;id=3', 'Subscription-State: terminated;reason=noresource', 'Content-Type: message/sipfrag;version=2.0'], 'SIP/2.0 200 OK\r\n'),
  message('PRACK sip:a@b SIP/2.0', [via, ...dialog, 'CSeq: 5 PRACK', 'RAck: 776656 1 INVITE', 'Require: 100rel']),
  message('MESSAGE sip:a@b SIP/2.0', [via, ...dialog, 'CSeq: 6 MESSAGE', 'Subject: caf\u00e9\r\n\tand more', 'Content-Type: multipart/mixed;boundary="b"'], '--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b--\r\n'),
];

/** Every message below a folder: .dat, .sip and .txt files, and the cases of the parse suite's .json. */
export function messagesBelow(path: string): Buffer[] {
  if (statSync(path).isDirectory()) return readdirSync(path).sort().flatMap((name) => messagesBelow(join(path, name)));
  if (/\.(dat|sip|txt)$/.test(path)) return [readFileSync(path)];
  if (!path.endsWith('.json')) return [];
  const content = JSON.parse(readFileSync(path, 'utf8')) as { cases?: { message?: string }[] };
  return Array.isArray(content.cases) ? content.cases.flatMap(({ message: text }) => (text === undefined ? [] : [Buffer.from(text)])) : [];
}
