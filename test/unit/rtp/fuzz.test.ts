import { fuzzCalls } from '../../fuzz/rtp/call-fuzz.ts';
import { fuzzPackets } from '../../fuzz/rtp/packet-fuzz.ts';

test('mutated packets neither throw nor are read beyond their end, and no forged SRTP is believed', () => {
  expect(fuzzPackets({ packets: 2_000, seed: 3, say: () => undefined }).faults).toEqual([]);
});

test('calls under attack hear their own party alone, and go on', () => {
  expect(fuzzCalls({ packets: 6_000, seed: 3, say: () => undefined }).faults).toEqual([]);
}, 60_000);
