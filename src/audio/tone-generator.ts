import { saturate, sineAmplitude } from './level.ts';

/** One stretch of a tone: any sum of frequencies (Hz), each at its own level. No frequencies: silence. */
export interface ToneSegment {
  readonly frequencies: readonly number[];
  /** `undefined`: for ever. */
  readonly durationMs?: number;
  /** dBm0 of each frequency. Default: the generator's. */
  readonly levelDbm0?: number | readonly number[];
}

export interface ToneCadence {
  readonly segments: readonly ToneSegment[];
  /** Segments from this index on are repeated for ever; absent: played once. */
  readonly repeatFrom?: number;
}

const RAMP_MS = 3;

/**
 * Plays a cadence into frames without gaps: phases run on between frames, and every change of segment is ramped over 3 ms
 * (raised cosine) inside the segment, so that nothing clicks. Segment lengths are exact to the sample.
 */
export class ToneGenerator {
  readonly #sampleRate: number;
  readonly #cadence: ToneCadence;
  readonly #lengths: Float64Array;
  readonly #steps: readonly Float64Array[];
  readonly #amplitudes: readonly Float64Array[];
  readonly #ramp: Float32Array;
  readonly #phases: Float64Array;
  /** Whether the segment's beginning and end are ramped: not between two with the same frequencies. */
  #segment = 0;
  #position = 0;
  #ended = false;
  #stopping = -1;

  constructor(cadence: ToneCadence, sampleRate = 8000, defaultLevelDbm0 = -13) {
    this.#sampleRate = sampleRate;
    this.#cadence = cadence;
    this.#lengths = Float64Array.from(cadence.segments, (s) => (s.durationMs === undefined ? Infinity : Math.round((s.durationMs * sampleRate) / 1000)));
    this.#steps = cadence.segments.map((s) => Float64Array.from(s.frequencies, (f) => (2 * Math.PI * f) / sampleRate));
    this.#amplitudes = cadence.segments.map((s) =>
      Float64Array.from(s.frequencies, (_, i) => sineAmplitude((typeof s.levelDbm0 === 'object' ? s.levelDbm0[i] : s.levelDbm0) ?? defaultLevelDbm0)),
    );
    const ramp = Math.round((RAMP_MS * sampleRate) / 1000);
    this.#ramp = Float32Array.from({ length: ramp }, (_, i) => 0.5 - 0.5 * Math.cos((Math.PI * (i + 0.5)) / ramp));
    this.#phases = new Float64Array(Math.max(0, ...cadence.segments.map((s) => s.frequencies.length)));
    if (cadence.segments.length === 0) this.#ended = true;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Ends the tone within 3 ms, without a click. */
  stop(): void {
    if (this.#stopping < 0) this.#stopping = this.#ramp.length;
  }

  reset(): void {
    this.#segment = 0;
    this.#position = 0;
    this.#ended = this.#cadence.segments.length === 0;
    this.#stopping = -1;
    this.#phases.fill(0);
  }

  /** Fills `out`, with silence after the end; returns how many of its samples belong to the tone. */
  process(out: Int16Array, start = 0, end = out.length): number {
    const ramp = this.#ramp;
    let i = start;
    while (i < end && !this.#ended) {
      const length = this.#lengths[this.#segment] as number;
      if (this.#position >= length) {
        this.#nextSegment();
        continue;
      }
      const steps = this.#steps[this.#segment] as Float64Array;
      const amplitudes = this.#amplitudes[this.#segment] as Float64Array;
      const run = Math.min(end - i, length - this.#position);
      for (let n = 0; n < run; n++, i++) {
        let sample = 0;
        for (let f = 0; f < steps.length; f++) {
          sample += (amplitudes[f] as number) * Math.sin(this.#phases[f] as number);
          this.#phases[f] = (this.#phases[f] as number) + (steps[f] as number);
        }
        const left = length - this.#position - 1;
        if (this.#position < ramp.length) sample *= ramp[this.#position] as number;
        if (left < ramp.length) sample *= ramp[left] as number;
        this.#position += 1;
        if (this.#stopping >= 0) {
          if (this.#stopping === 0) {
            this.#ended = true;
            break;
          }
          this.#stopping -= 1;
          sample *= ramp[this.#stopping] as number;
        }
        out[i] = saturate(sample);
      }
    }
    const made = i - start;
    out.fill(0, i, end);
    return made;
  }

  #nextSegment(): void {
    this.#position = 0;
    this.#segment += 1;
    this.#phases.fill(0);
    if (this.#segment < this.#cadence.segments.length) return;
    if (this.#cadence.repeatFrom === undefined || !this.#lengths.subarray(this.#cadence.repeatFrom).some((l) => l > 0)) this.#ended = true;
    else this.#segment = this.#cadence.repeatFrom;
  }

  get sampleRate(): number {
    return this.#sampleRate;
  }
}
