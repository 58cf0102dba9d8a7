import { SeededRandom } from '../../src/kernel/random.ts';
import { HELD_OUT_NOISE_KINDS, NOISE_KINDS } from './background-noise.ts';
import { BEEP_SHAPES, HELD_OUT_BEEP_SHAPES } from './beep.ts';
import { CalleeAudioSource, type CalleeAudio, type CalleeKind, type CalleeOptions } from './callee-audio.ts';
import type { CorpusPart } from './corpus-recipes.ts';
import type { ClipSource } from './voice-library.ts';

/** The shares in which kinds stand in the corpus. */
const SHARES: readonly (readonly [CalleeKind, number])[] = [
  ['person', 32], ['machine', 32], ['ringback', 7], ['busy', 7], ['reorder', 7], ['sit', 6], ['fax-answer', 3], ['fax-calling', 2], ['dial', 2], ['silence', 1], ['music', 1],
];

/** The held-out part differs in more than voices and sentences: noises, beeps and losses that are never tuned with. */
const HELD_OUT: CalleeOptions = { noises: HELD_OUT_NOISE_KINDS, beeps: HELD_OUT_BEEP_SHAPES, syllables: 0, snrDb: [Infinity, 32, 24, 17], loss: [0, 0, 0.01, 0.03, 0.05] };
const OPTIONS: Readonly<Record<CorpusPart, CalleeOptions>> = {
  tuning: { noises: NOISE_KINDS, beeps: BEEP_SHAPES, syllables: 0.1, snrDb: [Infinity, 35, 25, 18], loss: [0, 0, 0.01, 0.03] },
  'held-out': HELD_OUT,
  unheard: HELD_OUT,
};

/** Labelled audio, made one after another: `count` callees of one part. Deterministic from the seed. */
export function* corpus(part: CorpusPart, clips: ClipSource, count: number, seed: number, kinds?: readonly CalleeKind[], options: CalleeOptions = {}): Generator<CalleeAudio> {
  const root = new SeededRandom(seed).fork(part);
  const shares = SHARES.filter(([kind]) => kinds === undefined || kinds.includes(kind));
  const all = shares.reduce((sum, [, share]) => sum + share, 0);
  for (let i = 0; i < count; i++) {
    const random = root.fork(`callee ${i}`);
    let draw = random.next() * all;
    const kind = (shares.find(([, share]) => (draw -= share) < 0) ?? shares[0])?.[0] ?? 'person';
    yield new CalleeAudioSource(random, clips, { ...OPTIONS[part], ...options }).make(kind);
  }
}
