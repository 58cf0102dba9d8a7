import { saturate } from './level.ts';

/** Scratch of the thread: a history at 48 kHz. */
const scratch = new Int16Array(2400);

/** Where the samples before a loss can be had from. */
export interface RecentSamples {
  /** Fills `into` with the last samples, the oldest first. */
  recent(into: Int16Array): void;
}

/**
 * Conceals lost packets by repeating the last pitch period (after ITU-T G.711 Appendix I, without its 3.75 ms lag: the
 * beginning of the loss is blended with the time-reversed end of what was heard). From 10 ms on it fades by 20 % each
 * 10 ms and is silent from 60 ms; the first good frame is blended with the continuation over a quarter period and more.
 */
export class PacketLossConcealment {
  readonly #sampleRate: number;
  /** What was heard last, as a ring; undefined where somebody else keeps it. */
  readonly #ring: Int16Array | undefined;
  #at = 0;
  /** The same from the oldest on, at the beginning of a loss. */
  readonly #history: Int16Array;
  readonly #minPeriod: number;
  readonly #maxPeriod: number;
  readonly #window: number;
  /** Made at the first loss. */
  #period: Float32Array | undefined;
  #periodLength = 0;
  #periodAt = 0;
  #lost = 0;
  #gain = 1;

  /** @param keeps remembers what it is given; else `conceal` has to be told where to find it */
  constructor(sampleRate = 8000, keeps = true) {
    this.#sampleRate = sampleRate;
    // 66 to 200 Hz as in Appendix I; the correlation runs over 20 ms.
    this.#minPeriod = Math.round(sampleRate * 0.005);
    this.#maxPeriod = Math.round(sampleRate * 0.015);
    this.#window = Math.round(sampleRate * 0.02);
    const kept = this.#window + this.#maxPeriod * 2;
    this.#history = scratch.subarray(0, kept);
    this.#ring = keeps ? new Int16Array(kept) : undefined;
  }

  /** Lost audio in a row until now, ms. */
  get lostMs(): number {
    return (this.#lost * 1000) / this.#sampleRate;
  }

  /** A frame that arrived. After a loss its beginning is blended in place. */
  good(frame: Int16Array): void {
    if (this.#lost > 0) {
      const lostMs = this.lostMs;
      const quarter = this.#periodLength >> 2;
      const blend = Math.min(frame.length, Math.round(quarter + Math.min(1, lostMs / 40) * this.#sampleRate * 0.004), Math.round(this.#sampleRate * 0.01));
      for (let i = 0; i < blend; i++) {
        const weight = (i + 1) / (blend + 1);
        frame[i] = saturate((frame[i] as number) * weight + this.#next() * (1 - weight));
      }
      this.#lost = 0;
    }
    this.#remember(frame);
  }

  /** Fills `out` in place of a frame that did not arrive. `past`: needed if it does not keep what it is given. */
  conceal(out: Int16Array, past: RecentSamples = this): void {
    const first = this.#lost === 0;
    if (first) {
      past.recent(this.#history);
      this.#findPeriod();
    }
    const quarter = this.#periodLength >> 2;
    for (let i = 0; i < out.length; i++) {
      let sample = this.#next();
      if (first && i < quarter) {
        const weight = (i + 1) / (quarter + 1);
        const reversed = this.#history[this.#history.length - 1 - i] as number;
        sample = sample * weight + reversed * (1 - weight);
      }
      out[i] = saturate(sample);
    }
    this.#remember(out);
  }

  #next(): number {
    const ten = this.#sampleRate / 100;
    this.#lost += 1;
    if (this.#lost > ten * 6) return 0;
    if (this.#lost > ten) this.#gain = 1 - (0.2 * (this.#lost - ten)) / ten;
    const sample = (this.#period?.[this.#periodAt] ?? 0) * Math.max(0, this.#gain);
    this.#periodAt = this.#periodAt + 1 >= this.#periodLength ? 0 : this.#periodAt + 1;
    return sample;
  }

  #findPeriod(): void {
    const history = this.#history;
    const end = history.length;
    const from = end - this.#window;
    let best = this.#maxPeriod;
    let bestScore = -Infinity;
    // Coarse search on every second sample and lag, then fine around the best.
    const score = (lag: number, stride: number): number => {
      let cross = 0;
      let energy = 1;
      for (let i = from; i < end; i += stride) {
        const past = history[i - lag] as number;
        cross += (history[i] as number) * past;
        energy += past * past;
      }
      return cross > 0 ? (cross * cross) / energy : -1;
    };
    for (let lag = this.#minPeriod; lag <= this.#maxPeriod; lag += 2) {
      const s = score(lag, 2);
      if (s > bestScore) {
        bestScore = s;
        best = lag;
      }
    }
    bestScore = -Infinity;
    for (let lag = Math.max(this.#minPeriod, best - 2), last = Math.min(this.#maxPeriod, best + 2); lag <= last; lag++) {
      const s = score(lag, 1);
      if (s > bestScore) {
        bestScore = s;
        best = lag;
      }
    }
    this.#periodLength = best;
    this.#periodAt = 0;
    this.#gain = 1;
    const quarter = best >> 2;
    const period = (this.#period ??= new Float32Array(this.#maxPeriod));
    for (let i = 0; i < best; i++) {
      let sample = history[end - best + i] as number;
      // The last quarter flows into what preceded the period, so that the loop closes.
      const k = i - (best - quarter);
      if (k >= 0) {
        const weight = (k + 1) / (quarter + 1);
        sample = sample * (1 - weight) + (history[end - best - quarter + k] as number) * weight;
      }
      period[i] = sample;
    }
  }

  #remember(frame: Int16Array): void {
    const ring = this.#ring;
    if (ring === undefined) return;
    const size = ring.length;
    let at = this.#at;
    for (let i = Math.max(0, frame.length - size); i < frame.length; i++) {
      ring[at] = frame[i] as number;
      at = at + 1 === size ? 0 : at + 1;
    }
    this.#at = at;
  }

  /** What it has been given. */
  recent(into: Int16Array): void {
    const ring = this.#ring;
    if (ring === undefined) into.fill(0);
    else for (let i = 0; i < into.length; i++) into[i] = ring[(this.#at + i) % ring.length] as number;
  }
}
