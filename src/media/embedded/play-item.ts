import { Resampler } from '../../audio/resampler.ts';
import { ToneGenerator } from '../../audio/tone-generator.ts';
import type { PlayItem } from '../media.ts';
import type { SampleRate } from './source.ts';
import { toneLengthMs, tones } from './tones.ts';

/** Decoded audio of a file: one channel. */
export interface LoadedAudio {
  readonly samples: Int16Array;
  readonly rate: number;
}

/** Where the chunks of a streamed file come from. */
export interface ItemStream {
  /** A chunk has been taken up. */
  more(): void;
  /** Again, from so far into the item, milliseconds. */
  restart(fromMs: number): void;
  /** No more is wanted. Idempotent. */
  close(): void;
}

/**
 * One item of a play, being rendered. `fill` writes from `at` and answers the samples written; fewer than asked means that
 * the item is over (or, while `loading`, not yet there).
 */
export class ItemRenderer {
  readonly item: PlayItem;
  loading = false;
  failure: string | undefined;
  /** Of a file, until it is there whole. */
  stream: ItemStream | undefined;
  /** Chunks that wait for their turn, and whether others follow. */
  readonly #waiting: LoadedAudio[] = [];
  #streamEnd: { readonly failure: string | undefined } | undefined;
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
  /** Where it began: it was moved there. The rest counts from here, in the item's own time (`speed` 1). */
  #fromMs = 0;
  /** Of chunks that are over. */
  #passedMs = 0;
  /** Samples of silence or tone that were written, at that rate. */
  #given = 0;
  #rate: SampleRate = 8000;

  constructor(item: PlayItem) {
    this.item = item;
    if (item.kind === 'file' && item.gain !== undefined) this.#gain = 10 ** (item.gain / 20);
    if (item.kind === 'pcm') this.provide({ samples: item.samples, rate: item.sampleRate });
  }

