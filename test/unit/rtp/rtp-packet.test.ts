import { RtpPacket, isRtcp, writeRtpHeader } from '../../../src/rtp/rtp-packet.ts';

const packet = new RtpPacket();

test('what is written is read back', () => {
  const bytes = new Uint8Array(32);
  writeRtpHeader(bytes, 4, 101, true, 65535, 4294967295, 0xdeadbeef);
  expect(packet.parse(bytes, 4, 20)).toBe(true);
  expect(packet).toMatchObject({ payloadType: 101, marker: true, sequence: 65535, timestamp: 4294967295, ssrc: 0xdeadbeef, payloadOffset: 16, payloadLength: 8 });
});

test('contributing sources, a header extension and padding are left out of the payload', () => {
  const bytes = new Uint8Array(12 + 8 + 8 + 10 + 4);
  bytes[0] = 0x80 | 0x20 | 0x10 | 2;
  bytes[12 + 8 + 3] = 1;
  bytes[bytes.length - 1] = 4;
  expect(packet.parse(bytes, 0, bytes.length)).toBe(true);
  expect(packet.payloadOffset).toBe(28);
  expect(packet.payloadLength).toBe(10);
});

test('truncated and contradictory packets are refused', () => {
  const bytes = new Uint8Array(40);
  writeRtpHeader(bytes, 0, 0, false, 1, 1, 1);
  expect(packet.parse(bytes, 0, 11)).toBe(false);
  expect(packet.parse(bytes, 30, 20)).toBe(false);
  expect(packet.parse(Uint8Array.of(0x40, ...new Array<number>(20).fill(0)), 0, 21)).toBe(false);
  expect(packet.parse(Uint8Array.of(0x8f, ...new Array<number>(20).fill(0)), 0, 21)).toBe(false);
  expect(packet.parse(Uint8Array.of(0xa0, ...new Array<number>(20).fill(0xff)), 0, 21)).toBe(false);
  expect(packet.parse(Uint8Array.of(0x90, ...new Array<number>(20).fill(0xff)), 0, 21)).toBe(false);
});

test('RTCP is told from RTP by its packet type', () => {
  expect(isRtcp(Uint8Array.of(0x80, 200, 0, 1, 0, 0, 0, 0), 0, 8)).toBe(true);
  expect(isRtcp(Uint8Array.of(0x80, 0, 0, 1, 0, 0, 0, 0), 0, 8)).toBe(false);
  expect(isRtcp(Uint8Array.of(0x80, 101 | 0x80, 0, 1, 0, 0, 0, 0), 0, 8)).toBe(false);
});
