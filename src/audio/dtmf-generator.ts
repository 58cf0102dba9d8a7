import { dtmfFrequencies } from './dtmf-digit.ts';
import { saturate, sineAmplitude } from './level.ts';

interface QueuedDigit {
  readonly low: number;
  readonly high: number;
  readonly onSamples: number;
  readonly offSamples: number;
}

const RAMP_MS = 1.5;

/** Sends digits in band (ITU-T Q.23/Q.24): each tone exactly as long as asked, with 1.5 ms ramps inside it, then the gap. */
export class DtmfGenerator {
  readonly #sampleRate: number;
  readonly #lowAmplitude: number;
  readonly #highAmplitude: number;
  readonly #ramp: Float32Array;
  readonly #queue: QueuedDigit[] = [];
  #current: QueuedDigit | undefined;
  #position = 0;
  #lowPhase = 0;
  #highPhase = 0;

  /** Levels in dBm0 per frequency. The high group is sent 2 dB stronger by default, as telephones do. */
  constructor(sampleRate = 8000, levels: { lowDbm0: number; highDbm0: number } = { lowDbm0: -10, highDbm0: -8 }) {
    this.#sampleRate = sampleRate;
    this.#lowAmplitude = sineAmplitude(levels.lowDbm0);
    this.#highAmplitude = sineAmplitude(levels.highDbm0);
    const ramp = Math.round((RAMP_MS * sampleRate) / 1000);
    this.#ramp = Float32Array.from({ length: ramp }, (_, i) => 0.5 - 0.5 * Math.cos((Math.PI * (i + 0.5)) / ramp));
  }

  /** True while a tone or its gap is still to come. */
  get active(): boolean {
    return this.#current !== undefined || this.#queue.length > 0;
  }

  /** Queues digits (0–9 * # A–D). Returns false, and queues nothing, when one of them is no digit. */
  send(digits: string, durationMs = 100, gapMs = 80): boolean {
    const queued: QueuedDigit[] = [];
    for (const digit of digits) {
      const pair = dtmfFrequencies(digit);
      if (pair === undefined) return false;
      queued.push({
        low: (2 * Math.PI * pair[0]) / this.#sampleRate,
        high: (2 * Math.PI * pair[1]) / this.#sampleRate,
        onSamples: Math.round((durationMs * this.#sampleRate) / 1000),
        offSamples: Math.round((gapMs * this.#sampleRate) / 1000),
      });
    }
    this.#queue.push(...queued);
    return true;
  }

  clear(): void {
    this.#queue.length = 0;
    this.#current = undefined;
  }

  /** Writes tones and gaps over `out`; samples past the last gap are left as they are. Returns the samples written. */
  process(out: Int16Array): number {
    let i = 0;
    const ramp = this.#ramp;
    while (i < out.length) {
      const digit = this.#current ?? this.#take();
      if (digit === undefined) break;
      if (this.#position < digit.onSamples) {
        let sample = this.#lowAmplitude * Math.sin(this.#lowPhase) + this.#highAmplitude * Math.sin(this.#highPhase);
        this.#lowPhase += digit.low;
        this.#highPhase += digit.high;
        const left = digit.onSamples - this.#position - 1;
        if (this.#position < ramp.length) sample *= ramp[this.#position] as number;
        if (left < ramp.length) sample *= ramp[left] as number;
        out[i++] = saturate(sample);
      } else if (this.#position < digit.onSamples + digit.offSamples) {
        out[i++] = 0;
      } else {
        this.#current = undefined;
        continue;
      }
      this.#position += 1;
    }
    return i;
  }

  #take(): QueuedDigit | undefined {
    this.#current = this.#queue.shift();
    this.#position = 0;
    this.#lowPhase = 0;
    this.#highPhase = 0;
    return this.#current;
  }
}
