import { copySamples } from '../copy-samples.ts';
import { Spectrum } from './spectrum.ts';

const WINDOW = 256;
/** Half the width of a peak under a Hann window, bins. */
const REACH = 2;

const MERGED_HZ = 84;
/** 281 Hz: no signal is lower; the hum of the mains and its harmonics are. */
const LOWEST = 9;

/** Scratch of the thread: read at once after it is made. */
const spectrum = new Spectrum();

/**
 * Looks at the last 32 ms of 8 kHz audio: is it one or two steady frequencies and nothing else? Holds the samples itself.
 */
export class ToneFrame {
  /** The stronger and the weaker frequency, Hz; the weaker is 0 when there is only one. */
  first = 0;
  second = 0;
  /** Part of the energy in them, 0–1. */
  purity = 0;
  readonly #ring = new Int16Array(WINDOW);
  #at = 0;

  /** Power per bin of 31.25 Hz, of the last `analyse` or `flatness` of any frame of this thread: to be read at once. */
  get spectrum(): Float64Array {
    return spectrum.power;
  }

  /** Reads what is going to be needed, so that it is on its way from memory; the number means nothing. */
  preload(): number {
    const ring = this.#ring;
    let sum = this.first + this.purity;
    for (let i = 0; i < WINDOW; i += 32) sum += ring[i] as number;
    return sum;
  }

  push(samples: Int16Array, start: number, length: number): void {
    const ring = this.#ring;
    const at = this.#at;
    const first = Math.min(length, WINDOW - at);
    copySamples(samples, start, ring, at, first);
    copySamples(samples, start + first, ring, 0, length - first);
    this.#at = (at + length) & (WINDOW - 1);
  }

  analyse(): void {
    spectrum.process(this.#ring, this.#at);
    const power = spectrum.power;
    let total = 0;
    let peak = LOWEST;
    for (let k = 3; k < power.length; k++) {
      total += power[k] as number;
      if (k > LOWEST && (power[k] as number) > (power[peak] as number)) peak = k;
    }
    if (total <= 0) {
      this.first = this.second = this.purity = 0;
      return;
    }
    const peakPower = power[peak] as number;
    let second = 0;
    // A second peak 15 dB below the first is noise or a harmonic.
    let secondPower = peakPower * 0.03;
    for (let k = LOWEST; k < power.length; k++) {
      const p = power[k] as number;
      // A peak of its own: 350 and 440 Hz lie less than three bins apart.
      if (p > secondPower && Math.abs(k - peak) >= REACH && p > (power[k - 1] as number) && p >= (power[k + 1] ?? 0)) {
        secondPower = p;
        second = k;
      }
    }
    let inside = this.#around(peak, -1);
    this.first = this.#frequency(peak);
    if (second > 0) {
      inside += this.#around(second, peak);
      this.second = this.#frequency(second);
      // Closer than the window can always tell apart: one tone between them.
      if (Math.abs(this.first - this.second) < MERGED_HZ) {
        this.first = (this.first * peakPower + this.second * secondPower) / (peakPower + secondPower);
        this.second = 0;
      }
    } else this.second = 0;
    this.purity = Math.min(1, inside / total);
  }

  /** Of the last 32 ms between 300 and 3,000 Hz: geometric over arithmetic mean. Noise lies near 0.5, voices and music below 0.1. */
  flatness(): number {
    spectrum.process(this.#ring, this.#at);
    const power = spectrum.power;
    let logs = 0;
    let sum = 0;
    for (let k = 10; k < 96; k++) {
      const p = (power[k] as number) + 1;
      logs += Math.log(p);
      sum += p;
    }
    return Math.exp(logs / 86) / (sum / 86);
  }

  #around(bin: number, other: number): number {
    const power = spectrum.power;
    let sum = 0;
    for (let k = Math.max(3, bin - REACH); k <= Math.min(power.length - 1, bin + REACH); k++) {
      if (other < 0 || Math.abs(k - other) > REACH) sum += power[k] as number;
    }
    return sum;
  }

  /** Between bins from the two neighbours' amplitudes (Hann window: exact for one sine). */
  #frequency(bin: number): number {
    const power = spectrum.power;
    const left = Math.sqrt(power[bin - 1] ?? 0);
    const mid = Math.sqrt(power[bin] as number);
    const right = Math.sqrt(power[bin + 1] ?? 0);
    const up = right >= left;
    const ratio = mid > 0 ? (up ? right : left) / mid : 0;
    const delta = (2 * ratio - 1) / (1 + ratio);
    return (bin + (up ? delta : -delta)) * (8000 / WINDOW);
  }
}
