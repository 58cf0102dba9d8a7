import { Resampler } from '../../audio/resampler.ts';
import { ToneGenerator } from '../../audio/tone-generator.ts';
import type { PlayItem } from '../media.ts';
import type { SampleRate } from './source.ts';
import { tones } from './tones.ts';

/** Decoded audio of a file: one channel. */
export interface LoadedAudio {
  readonly samples: Int16Array;
  readonly rate: number;
}

/**
 * One item of a play, being rendered. `fill` writes from `at` and answers the samples written; fewer than asked means that
 * the item is over (or, while `loading`, not yet there).
 */
export class ItemRenderer {
  readonly item: PlayItem;
  loading = false;
  failure: string | undefined;
  #audio: LoadedAudio | undefined;
  #position = 0;
  #end = 0;
  #gain = 1;
  #resampler: Resampler | undefined;
  #chunk: Int16Array | undefined;
  #converted: Int16Array | undefined;
  #convertedAt = 0;
  #convertedEnd = 0;
  #tone: ToneGenerator | undefined;
  /** Samples left of silence or tone; −1 before it began. */
  #left = -1;

  constructor(item: PlayItem) {
    this.item = item;
    if (item.kind === 'pcm') this.provide({ samples: item.samples, rate: item.sampleRate });
  }

  /** The file's audio has come. */
  provide(audio: LoadedAudio): void {
    this.loading = false;
    this.#audio = audio;
    const { item } = this;
    const at = (ms: number | undefined, otherwise: number): number => (ms === undefined ? otherwise : Math.min(audio.samples.length, Math.max(0, Math.round((ms * audio.rate) / 1000))));
    this.#end = item.kind === 'file' ? at(item.toMs, audio.samples.length) : audio.samples.length;
    if (item.kind === 'file' && item.gain !== undefined) this.#gain = 10 ** (item.gain / 20);
    this.rewind();
  }

  /** From the beginning, for a play that loops. */
  rewind(): void {
    const { item } = this;
    this.#position = item.kind === 'file' && this.#audio !== undefined ? Math.min(this.#end, Math.round(((item.fromMs ?? 0) * this.#audio.rate) / 1000)) : 0;
    this.#convertedAt = 0;
    this.#convertedEnd = 0;
    this.#resampler = undefined;
    this.#tone = undefined;
    this.#left = -1;
  }

  fill(out: Int16Array, at: number, rate: SampleRate): number {
    switch (this.item.kind) {
      case 'file':
      case 'pcm':
        return this.#fillAudio(out, at, rate);
      case 'tone':
        return this.#fillTone(out, at, rate, this.item.tone, this.item.durationMs);
      case 'silence': {
        if (this.#left < 0) this.#left = Math.round((this.item.durationMs * rate) / 1000);
        const n = Math.min(this.#left, out.length - at);
        out.fill(0, at, at + n);
        this.#left -= n;
        return n;
      }
      case 'mark':
        return 0;
    }
  }

  #fillTone(out: Int16Array, at: number, rate: SampleRate, name: keyof typeof tones, durationMs: number | undefined): number {
    if (this.#tone === undefined) {
      this.#tone = new ToneGenerator(tones[name], rate);
      this.#left = durationMs === undefined ? Number.POSITIVE_INFINITY : Math.round((durationMs * rate) / 1000);
    }
    const n = Math.min(this.#left, out.length - at);
    if (this.#left <= rate / 200) this.#tone.stop();
    const written = this.#tone.process(out, at, at + n);
    this.#left -= n;
    return this.#tone.ended && this.#left > 0 ? written : n;
  }

  #fillAudio(out: Int16Array, at: number, rate: SampleRate): number {
    const audio = this.#audio;
    if (audio === undefined) return 0;
    const speed = this.item.kind === 'file' ? (this.item.speed ?? 1) : 1;
    const from = Math.max(1000, Math.round(audio.rate * speed));
    const written = from === rate ? this.#copy(audio, out, at) : this.#convert(audio, out, at, from, rate);
    if (this.#gain !== 1) {
      for (let i = at; i < at + written; i++) {
        const value = (out[i] as number) * this.#gain;
        out[i] = value > 32767 ? 32767 : value < -32768 ? -32768 : value;
      }
    }
    return written;
  }

  #copy(audio: LoadedAudio, out: Int16Array, at: number): number {
    const n = Math.min(this.#end - this.#position, out.length - at);
    if (n <= 0) return 0;
    const from = this.#position;
    for (let i = 0; i < n; i++) out[at + i] = audio.samples[from + i] as number;
    this.#position += n;
    return n;
  }

  #convert(audio: LoadedAudio, out: Int16Array, at: number, from: number, rate: SampleRate): number {
    const resampler = (this.#resampler ??= new Resampler(from, rate));
    const size = Math.ceil(from / 100);
    if (this.#chunk === undefined || this.#chunk.length !== size) {
      this.#chunk = new Int16Array(size);
      this.#converted = new Int16Array(resampler.outputLimit(size));
    }
    let n = 0;
    while (at + n < out.length) {
      if (this.#convertedAt === this.#convertedEnd) {
        const some = Math.min(size, this.#end - this.#position);
        if (some <= 0) break;
        const chunk = some === size ? this.#chunk : this.#chunk.subarray(0, some);
        for (let i = 0; i < some; i++) chunk[i] = audio.samples[this.#position + i] as number;
        this.#position += some;
        this.#convertedAt = 0;
        this.#convertedEnd = resampler.process(chunk, this.#converted as Int16Array);
        continue;
      }
      out[at + n] = (this.#converted as Int16Array)[this.#convertedAt] as number;
      this.#convertedAt += 1;
      n += 1;
    }
    return n;
  }
}