  /** The file's audio has come. */
  provide(audio: LoadedAudio): void {
    this.loading = false;
    this.#audio = audio;
    const { item } = this;
    const at = (ms: number | undefined, otherwise: number): number => (ms === undefined ? otherwise : Math.min(audio.samples.length, Math.max(0, Math.round((ms * audio.rate) / 1000))));
    this.#end = item.kind === 'file' ? at(item.toMs, audio.samples.length) : audio.samples.length;
    this.stream = undefined;
    this.seek(this.#fromMs);
  }

  /** A further chunk of a streamed file has come. */
  provideNext(chunk: LoadedAudio): void {
    this.loading = false;
    this.#waiting.push(chunk);
  }

  /** No further chunk comes, for which there may be a reason; those that came are still heard. */
  provideEnd(failure: string | undefined): void {
    const nothing = this.#audio === undefined && this.#waiting.length === 0 && this.#fromMs === 0;
    this.#streamEnd = { failure: failure ?? (nothing ? 'there is no audio in the file' : undefined) };
    // Else it shows when the last chunk has been heard.
    if (this.loading) this.failure = this.#streamEnd.failure;
    this.loading = false;
  }

  /** From the beginning, for a play that loops. */
  rewind(): void {
    this.seek(0);
  }

  /** How far it is, milliseconds of its own time. */
  get positionMs(): number {
    const { item } = this;
    if (item.kind === 'silence' || item.kind === 'tone') return this.#fromMs + (this.#given * 1000) / this.#rate;
    if (this.#audio === undefined) return this.#fromMs + this.#passedMs;
    if (this.stream !== undefined) return this.#fromMs + this.#passedMs + (this.#position * 1000) / this.#audio.rate;
    return ((this.#position - this.#first) * 1000) / this.#audio.rate;
  }

  /** Undefined while nobody knows: of a file that has not come, or not to its end, and of a tone that has none. */
  get lengthMs(): number | undefined {
    const { item } = this;
    if (this.failure !== undefined || item.kind === 'mark') return 0;
    if (item.kind === 'silence') return item.durationMs;
    if (item.kind === 'tone') return item.durationMs ?? toneLengthMs(item.tone);
    if (this.stream !== undefined) return this.#audio !== undefined && this.#streamEnd !== undefined && this.#waiting.length === 0 && this.#position >= this.#end ? this.positionMs : undefined;
    return this.#audio === undefined ? undefined : Math.max(0, ((this.#end - this.#first) * 1000) / this.#audio.rate);
  }

  get #first(): number {
    return this.item.kind === 'file' && this.#audio !== undefined ? Math.max(0, Math.round(((this.item.fromMs ?? 0) * this.#audio.rate) / 1000)) : 0;
  }

  /** Goes on from there, past the end with nothing. A file that still comes is asked for anew; a tone begins its cadence anew, and lasts as long as is left of it. */
  seek(ms: number): void {
    const { stream } = this;
    this.#fromMs = ms;
    this.#passedMs = 0;
    this.#given = 0;
    if (stream !== undefined && this.failure === undefined) {
      this.#waiting.length = 0;
      this.#streamEnd = undefined;
      this.#audio = undefined;
      this.loading = true;
      this.#position = this.#end = 0;
      stream.restart(ms);
    }
    if (this.#audio !== undefined) this.#position = Math.min(this.#end, this.#first + Math.round((ms * this.#audio.rate) / 1000));
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
        if (this.#left < 0) this.#left = Math.max(0, Math.round(((this.item.durationMs - this.#fromMs) * rate) / 1000));
        const n = Math.min(this.#left, out.length - at);
        out.fill(0, at, at + n);
        this.#left -= n;
        this.#given += n;
        this.#rate = rate;
        return n;
      }
      case 'mark':
        return 0;
    }
  }

  #fillTone(out: Int16Array, at: number, rate: SampleRate, name: keyof typeof tones, durationMs: number | undefined): number {
    if (this.#tone === undefined) {
      this.#tone = new ToneGenerator(tones[name], rate);
      const lengthMs = durationMs ?? (this.#fromMs > 0 ? toneLengthMs(name) : undefined);
      this.#left = lengthMs === undefined ? Number.POSITIVE_INFINITY : Math.max(0, Math.round(((lengthMs - this.#fromMs) * rate) / 1000));
    }
    const n = Math.min(this.#left, out.length - at);
    if (this.#left <= rate / 200) this.#tone.stop();
    const written = this.#tone.process(out, at, at + n);
    this.#left -= n;
    this.#given += written;
    this.#rate = rate;
    return this.#tone.ended && this.#left > 0 ? written : n;
  }

  #fillAudio(out: Int16Array, at: number, rate: SampleRate): number {
    const audio = this.#audio ?? this.#advance();
    if (audio === undefined) return 0;
    const speed = this.item.kind === 'file' ? (this.item.speed ?? 1) : 1;
    const from = Math.max(1000, Math.round(audio.rate * speed));
    const written = from === rate ? this.#copy(out, at) : this.#convert(out, at, from, rate);
    if (this.#gain !== 1) {
      for (let i = at; i < at + written; i++) {
        const value = (out[i] as number) * this.#gain;
        out[i] = value > 32767 ? 32767 : value < -32768 ? -32768 : value;
      }
    }
    return written;
  }

  /** The chunk that is heard next, when the last one is over; undefined at the end, and when it has not come yet (then `loading`). */
  #advance(): LoadedAudio | undefined {
    if (this.stream === undefined) return undefined;
    const next = this.#waiting.shift();
    if (next !== undefined) {
      if (this.#audio !== undefined) this.#passedMs += (this.#end * 1000) / this.#audio.rate;
      this.#audio = next;
      this.#position = 0;
      this.#end = next.samples.length;
      this.stream.more();
    } else if (this.#streamEnd === undefined) this.loading = true;
    else this.failure = this.#streamEnd.failure;
    return next;
  }

  #copy(out: Int16Array, start: number): number {
    let at = start;
    while (at < out.length) {
      const audio = this.#position < this.#end ? this.#audio : this.#advance();
      if (audio === undefined) break;
      const n = Math.min(this.#end - this.#position, out.length - at);
      const from = this.#position;
      for (let i = 0; i < n; i++) out[at + i] = audio.samples[from + i] as number;
      this.#position += n;
      at += n;
    }
    return at - start;
  }

  #convert(out: Int16Array, at: number, from: number, rate: SampleRate): number {
    const resampler = (this.#resampler ??= new Resampler(from, rate));
    const size = Math.ceil(from / 100);
    if (this.#chunk === undefined || this.#chunk.length !== size) {
      this.#chunk = new Int16Array(size);
      this.#converted = new Int16Array(resampler.outputLimit(size));
    }
    let n = 0;
    while (at + n < out.length) {
      if (this.#convertedAt === this.#convertedEnd) {
        const audio = this.#position < this.#end ? this.#audio : this.#advance();
        if (audio === undefined) break;
        const some = Math.min(size, this.#end - this.#position);
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
