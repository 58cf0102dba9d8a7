import { saturate } from './level.ts';
import { NoiseSource } from './noise-source.ts';

const MAX_ORDER = 10;

/**
 * Comfort noise of RFC 3389: the first octet of the payload is the level in −dBov (0–127), the following ones the
 * reflection coefficients of an all-pole model, quantised as (N − 127) / 128 (§3.2).
 */
export class ComfortNoiseGenerator {
  readonly #reflection = new Float64Array(MAX_ORDER);
  readonly #state = new Float64Array(MAX_ORDER + 1);
  readonly #noise: NoiseSource;
  #order = 0;
  #scale = 0;
  #target = 0;

  constructor(seed = 1) {
    this.#noise = new NoiseSource(seed);
  }

  /** Takes a payload; one without octets is ignored, coefficients past the tenth are left out. */
  update(payload: Uint8Array): void {
    if (payload.length === 0) return;
    const level = (payload[0] as number) & 0x7f;
    this.#order = Math.min(MAX_ORDER, payload.length - 1);
    let error = 1;
    for (let i = 0; i < this.#order; i++) {
      const k = Math.max(-0.98, Math.min(0.98, ((payload[i + 1] as number) - 127) / 128));
      this.#reflection[i] = k;
      error *= 1 - k * k;
    }
    // dBov: 0 is the power of a full-scale square wave (§3.1). The filter's own gain is taken out.
    const rms = 32768 * 10 ** (-level / 20);
    this.#target = rms * Math.sqrt(3 * error);
  }

  /** Fills `out`. The level glides to a new one over some 10 ms. */
  process(out: Int16Array): void {
    for (let n = 0; n < out.length; n++) {
      this.#scale += (this.#target - this.#scale) * 0.02;
      // All-pole lattice: stable for any |k| < 1.
      let f = this.#noise.next() * this.#scale;
      for (let i = this.#order - 1; i >= 0; i--) {
        const k = this.#reflection[i] as number;
        const b = this.#state[i] as number;
        f -= k * b;
        this.#state[i + 1] = b + k * f;
      }
      this.#state[0] = f;
      out[n] = saturate(f);
    }
  }
}

/** Measures background noise and describes it as an RFC 3389 payload. */
export class ComfortNoiseAnalyser {
  readonly #correlation = new Float64Array(MAX_ORDER + 1);
  readonly #a = new Float64Array(MAX_ORDER + 1);
  readonly #previous = new Float64Array(MAX_ORDER + 1);
  #frames = 0;

  /** Takes a frame of noise (no speech); earlier ones fade. */
  process(frame: Int16Array): void {
    const keep = this.#frames === 0 ? 0 : 0.9;
    this.#frames += 1;
    for (let lag = 0; lag <= MAX_ORDER; lag++) {
      let sum = 0;
      for (let i = lag; i < frame.length; i++) sum += (frame[i] as number) * (frame[i - lag] as number);
      this.#correlation[lag] = (this.#correlation[lag] as number) * keep + (sum / frame.length) * (1 - keep);
    }
  }

  /** Writes the payload and returns its length: 1 + `order` octets (at most 10 coefficients). */
  payload(out: Uint8Array, order = MAX_ORDER): number {
    const r = this.#correlation;
    const power = Math.max(r[0] as number, 1e-3);
    out[0] = Math.max(0, Math.min(127, Math.round(-10 * Math.log10(power / (32768 * 32768)))));
    let error = power * 1.0001;
    this.#a.fill(0);
    for (let i = 1; i <= order; i++) {
      let sum = r[i] as number;
      for (let j = 1; j < i; j++) sum += (this.#a[j] as number) * (r[i - j] as number);
      const k = error > 0 ? Math.max(-0.98, Math.min(0.98, -sum / error)) : 0;
      this.#previous.set(this.#a);
      for (let j = 1; j < i; j++) this.#a[j] = (this.#previous[j] as number) + k * (this.#previous[i - j] as number);
      this.#a[i] = k;
      error *= 1 - k * k;
      out[i] = Math.max(0, Math.min(254, Math.round(k * 128 + 127)));
    }
    return order + 1;
  }
}
