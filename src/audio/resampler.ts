import { saturate } from './level.ts';

interface Prototype {
  /** Interpolation and decimation factors, coprime. */
  readonly up: number;
  readonly down: number;
  readonly tapsPerPhase: number;
  /** `up` phases of `tapsPerPhase` taps, newest sample's tap last. */
  readonly taps: Float32Array;
}

const prototypes = new Map<string, Prototype>();
/** Zero crossings of the sinc on each side: a transition band of about 10 % of the lower rate, stop band below −70 dB. */
const HALF_CROSSINGS = 14;
const KAISER_BETA = 7;

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 40; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function prototypeFor(from: number, to: number): Prototype {
  const key = `${from}>${to}`;
  const known = prototypes.get(key);
  if (known !== undefined) return known;
  const g = gcd(from, to);
  const up = to / g;
  const down = from / g;
  const slow = Math.min(from, to);
  // Input samples on each side of an output sample, and the cut-off as a part of the input rate.
  const half = Math.ceil((HALF_CROSSINGS * from) / slow);
  const cutoff = (0.5 * slow * 0.94) / from;
  const tapsPerPhase = half * 2;
  const taps = new Float32Array(up * tapsPerPhase);
  for (let phase = 0; phase < up; phase++) {
    let sum = 0;
    for (let k = 0; k < tapsPerPhase; k++) {
      const t = k - (half - 1) - phase / up;
      const x = t / half;
      const window = Math.abs(x) >= 1 ? 0 : besselI0(KAISER_BETA * Math.sqrt(1 - x * x)) / besselI0(KAISER_BETA);
      const angle = 2 * Math.PI * cutoff * t;
      const tap = (Math.abs(angle) < 1e-9 ? 1 : Math.sin(angle) / angle) * window;
      taps[phase * tapsPerPhase + k] = tap;
      sum += tap;
    }
    for (let k = 0; k < tapsPerPhase; k++) taps[phase * tapsPerPhase + k] = (taps[phase * tapsPerPhase + k] as number) / sum;
  }
  const prototype = { up, down, tapsPerPhase, taps };
  prototypes.set(key, prototype);
  return prototype;
}

/**
 * Changes the sample rate by a polyphase FIR with a Kaiser-windowed sinc. Any two integer rates; the filters are shared by
 * all resamplers of the same pair. A stream in, a stream out: cut into frames of any length it gives the same samples.
 */
export class Resampler {
  readonly from: number;
  readonly to: number;
  /** Samples of the output by which it lags the input. */
  readonly delay: number;
  readonly #p: Prototype;
  /** Written twice, one length apart, so that the last `tapsPerPhase` samples always lie in one run. */
  readonly #history: Float32Array;
  #at = 0;
  /** Position of the next output, in 1/up of an input sample after the newest one. */
  #phase = 0;

  constructor(from: number, to: number) {
    this.from = from;
    this.to = to;
    this.#p = prototypeFor(from, to);
    this.#history = new Float32Array(this.#p.tapsPerPhase * 2);
    this.delay = ((this.#p.tapsPerPhase / 2) * to) / from;
  }

  /** The most samples that `process` can write for an input of this length. */
  outputLimit(inputLength: number): number {
    return Math.ceil((inputLength * this.to) / this.from) + 1;
  }

  /** Takes all of `input`, writes what is ready to `out` and returns how many. `out` holds `outputLimit(input.length)`. */
  process(input: Int16Array, out: Int16Array): number {
    const { up, down, tapsPerPhase, taps } = this.#p;
    const history = this.#history;
    let at = this.#at;
    let phase = this.#phase;
    let written = 0;
    for (let i = 0; i < input.length; i++) {
      const sample = input[i] as number;
      history[at] = sample;
      history[at + tapsPerPhase] = sample;
      at = at + 1 === tapsPerPhase ? 0 : at + 1;
      while (phase < up) {
        let sum = 0;
        for (let k = 0, t = phase * tapsPerPhase, h = at; k < tapsPerPhase; k++, t++, h++) sum += (taps[t] as number) * (history[h] as number);
        out[written++] = saturate(sum);
        phase += down;
      }
      phase -= up;
    }
    this.#at = at;
    this.#phase = phase;
    return written;
  }

  reset(): void {
    this.#history.fill(0);
    this.#at = 0;
    this.#phase = 0;
  }
}

/** A whole recording at another rate, without lag: `round(length · to / from)` samples. */
export function resample(samples: Int16Array, from: number, to: number): Int16Array {
  if (from === to) return samples;
  const resampler = new Resampler(from, to);
  const lag = Math.ceil(resampler.delay);
  const padded = new Int16Array(samples.length + Math.ceil(((lag + 2) * from) / to));
  padded.set(samples);
  const out = new Int16Array(resampler.outputLimit(padded.length));
  resampler.process(padded, out);
  return out.slice(lag, lag + Math.round((samples.length * to) / from));
}
