import { BandStop } from '../../audio/band-stop.ts';
import { DigitDimmer } from '../../audio/digit-dimmer.ts';
import { saturate } from '../../audio/level.ts';
import { Resampler } from '../../audio/resampler.ts';
import type { ClampMode } from '../media.ts';
import { modeCount, modeIndex } from './clamp-mode.ts';

export type SampleRate = 8000 | 16000;
/** Samples of one 20 ms frame. */
export const frameSamples = (rate: SampleRate): number => rate / 50;

/**
 * What a node puts into the graph, one 20 ms frame a tick, seen as its readers need it: as it is or with the digits taken
 * out, at either rate. Each such view is made at most once a tick, and only when somebody reads it.
 */
export class Source {
  readonly rate: SampleRate;
  /** Another array in each tick. */
  frame: Int16Array;
  /** The frame holds sound; false is silence, and `frame` then holds zeros. */
  present = false;
  /** The frame came from a phone (not concealed, not played). */
  live = false;
  /** A call-progress tone sounds. Kept up to date only while an edge asks for it. */
  toneSounds = false;
  /** The phone holds a key down, by its events or by SIP INFO. */
  keyHeld = false;
  /** The frames before, so that a clamp that begins in mid-stream, and what conceals a loss, know the past. */
  #oldest: Int16Array;
  #older: Int16Array;
  #newer: Int16Array;
  #historyFrames = 0;
  #silentFrames = 0;
  #hasViews = false;
  /** The views without a clamp that lag by the look-back, at the other rate. */
  #lagging: ResampledView | undefined;
  readonly #clamped: (ClampedView | undefined)[] = new Array<undefined>(modeCount).fill(undefined);
  readonly #other: (ResampledView | undefined)[] = new Array<undefined>(modeCount).fill(undefined);

  constructor(rate: SampleRate) {
    this.rate = rate;
    this.frame = new Int16Array(frameSamples(rate));
    this.#oldest = new Int16Array(frameSamples(rate));
    this.#older = new Int16Array(frameSamples(rate));
    this.#newer = new Int16Array(frameSamples(rate));
  }

