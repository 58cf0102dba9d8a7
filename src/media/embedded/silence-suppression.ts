import { ComfortNoiseAnalyser } from '../../audio/comfort-noise.ts';
import { meanSquare, powerOfDbm0 } from '../../audio/level.ts';

/** Nothing louder is ever left out: no speech is so soft, and no tone or music that somebody is to hear. */
const quiet = powerOfDbm0(-45);
/** A pause begins after so many quiet frames of 20 ms. */
const pauseFrames = 15;
/** The noise is described anew after so many, or when it has become so much louder or softer. Decibels. */
const renewFrames = 25;
const renewDb = 3;

/** Tells what of a stream need not be sent where comfort noise was agreed (RFC 3389): in a pause a description of the noise goes out now and then. */
export class SilenceSuppression {
  /** What to send after `take` answered `noise`. */
  readonly payload = new Uint8Array(11);
  readonly #noise = new ComfortNoiseAnalyser();
  #quietFrames = 0;
  #sinceSent = 0;
  #sentLevel = -1;

  /** `sound`: the frame is sent; `noise`: the payload in its place; `nothing`: neither. */
  take(frame: Int16Array): 'sound' | 'noise' | 'nothing' {
    if (meanSquare(frame) >= quiet) {
      this.#quietFrames = 0;
      return 'sound';
    }
    this.#noise.process(frame);
    if (++this.#quietFrames <= pauseFrames) return 'sound';
    this.#noise.payload(this.payload);
    const level = this.payload[0] as number;
    const first = this.#quietFrames === pauseFrames + 1;
    if (!first && ++this.#sinceSent < renewFrames && Math.abs(level - this.#sentLevel) < renewDb) return 'nothing';
    this.#sinceSent = 0;
    this.#sentLevel = level;
    return 'noise';
  }
}
