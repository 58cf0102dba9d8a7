import { meanSquare } from '../../audio/level.ts';
import { ToneTracker } from '../../audio/call-progress/tone-tracker.ts';

const blockSamples = 80;
/** A tone shorter than this is part of speech or music as often as not. */
const leastMs = 80;

/**
 * Tells that a call-progress tone (ringback, busy, reorder, SIT) sounds, for edges that keep such tones from their readers
 * (CCXML `toneclamp`). It is known some 80 ms after the tone began: so much of each burst is heard.
 */
export class ToneGate {
  readonly #tracker = new ToneTracker(() => undefined);

  /** Takes 20 ms of 8 kHz audio; true while a tone is to be kept away. */
  process(frame: Int16Array): boolean {
    for (let at = 0; at + blockSamples <= frame.length; at += blockSamples) this.#tracker.block(frame, at, blockSamples, meanSquare(frame, at, blockSamples));
    return this.#tracker.steady && this.#tracker.soundingMs >= leastMs;
  }
}
