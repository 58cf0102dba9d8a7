import { ownCorpus } from '../../../fuzz/sip/corpus.ts';
import { fuzzMessages } from '../../../fuzz/sip/message-fuzz.ts';
import { mutate } from '../../../fuzz/sip/mutate.ts';
import { SeededRandom } from '../../../../src/kernel/random.ts';

describe('mutated messages', () => {
  it('throw nothing, take no time, and survive their own serialisation', () => {
    const { faults, summary } = fuzzMessages({ messages: 5_000, seed: 11, corpus: ownCorpus, maxMs: 500 });
    expect(faults).toEqual([]);
    // Both kinds were there: the mutations neither break everything nor nothing.
    expect(Number(/(\d+) accepted/.exec(summary)?.[1])).toBeGreaterThan(1_000);
    expect(Number(/(\d+) accepted/.exec(summary)?.[1])).toBeLessThan(4_500);
  });

  it('are the same for the same seed', () => {
    const made = (seed: number): string => mutate(ownCorpus[0] as Buffer, ownCorpus, new SeededRandom(seed)).toString('base64');
    expect(made(3)).toBe(made(3));
    expect(made(3)).not.toBe(made(4));
  });

  it('that are found faulty are told', () => {
    const { faults } = fuzzMessages({ messages: 3, seed: 1, corpus: ownCorpus, maxMs: -1, stopAfter: 2 });
    expect(faults).toHaveLength(2);
    expect(faults[0]).toMatch(/ms for one message: base64 /);
  });
});
