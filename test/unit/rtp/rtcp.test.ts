import { readRtcp, RtcpWriter, type RtcpReader } from '../../../src/rtp/rtcp.ts';

function recorder(): RtcpReader & { calls: unknown[][] } {
  const calls: unknown[][] = [];
  const note = (name: string) => (...args: unknown[]): void => void calls.push([name, ...args]);
  return { calls, senderReport: note('sr'), reportBlock: note('block'), bye: note('bye'), voipMetrics: note('xr') };
}

test('a sender report with a block, a name, VoIP metrics and a farewell is read as it was written', () => {
  const writer = new RtcpWriter();
  writer.senderReport(1, 0xe0000000, 5, 160, 10, 1600).reportBlock(2, 25, -3, 70000, 12, 0x11112222, 65536).cname(1, 'nailup@192.0.2.1')
    .voipMetrics(1, 2, 10, 3, 40, 88, 4.2, 30, 300).bye(1);
  expect(writer.length % 4).toBe(0);
  const reader = recorder();
  expect(readRtcp(writer.bytes, 0, writer.length, reader)).toBe(true);
  expect(reader.calls).toEqual([
    ['sr', 1, 0xe0000000, 5, 160, 10, 1600], ['block', 1, 2, 25, -3, 70000, 12, 0x11112222, 65536], ['xr', 1, 2, 10, 3, 40, 88, 42, 42], ['bye', 1],
  ]);
});

test('a receiver report without blocks and names of any length stay aligned', () => {
  const writer = new RtcpWriter();
  for (let size = 0; size < 9; size++) {
    writer.receiverReport(7).cname(7, 'x'.repeat(size));
    expect(writer.length % 4).toBe(0);
    expect(readRtcp(writer.bytes, 0, writer.length, recorder())).toBe(true);
  }
});

test('lengths that do not add up are refused before anything is told', () => {
  const writer = new RtcpWriter();
  writer.senderReport(1, 0, 0, 0, 0, 0).cname(1, 'name');
  for (const length of [0, 4, 7, 30, writer.length - 4]) {
    const reader = recorder();
    expect(readRtcp(writer.bytes, 0, length, reader)).toBe(false);
    expect(reader.calls).toEqual([]);
  }
});

test('random octets never throw', () => {
  let seed = 9;
  for (let round = 0; round < 2000; round++) {
    const bytes = new Uint8Array(64);
    for (let i = 0; i < 64; i++) bytes[i] = (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 24;
    bytes[0] = 0x80 | (bytes[0]! & 0x3f);
    bytes[1] = 200 + (bytes[1]! % 8);
    bytes[2] = 0;
    bytes[3] = bytes[3]! % 16;
    readRtcp(bytes, 0, 64, recorder());
  }
});