  /** A new tick: what was there becomes the past. The owner then fills `frame` or calls `silence`. */
  begin(): void {
    // After so many silent frames the past is silent too, and stays so without being written again.
    this.#silentFrames = this.present ? 0 : this.#silentFrames + 1;
    if (this.#silentFrames <= keptFrames) {
      const reused = this.#oldest;
      this.#oldest = this.#older;
      this.#older = this.#newer;
      this.#newer = this.frame;
      this.frame = reused;
    }
    this.#historyFrames = this.present ? this.#historyFrames + 1 : 0;
    this.present = false;
    this.live = false;
    if (this.#hasViews) this.#renewViews();
  }

  /** Reads what is going to be needed, so that it is on its way from memory; the number means nothing. */
  preload(): number {
    const next = this.#oldest;
    let sum = this.#silentFrames;
    for (let i = 0; i < next.length; i += 32) sum += next[i] as number;
    return sum;
  }

  /** Fills `into` with what was there before this tick's frame, as far as it is kept (60 ms), the oldest first. */
  recent(into: Int16Array): void {
    const size = this.frame.length;
    let at = into.length;
    for (const past of [this.#newer, this.#older, this.#oldest]) {
      for (let i = size - 1; i >= 0 && at > 0; i--) into[--at] = past[i] as number;
    }
    into.fill(0, 0, at);
  }

  #renewViews(): void {
    this.#hasViews = false;
    if (this.#lagging !== undefined) {
      this.#lagging.fresh = false;
      this.#hasViews = true;
    }
    for (let i = 0; i < modeCount; i++) {
      const view = this.#clamped[i];
      if (view?.current === true) {
        // Nobody read it in the last tick: its look-back has a hole, so it begins anew when needed.
        if (!view.fresh) view.current = false;
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

  /** The stream has just begun: there was silence before this frame. */
  get begins(): boolean {
    return this.#historyFrames <= 1;
  }

  /** As `view` in mode `pass`, later by the look-back: as late as the clamped views are. */
  lagging(rate: SampleRate): Int16Array | undefined {
    // Silence for longer than the look-back is silence here as well.
    const native = this.#silentFrames + (this.present ? 0 : 1) > lookBackFrames && !this.present ? undefined : this.#older;
    if (rate === this.rate) return native;
    this.#hasViews = true;
    return (this.#lagging ??= new ResampledView(this.rate, rate)).frame(native);
  }

  silence(): void {
    if (this.#silentFrames <= keptFrames) this.frame.fill(0);
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
    const view = (this.#clamped[index] ??= new ClampedView(mode, this.rate));
    if (!view.current) {
      view.begin([this.#older, this.#newer], Math.min(lookBackFrames, this.#historyFrames));
      this.#hasViews = true;
    }
    return view.read(this, this.#older);
  }
}

/** Frames that are there: this tick's, and the past. */
const keptFrames = 4;
/** Frames that the look-back takes: until so many are known, nothing of a stream may leave as it is. */
const lookBackFrames = 2;

interface Overture {
  readonly filter: BandStop;
  readonly out: Int16Array;
  /** Of the stream's own, that it has had. */
  frames: number;
}

/**
 * The digits taken out with a look-back of 40 ms, from the first frame on. A stream that has just begun has nothing to give
 * for so long: meanwhile it is heard at once without the band in which all digits lie, so that neither its beginning comes
 * late nor the onset of a digit with it. One that is joined in mid-stream knows its past and needs no such overture.
 */
class ClampedView {
  fresh = false;
  /** It has had every frame up to the last tick's. One that has not is kept all the same: calls are parted and joined again. */
  current = false;
  readonly #rate: SampleRate;
  readonly #dimmer: DigitDimmer;
  readonly #out: Int16Array;
  #overture: Overture | undefined;
  #silent = 0;
  #result: Int16Array | undefined;

  constructor(mode: Exclude<ClampMode, 'pass'>, rate: SampleRate) {
    this.#rate = rate;
    this.#dimmer = new DigitDimmer(mode, rate);
    this.#out = new Int16Array(frameSamples(rate));
  }

  begin(past: readonly Int16Array[], historyFrames: number): void {
    this.current = true;
    this.fresh = false;
    this.#silent = 0;
    this.#overture = undefined;
    this.#dimmer.restart();
    // What leaves meanwhile, nobody hears.
    for (const frame of past) this.#dimmer.process(frame, frame, this.#out);
    if (historyFrames >= lookBackFrames) return;
    this.#overture = { filter: new BandStop(this.#rate), out: new Int16Array(this.#out.length), frames: historyFrames };
    for (const frame of past.slice(past.length - historyFrames)) this.#overture.filter.process(frame, this.#overture.out);
  }

  /** @param delayed what the source gave two frames ago */
  read(source: Source, delayed: Int16Array): Int16Array | undefined {
    if (this.fresh) return this.#result;
    this.fresh = true;
    this.#silent = source.present ? 0 : this.#silent + 1;
    // What is delayed still has to come out after the source fell silent; then there is nothing to do.
    if (this.#silent > 8) return (this.#result = undefined);
    let leaves = this.#dimmer.process(source.frame, delayed, this.#out);
    if (this.#overture !== undefined && (source.present || this.#overture.frames > 0)) leaves = this.#withOverture(leaves, this.#overture, source.frame);
    return (this.#result = this.#silent > 4 ? undefined : leaves);
  }

  /** Two frames of it, and a third in which it fades: by then the delayed stream has begun. */
  #withOverture(leaves: Int16Array, overture: Overture, frame: Int16Array): Int16Array {
    const { filter, out } = overture;
    filter.process(frame, out);
    const last = overture.frames >= lookBackFrames;
    const fade = out.length / 4;
    for (let i = 0; i < out.length; i++) {
      const gain = !last ? 1 : i < fade ? 1 - i / fade : 0;
      this.#out[i] = saturate((leaves[i] as number) + gain * (out[i] as number));
    }
    overture.frames += 1;
    if (last) this.#overture = undefined;
    return this.#out;
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
