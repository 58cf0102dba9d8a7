import { DtmfClamp } from '../../audio/dtmf-clamp.ts';
import { meanSquare, powerOfDbm0 } from '../../audio/level.ts';
import { Resampler } from '../../audio/resampler.ts';
import type { ClampMode } from '../media.ts';
import { modeCount, modeIndex } from './clamp-mode.ts';

export type SampleRate = 8000 | 16000;
/** Samples of one 20 ms frame. */
export const frameSamples = (rate: SampleRate): number => rate / 50;

const quiet = powerOfDbm0(-45);

/**
 * What a node puts into the graph, one 20 ms frame a tick, seen as its readers need it: as it is or with the digits taken
 * out, at either rate. Each such view is made at most once a tick, and only when somebody reads it.
 */
export class Source {
  readonly rate: SampleRate;
  readonly frame: Int16Array;
  /** The frame holds sound; false is silence, and `frame` then holds zeros. */
  present = false;
  /** The frame came from a phone (not concealed, not played). */
  live = false;
  /** A tone is in the frame that looks like a digit: look-back begins at once. */
  suspicious = false;
  /** A call-progress tone sounds. Kept up to date only while an edge asks for it. */
  toneSounds = false;
  /** The two frames before, so that a clamp that begins in mid-stream knows its past. */
  readonly #history: Int16Array;
  #historyFrames = 0;
  #silentFrames = 0;
  #hasViews = false;
  readonly #clamped: (ClampedView | undefined)[] = new Array<undefined>(modeCount).fill(undefined);
  readonly #other: (ResampledView | undefined)[] = new Array<undefined>(modeCount).fill(undefined);

  constructor(rate: SampleRate) {
    this.rate = rate;
    this.frame = new Int16Array(frameSamples(rate));
    this.#history = new Int16Array(frameSamples(rate) * 2);
  }

  /** A new tick: what was there becomes the past. The owner then fills `frame` or calls `silence`. */
  begin(): void {
    // After three silent frames the past is silent too, and stays so without being written again.
    this.#silentFrames = this.present ? 0 : this.#silentFrames + 1;
    if (this.#silentFrames < 4) {
      const size = this.frame.length;
      this.#history.copyWithin(0, size);
      this.#history.set(this.frame, size);
    }
    this.#historyFrames = this.present ? this.#historyFrames + 1 : 0;
    this.present = false;
    this.live = false;
    this.suspicious = false;
    if (this.#hasViews) this.#renewViews();
  }

  #renewViews(): void {
    this.#hasViews = false;
    for (let i = 0; i < modeCount; i++) {
      const view = this.#clamped[i];
      if (view !== undefined) {
        // Nobody read it in the last tick: its look-back has a hole, so it is made anew when needed.
        if (!view.fresh) this.#clamped[i] = undefined;
        else this.#hasViews = true;
        view.fresh = false;
      }
      const other = this.#other[i];
      if (other !== undefined) {
        other.fresh = false;
        this.#hasViews = true;
      }
    }
  }

  silence(): void {
    if (this.#silentFrames < 4) this.frame.fill(0);
    this.present = false;
  }

  /** This tick's frame with the digits treated by `mode`, at `rate`; undefined when it is silence. Valid until the next tick. */
  view(mode: ClampMode, rate: SampleRate): Int16Array | undefined {
    const native = mode === 'pass' ? (this.present ? this.frame : undefined) : this.#clampedFrame(mode);
    if (rate === this.rate) return native;
    const index = modeIndex[mode];
    this.#hasViews = true;
    const view = (this.#other[index] ??= new ResampledView(this.rate, rate));
    return view.frame(native);
  }

  #clampedFrame(mode: Exclude<ClampMode, 'pass'>): Int16Array | undefined {
    const index = modeIndex[mode];
    let view = this.#clamped[index];
    if (view === undefined) {
      view = new ClampedView(mode, this.rate);
      if (this.#historyFrames >= 2) view.prime(this.#history);
      this.#clamped[index] = view;
      this.#hasViews = true;
    }
    return view.read(this);
  }
}

/**
 * The digits taken out with a look-back of 40 ms. A stream that begins is passed without delay until its first pause (60 ms
 * at least, 400 ms at most) or the first hint of a tone; then the delay sets in, crossfaded, and stays. One that is joined
 * in mid-stream is delayed from its first frame.
 */
class ClampedView {
  fresh = false;
  readonly #clamp: DtmfClamp;
  readonly #mode: ClampMode;
  readonly #out: Int16Array;
  #ticks = 0;
  #silent = 0;
  #result: Int16Array | undefined;

  constructor(mode: ClampMode, rate: SampleRate) {
    this.#mode = mode;
    this.#clamp = new DtmfClamp('pass', rate);
    this.#out = new Int16Array(frameSamples(rate));
  }

  prime(history: Int16Array): void {
    const size = this.#out.length;
    this.#clamp.process(history.subarray(0, size), this.#out);
    this.#clamp.process(history.subarray(size), this.#out);
    this.#clamp.mode = this.#mode;
  }

  read(source: Source): Int16Array | undefined {
    if (this.fresh) return this.#result;
    this.fresh = true;
    if (source.present) {
      this.#silent = 0;
      this.#ticks += 1;
      if (this.#clamp.mode === 'pass' && (source.suspicious || this.#ticks > 20 || (this.#ticks > 3 && meanSquare(source.frame) < quiet))) this.#clamp.mode = this.#mode;
    } else {
      this.#silent += 1;
      if (this.#ticks > 0 && this.#clamp.mode === 'pass') this.#clamp.mode = this.#mode;
    }
    // What is delayed still has to come out after the source fell silent; then there is nothing to do.
    if (this.#silent > 8) return (this.#result = undefined);
    this.#clamp.process(source.frame, this.#out);
    return (this.#result = this.#silent > 4 ? undefined : this.#out);
  }
}

class ResampledView {
  fresh = false;
  readonly #resampler: Resampler;
  readonly #out: Int16Array;
  readonly #silence: Int16Array;
  #silent = 2;
  #result: Int16Array | undefined;

  constructor(from: SampleRate, to: SampleRate) {
    this.#resampler = new Resampler(from, to);
    this.#out = new Int16Array(this.#resampler.outputLimit(frameSamples(from)));
    this.#silence = new Int16Array(frameSamples(from));
    this.#exact = this.#out.subarray(0, frameSamples(to));
  }

  readonly #exact: Int16Array;

  frame(native: Int16Array | undefined): Int16Array | undefined {
    if (this.fresh) return this.#result;
    this.fresh = true;
    this.#silent = native === undefined ? this.#silent + 1 : 0;
    if (this.#silent > 1) return (this.#result = undefined);
    this.#resampler.process(native ?? this.#silence, this.#out);
    return (this.#result = this.#exact);
  }
}
