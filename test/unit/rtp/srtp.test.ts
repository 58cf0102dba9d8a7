import { writeRtpHeader } from '../../../src/rtp/rtp-packet.ts';
import { RtcpWriter } from '../../../src/rtp/rtcp.ts';
import { SrtpContext } from '../../../src/rtp/srtp.ts';

/** Master key and salt of RFC 3711 B.3. */
const keySalt = Buffer.from('e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6', 'hex').toString('base64');
const suite = 'AES_CM_128_HMAC_SHA1_80';

function packet(sequence: number, size = 160): Uint8Array {
  const bytes = new Uint8Array(12 + size + 14);
  writeRtpHeader(bytes, 0, 0, false, sequence & 0xffff, sequence * 160, 0xcafebabe);
  for (let i = 0; i < size; i++) bytes[12 + i] = i;
  return bytes;
}

test('a known packet is protected as the reference implementation does', () => {
  const bytes = new Uint8Array(12 + 16 + 14);
  bytes.set(Buffer.from('800f1234decafbadcafebabe' + 'ab'.repeat(16), 'hex'));
  expect(new SrtpContext(suite, keySalt).protect(bytes, 28)).toBe(38);
  expect(Buffer.from(bytes.subarray(0, 38)).toString('hex')).toBe('800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb');
});

test.each([suite, 'AES_CM_128_HMAC_SHA1_32'] as const)('%s: what is protected is read back, over the wrap of the sequence number', (which) => {
  const out = new SrtpContext(which, keySalt);
  const back = new SrtpContext(which, keySalt);
  for (let i = 65_500; i < 65_600; i++) {
    const bytes = packet(i);
    const length = out.protect(bytes, 172);
    expect(length).toBe(172 + (which === suite ? 10 : 4));
    expect(back.unprotect(bytes, length)).toBe(172);
    expect(bytes.subarray(0, 172)).toEqual(packet(i).subarray(0, 172));
  }
});

test('replayed, forged and truncated packets are refused, reordered ones are not', () => {
  const out = new SrtpContext(suite, keySalt);
  const back = new SrtpContext(suite, keySalt);
  const sent = Array.from({ length: 100 }, (_, i) => {
    const bytes = packet(1000 + i);
    return { bytes, length: out.protect(bytes, 172) };
  });
  const read = (i: number): number => back.unprotect(Uint8Array.from(sent[i]!.bytes), sent[i]!.length);
  expect(read(0)).toBe(172);
  expect(read(0)).toBe(-1);
  expect(read(40)).toBe(172);
  expect(read(2)).toBe(172);
  expect(read(39)).toBe(172);
  expect(read(39)).toBe(-1);
  expect(read(2)).toBe(-1);
  expect(read(99)).toBe(172);
  expect(read(20)).toBe(-1); // older than the window
  const forged = Uint8Array.from(sent[50]!.bytes);
  forged[20]! ^= 1;
  expect(back.unprotect(forged, sent[50]!.length)).toBe(-1);
  expect(back.unprotect(Uint8Array.from(sent[51]!.bytes), 20)).toBe(-1);
  expect(read(50)).toBe(172);
});

test('a forged packet far ahead does not move the window', () => {
  const out = new SrtpContext(suite, keySalt);
  const back = new SrtpContext(suite, keySalt);
  const first = packet(1);
  back.unprotect(first, out.protect(first, 172));
  expect(back.unprotect(packet(30_000), 182)).toBe(-1);
  const second = packet(2);
  expect(back.unprotect(second, out.protect(second, 172))).toBe(172);
});

test('RTCP is protected with its index, and not taken twice', () => {
  const out = new SrtpContext(suite, keySalt);
  const back = new SrtpContext(suite, keySalt);
  for (let i = 0; i < 5; i++) {
    const writer = new RtcpWriter().senderReport(7, 1, 2, 3, 4, 5).cname(7, 'someone');
    const plain = Uint8Array.from(writer.bytes.subarray(0, writer.length));
    const bytes = Uint8Array.from(writer.bytes);
    const length = out.protectRtcp(bytes, writer.length);
    expect(Buffer.from(bytes.subarray(8, 16))).not.toEqual(Buffer.from(plain.subarray(8, 16)));
    const again = Uint8Array.from(bytes);
    expect(back.unprotectRtcp(bytes, length)).toBe(writer.length);
    expect(bytes.subarray(0, writer.length)).toEqual(plain);
    expect(back.unprotectRtcp(again, length)).toBe(-1);
  }
});
