import { SeededRandom } from '../../src/kernel/random.ts';
import { CalleeAudioSource, type CalleeAudio, type CalleeKind } from './callee-audio.ts';
import { VoiceLibrary, type VoiceClip } from './voice-library.ts';

/** Which part of the corpus: what classifiers are tuned on, and the third that is never tuned on. */
export type CorpusPart = 'tuning' | 'held-out';

/** One third of the clips, chosen by name alone, is held out: no recording of it is ever in the other part. */
export function partOf(clip: VoiceClip): CorpusPart {
  // Both renderings of a text (…a.wav, …b.wav) go to the same part.
  const text = clip.file.replace(/[ab]?\.wav$/, '');
  let h = 2166136261;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  h ^= h >>> 15;
  return (h >>> 0) % 3 === 0 ? 'held-out' : 'tuning';
}

/** The shares in which kinds stand in the corpus. */
const SHARES: readonly (readonly [CalleeKind, number])[] = [
  ['person', 32], ['machine', 32], ['ringback', 7], ['busy', 7], ['reorder', 7], ['sit', 6], ['fax-answer', 3], ['fax-calling', 2], ['dial', 2], ['silence', 1], ['music', 1],
];

/** Labelled audio, made one after another: `count` callees of one part. Deterministic from the seed. */
export function* corpus(part: CorpusPart, count: number, seed: number, kinds?: readonly CalleeKind[]): Generator<CalleeAudio> {
  const library = new VoiceLibrary();
  const root = new SeededRandom(seed).fork(part);
  const shares = SHARES.filter(([kind]) => kinds === undefined || kinds.includes(kind));
  const all = shares.reduce((sum, [, share]) => sum + share, 0);
  for (let i = 0; i < count; i++) {
    const random = root.fork(`callee ${i}`);
    let draw = random.next() * all;
    const kind = (shares.find(([, share]) => (draw -= share) < 0) ?? shares[0])?.[0] ?? 'person';
    yield new CalleeAudioSource(random, library, { clips: (clip) => partOf(clip) === part }).make(kind);
  }
}
