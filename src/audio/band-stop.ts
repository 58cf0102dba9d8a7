/** Around the eight frequencies of DTMF, with room for phones that are off by 2.5 %. Hz. */
const STOP_FROM = 660;
const STOP_TO = 1700;
const TRANSITION = 260;
/** Stop band 70 dB down (Kaiser's window). */
const BETA = 6.76;
const TAPS_PER_RATE = 135 / 8000;

const tapsByRate = new Map<number, Float64Array>();

/**
 * Takes the band of all DTMF frequencies out of a stream, whatever is in it: linear phase, a lag of 8 ms. What is left of
 * speech sounds hollow but is heard at once, so it bridges the time that a clamp needs to know a digit for sure.
 */
export class BandStop {
  readonly #taps: Float64Array;
  readonly #past: Float64Array;
  #at = 0;

  constructor(sampleRate = 8000) {
    this.#taps = tapsByRate.get(sampleRate) ?? design(sampleRate);
    tapsByRate.set(sampleRate, this.#taps);
    this.#past = new Float64Array(this.#taps.length);
  }

  process(frame: Int16Array, out: Int16Array): void {
    const taps = this.#taps;
    const past = this.#past;
    const length = taps.length;
    for (let i = 0; i < frame.length; i++) {
      past[this.#at] = frame[i] as number;
      let sum = 0;
      let from = this.#at;
      for (let k = 0; k < length; k++) {
        sum += (taps[k] as number) * (past[from] as number);
        from = from === 0 ? length - 1 : from - 1;
      }
      this.#at = this.#at + 1 === length ? 0 : this.#at + 1;
      out[i] = sum > 32767 ? 32767 : sum < -32768 ? -32768 : Math.round(sum);
    }
  }
}

/** Everything less a windowed-sinc band-pass. */
function design(sampleRate: number): Float64Array {
  const length = Math.round(TAPS_PER_RATE * sampleRate) | 1;
  const middle = (length - 1) / 2;
  const low = (STOP_FROM - TRANSITION / 2) / sampleRate;
  const high = (STOP_TO + TRANSITION / 2) / sampleRate;
  const sinc = (f: number, n: number): number => (n === 0 ? 2 * f : Math.sin(2 * Math.PI * f * n) / (Math.PI * n));
  return Float64Array.from({ length }, (_, i) => {
    const n = i - middle;
    const window = bessel(BETA * Math.sqrt(1 - (n / (middle + 1)) ** 2)) / bessel(BETA);
    return (n === 0 ? 1 : 0) - (sinc(high, n) - sinc(low, n)) * window;
  });
}

/** Modified Bessel function of the first kind, order 0. */
function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 40; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
