import { G722Band, saturate16 } from './g722-band.ts';

/** ITU-T G.722 at 64 kbit/s: 16 kHz audio in two sub-bands, one octet for two samples. */

const MIRROR = Int32Array.of(3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11);
const DECISIONS = Int32Array.of(
  0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
);
const LOW_STEP = Int32Array.of(-60, -30, 58, 172, 334, 538, 1198, 3042);
const LOW_STEP_OF = Int32Array.of(0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0);
const HIGH_STEP = Int32Array.of(798, -214, 798, -214);
const HIGH_LEVEL = Int32Array.of(-7408, -1616, 7408, 1616);
const HIGH_DECISION = 564;
const LEVELS_4 = Int32Array.of(0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0);
const LEVELS_6_UPPER = [24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728];
/** By code: 4 unused, 28 negative, 28 positive, then the four smallest. */
const LEVELS_6 = Int32Array.from([-136, -136, -136, -136, ...LEVELS_6_UPPER.map((level) => -level), ...LEVELS_6_UPPER, 432, 136, -432, -136]);

/** The 6-bit code of quantiser interval `i` (1–30), which counts from the smallest. */
const negativeCode = (i: number): number => (i <= 2 ? 64 - i : 34 - i);
const positiveCode = (i: number): number => 62 - i;

const clip14 = (value: number): number => (value > 16383 ? 16383 : value < -16384 ? -16384 : value);

/** The last 24 samples of a quadrature mirror filter. */
class MirrorFilter {
  readonly #past = new Int32Array(48);
  #at = 0;
  odd = 0;
  even = 0;

  push(first: number, second: number): void {
    const past = this.#past;
    // Written twice, 24 apart: so the last 24 always lie in a row.
    past[this.#at] = past[this.#at + 24] = first;
    past[this.#at + 1] = past[this.#at + 25] = second;
    this.#at = this.#at === 22 ? 0 : this.#at + 2;
    let odd = 0;
    let even = 0;
    for (let i = 0, from = this.#at; i < 12; i++, from += 2) {
      odd += (past[from] as number) * (MIRROR[i] as number);
      even += (past[from + 1] as number) * (MIRROR[11 - i] as number);
    }
    this.odd = odd;
    this.even = even;
  }
}

export class G722Encoder {
  readonly #mirror = new MirrorFilter();
  readonly #low = new G722Band('low');
  readonly #high = new G722Band('high');

  /** Encodes samples at 16 kHz, an even number, to `out` from `at`; the octets written. */
  encode(samples: Int16Array, out: Uint8Array, at = 0): number {
    const pairs = Math.min(samples.length >> 1, out.length - at);
    for (let i = 0; i < pairs; i++) {
      this.#mirror.push(samples[i * 2] as number, samples[i * 2 + 1] as number);
      const { odd, even } = this.#mirror;
      out[at + i] = (this.#encodeHigh((even - odd) >> 14) << 6) | this.#encodeLow((even + odd) >> 14);
    }
    return pairs;
  }

  #encodeLow(sample: number): number {
    const band = this.#low;
    const error = saturate16(sample - band.predicted);
    const size = error >= 0 ? error : -(error + 1);
    let interval = 1;
    while (interval < 30 && size >= ((DECISIONS[interval] as number) * band.scale) >> 12) interval += 1;
    const code = error < 0 ? negativeCode(interval) : positiveCode(interval);
    adaptLow(band, code >> 2);
    return code;
  }

  #encodeHigh(sample: number): number {
    const band = this.#high;
    const error = saturate16(sample - band.predicted);
    const size = error >= 0 ? error : -(error + 1);
    const outer = size >= (HIGH_DECISION * band.scale) >> 12;
    const code = error < 0 ? (outer ? 0 : 1) : outer ? 2 : 3;
    adaptHigh(band, code);
    return code;
  }
}

export class G722Decoder {
  readonly #mirror = new MirrorFilter();
  readonly #low = new G722Band('low');
  readonly #high = new G722Band('high');

  /** Decodes octets to samples at 16 kHz, two each; the samples written. */
  decode(payload: Uint8Array, out: Int16Array, start = 0, length = payload.length - start): number {
    const n = Math.min(length, out.length >> 1);
    for (let i = 0; i < n; i++) {
      const octet = payload[start + i] as number;
      const lowCode = octet & 63;
      const highCode = octet >> 6;
      const low = clip14(this.#low.predicted + ((this.#low.scale * (LEVELS_6[lowCode] as number)) >> 15));
      adaptLow(this.#low, lowCode >> 2);
      const high = clip14(this.#high.predicted + ((this.#high.scale * (HIGH_LEVEL[highCode] as number)) >> 15));
      adaptHigh(this.#high, highCode);
      this.#mirror.push(low + high, low - high);
      out[i * 2] = saturate16(this.#mirror.even >> 11);
      out[i * 2 + 1] = saturate16(this.#mirror.odd >> 11);
    }
    return n * 2;
  }
}

/** Both sides predict from the four upper bits of the low band's code alone. */
function adaptLow(band: G722Band, code: number): void {
  const difference = (band.scale * (LEVELS_4[code] as number)) >> 15;
  band.rescale(LOW_STEP[LOW_STEP_OF[code] as number] as number);
  band.adapt(difference);
}

function adaptHigh(band: G722Band, code: number): void {
  const difference = (band.scale * (HIGH_LEVEL[code] as number)) >> 15;
  band.rescale(HIGH_STEP[code] as number);
  band.adapt(difference);
}
