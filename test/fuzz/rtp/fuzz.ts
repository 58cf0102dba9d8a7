import { numberOf, type Fuzzer } from '../fuzz.ts';
import { fuzzCalls } from './call-fuzz.ts';
import { fuzzPackets } from './packet-fuzz.ts';

/** Mutated packets by themselves, then calls under attack. */
export const fuzzer: Fuzzer = {
  usage: 'npm run fuzz -- rtp [--packets 1000000] [--attack 500000] [--seed 1]',
  run({ args, say }) {
    const seed = numberOf(args, '--seed', 1);
    const packets = fuzzPackets({ packets: numberOf(args, '--packets', 1_000_000), seed, say });
    say(packets.summary);
    const calls = fuzzCalls({ packets: numberOf(args, '--attack', 500_000), seed, say });
    return Promise.resolve({ summary: `${packets.summary}; ${calls.summary}`, faults: [...packets.faults, ...calls.faults] });
  },
};
