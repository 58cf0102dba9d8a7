import { drawLadder, traceLine } from '../../../src/observe/ladder.ts';
import { pcapFile } from '../../../src/observe/pcap-writer.ts';
import { printStatistics, sipStatistics } from '../../../src/observe/sip-statistics.ts';
import { maskSecrets } from '../../../src/observe/wire-mask.ts';
import { WireTrace, type WireFlow } from '../../../src/observe/wire-trace.ts';

const flow = (remoteAddress = '192.0.2.9', remotePort = 5080, transport = 'udp'): WireFlow => ({ transport, local: { host: '192.0.2.1', port: 5060 }, remoteAddress, remotePort });
const message = (first: string, cseq: string, callId = 'one@test', more: readonly string[] = [], body = ''): Buffer =>
  Buffer.from([first, `Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK${cseq.replace(' ', '')}`, 'From: "A" <sip:+4930111@carrier.test>;tag=a', 'To: <sip:+4930901820@carrier.test>', `Call-ID: ${callId}`, `CSeq: ${cseq}`, ...more, `Content-Length: ${body.length}`, '', body].join('\r\n'));
const invite = (callId?: string): Buffer => message('INVITE sip:+4930901820@carrier.test SIP/2.0', '1 INVITE', callId, ['Content-Type: application/sdp'], 'v=0\r\n');

function clocked(): { trace: WireTrace; pass(ms: number): void } {
  let now = Date.UTC(2026, 2, 2, 10, 15);
  return { trace: new WireTrace({ clock: { now: () => now }, messages: 100, bytes: 100_000 }), pass: (ms) => void (now += ms) };
}

function aCall(): WireTrace {
  const { trace, pass } = clocked();
  trace.record('out', invite(), flow());
  pass(500);
  trace.record('out', invite(), flow());
  trace.record('in', message('SIP/2.0 180 Ringing', '1 INVITE'), flow());
  pass(2_000);
  trace.record('in', message('SIP/2.0 200 OK', '1 INVITE', undefined, ['Content-Type: application/sdp'], 'v=0\r\n'), flow());
  trace.record('out', message('ACK sip:+4930901820@192.0.2.9 SIP/2.0', '1 ACK'), flow());
  trace.record('in', message('BYE sip:nailup@192.0.2.1 SIP/2.0', '1 BYE'), flow('192.0.2.10', 5060));
  trace.record('out', message('SIP/2.0 200 OK', '1 BYE'), flow('192.0.2.10', 5060));
  return trace;
}

describe('the trace of the wire', () => {
  it('keeps no more messages than it may, and forgets the oldest', () => {
    const trace = new WireTrace({ clock: { now: () => 0 }, messages: 3, bytes: 1_000_000 });
    for (let i = 1; i <= 5; i += 1) trace.record('in', invite(`${i}`), flow());
    expect(trace.messages().map(({ serial }) => serial)).toEqual([3, 4, 5]);
    expect(trace.size).toMatchObject({ messages: 3, seen: 5 });
  });

  it('keeps no more octets than it may', () => {
    const one = invite('1').length;
    const trace = new WireTrace({ clock: { now: () => 0 }, messages: 100, bytes: one * 2 + 1 });
    for (let i = 1; i <= 5; i += 1) trace.record('in', invite(`${i}`), flow());
    trace.record('in', Buffer.alloc(one * 3), flow());
    expect(trace.messages().map(({ serial }) => serial)).toEqual([4, 5]);
    expect(trace.size.bytes).toBe(one * 2);
  });

  it('holds nothing when it is switched off', () => {
    const trace = new WireTrace({ clock: { now: () => 0 }, messages: 0, bytes: 100_000 });
    trace.record('in', invite(), flow());
    expect(trace.messages()).toEqual([]);
  });

  it('finds a call by Call-ID, by the number called in any spelling, and by the caller', () => {
    const trace = aCall();
    trace.record('out', Buffer.from(invite('two@test').toString('latin1').replaceAll('+4930901820', '+4930901821')), flow());
    for (const word of ['one@test', '+4930901820', '4930901820', '+49 30 901820', 'sip:+4930901820@carrier.test']) expect([word, [...trace.callIds(word)]]).toEqual([word, ['one@test']]);
    expect([...trace.callIds('+4930111')]).toEqual(['one@test', 'two@test']);
    expect([...trace.callIds('+4930901820', { from: 0, to: 1 })]).toEqual([]);
    expect(trace.messages({ callIds: trace.callIds('one@test') })).toHaveLength(7);
  });

  it('tells only what came after a serial', () => {
    expect(aCall().messages({ after: 5 }).map(({ serial }) => serial)).toEqual([6, 7]);
    expect(aCall().messages({ limit: 1 }).map(({ serial }) => serial)).toEqual([7]);
  });
});

