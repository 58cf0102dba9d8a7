import { meanSquare } from '../../audio/level.ts';
import type { ToneFrame } from '../../audio/call-progress/tone-frame.ts';
import { ToneTracker } from '../../audio/call-progress/tone-tracker.ts';

const blockSamples = 80;
/** A less pure tone that lasts so long is one too: below it it is part of speech or music as often as not. */
const leastMs = 80;
/** Speech is purer than this in one frame of some ten thousand. */
const surePurity = 0.94;
/**
 * Where the tones of networks lie (ITU-T E.180 supplement 2: dial, ringing, busy and congestion; E.180 §7: the special information tone and its
 * North American variants; T.30: fax). Any other pure sound is nobody's signal, and must last before it is kept away.
 */
const signalFrom = [330, 890, 1075, 1345, 1750, 2080] as const;
const signalTo = [660, 1010, 1125, 1455, 1825, 2120] as const;
/** A tone that has just ended is still in what the look-back holds: 40 ms, and the frame in which it ended. */
const heldFrames = 3;

/**
 * Tells that a call-progress tone (ringback, busy, reorder, SIT) sounds, for edges that keep such tones from their readers
 * (CCXML `toneclamp`). A tone from −39 dBm0 on is known within 40 ms of its onset: what such an edge brings lags by that much, so
 * that nothing of the tone has left by then. `process` goes on being true until its end has passed the look-back.
 */
export class ToneGate {
  readonly #tracker = new ToneTracker(() => undefined);
  #held = 0;

  /** Takes 20 ms of 8 kHz audio; true while a tone is to be kept away. */
  process(frame: Int16Array): boolean {
    for (let at = 0; at + blockSamples <= frame.length; at += blockSamples) this.#tracker.block(frame, at, blockSamples, meanSquare(frame, at, blockSamples));
    const { look } = this.#tracker;
    const sounds = (look !== undefined && isTone(look)) || (this.#tracker.steady && this.#tracker.soundingMs >= leastMs);
    this.#held = sounds ? heldFrames : Math.max(0, this.#held - 1);
    return sounds || this.#held > 0;
  }
}

const isTone = ({ purity, first, second }: ToneFrame): boolean => purity >= surePurity && isSignal(first) && (second === 0 || isSignal(second));

function isSignal(hz: number): boolean {
  for (let i = 0; i < signalFrom.length; i++) if (hz >= (signalFrom[i] as number) && hz <= (signalTo[i] as number)) return true;
  return false;
}