describe('masking', () => {
  it('takes the proof out of Authorization, folded or not, and leaves the rest and the length', () => {
    const secret = 'REGISTER sip:a SIP/2.0\r\nAuthorization: Digest username="u", realm="r",\r\n response="0123456789abcdef0123456789abcdef", cnonce=zzzz, uri="sip:a"\r\nproxy-authorization: Basic QWxhZGRpbg==\r\nCSeq: 1 REGISTER\r\n\r\n';
    const masked = maskSecrets(secret);
    expect(masked).toHaveLength(secret.length);
    expect(masked).not.toMatch(/0123456789abcdef|zzzz|QWxh/);
    expect(masked).toContain('username="u", realm="r"');
    expect(masked).toContain('\r\nCSeq: 1 REGISTER');
  });

  it('takes out keys of encrypted media, passwords in URIs, and keyed digits', () => {
    const info = (type: string, body: string): string => maskSecrets(`INFO sip:bob:hunter2@b SIP/2.0\r\nContent-Type: ${type}\r\n\r\n${body}`);
    expect(info('application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n')).toContain('Signal=x\r\nDuration=160');
    expect(info('application/dtmf', '5')).toMatch(/\r\n\r\nx$/);
    expect(info('text/plain', '5')).toMatch(/\r\n\r\n5$/);
    expect(info('application/sdp', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:SECRETKEY|2^31')).toContain('inline:xxxxxxxxx|2^31');
    expect(info('text/plain', '')).not.toContain('hunter2');
  });
});

describe('the ladder', () => {
  it('draws who said what to whom, when, and what was said again', () => {
    const lines = drawLadder(aCall().messages()).split('\n');
    expect(lines[0]).toBe('Call-ID one@test');
    expect(lines[1]).toBe('from sip:+4930111@carrier.test to sip:+4930901820@carrier.test, 2026-03-02T10:15:00.000Z');
    expect(lines[3]?.trim().split(/\s+/)).toEqual(['192.0.2.1:5060', '192.0.2.9:5080', '192.0.2.10:5060']);
    const steps = lines.slice(5).filter((line) => line !== '').map((line) => line.replace(/─+/g, '-').replace(/\s+/g, ' ').trim());
    expect(steps).toEqual([
      '0.000 │- INVITE SDP -▶│ │', '0.500 │- INVITE SDP (again) -▶│ │', '0.500 │◀- 180 Ringing -│ │', '2.500 │◀- 200 OK SDP -│ │', '2.500 │- ACK -▶│ │', '2.500 │◀- BYE -│', '2.500 │- 200 OK (BYE) -▶│',
    ].map((step, i) => (i < 5 ? step : expect.stringContaining(step.slice(8)))));
  });

  it('prints a live message on one line', () => {
    const [first] = aCall().messages();
    expect(first === undefined ? '' : traceLine(first)).toBe('10:15:00.000 udp 192.0.2.1:5060 → 192.0.2.9:5080  INVITE SDP  one@test');
  });
});

describe('the capture', () => {
  const capture = pcapFile(aCall().messages());

  it('has the format, the addresses, and checksums that are right', () => {
    expect(capture.readUInt32BE(0)).toBe(0xa1b2c3d4);
    expect(capture.readUInt32BE(20)).toBe(101);
    let at = 24;
    let packets = 0;
    while (at < capture.length) {
      const length = capture.readUInt32BE(at + 8);
      const packet = capture.subarray(at + 16, at + 16 + length);
      expect(packet.readUInt16BE(2)).toBe(length);
      expect(sum(packet.subarray(0, 20))).toBe(0xffff);
      const pseudo = Buffer.concat([packet.subarray(12, 20), Buffer.from([0, 17]), packet.subarray(24, 26), packet.subarray(20)]);
      expect(sum(pseudo)).toBe(0xffff);
      packets += 1;
      at += 16 + length;
    }
    expect(packets).toBe(7);
    const first = capture.subarray(40);
    expect([...first.subarray(12, 20)]).toEqual([192, 0, 2, 1, 192, 0, 2, 9]);
    expect([first.readUInt16BE(20), first.readUInt16BE(22)]).toEqual([5060, 5080]);
    expect(capture.readUInt32BE(24)).toBe(Date.UTC(2026, 2, 2, 10, 15) / 1_000);
    expect(first.subarray(28, 40).toString()).toBe('INVITE sip:+');
  });

  it('writes IPv6 as IPv6', () => {
    const trace = new WireTrace({ clock: { now: () => 1_000 }, messages: 10, bytes: 10_000 });
    trace.record('in', invite(), { transport: 'tls', local: { host: '2001:db8::1', port: 5061 }, remoteAddress: '2001:db8:0:1::ff', remotePort: 40_000 });
    const packet = pcapFile(trace.messages()).subarray(40);
    expect(packet.readUInt8(0)).toBe(0x60);
    expect(packet.subarray(8, 24).toString('hex')).toBe('20010db80000000100000000000000ff');
    expect(packet.subarray(24, 40).toString('hex')).toBe('20010db8000000000000000000000001');
    expect(sum(Buffer.concat([packet.subarray(8, 40), Buffer.from([0, 17]), packet.subarray(44, 46), packet.subarray(40)]))).toBe(0xffff);
  });
});

/** RFC 1071 over everything, the checksum included: all ones when it is right. */
function sum(bytes: Buffer): number {
  let total = 0;
  for (let i = 0; i < bytes.length; i += 2) total += (bytes[i] ?? 0) * 256 + (bytes[i + 1] ?? 0);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}

describe('the counters', () => {
  it('are sorted by method, response class, transport and trunk', () => {
    const statistics = sipStatistics({ 'received.INVITE': 2, 'sent.INVITE': 3, 'sent.2xx': 4, 'received.2xx': 0, 'udp:127.0.0.1:5060.messagesSent': 9, 'tls:[2001:db8::1]:5061.keepAlives': 1, 'trunk.a.b.answered': 7, 'retransmission.INVITE': 1, 'dropped.screened': 0 });
    expect(statistics).toEqual({
      methods: { INVITE: { received: 2, sent: 3 } }, responses: { '2xx': { received: 0, sent: 4 } },
      transports: { 'udp:127.0.0.1:5060': { messagesSent: 9 }, 'tls:[2001:db8::1]:5061': { keepAlives: 1 } }, trunks: { 'a.b': { answered: 7 } }, events: { 'retransmission.INVITE': 1, 'dropped.screened': 0 },
    });
    const text = printStatistics(statistics);
    expect(text).toMatch(/^INVITE +2 +3$/m);
    expect(text).toMatch(/^a\.b +7$/m);
    expect(text).not.toContain('dropped.screened');
  });
});
