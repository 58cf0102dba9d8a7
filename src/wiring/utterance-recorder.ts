import { DtmfClamp } from '../audio/dtmf-clamp.ts';
import type { Utterance } from '../vxml/platform.ts';
import { writeCallerAudio } from './caller-audio.ts';

/** Samples before speech was noticed that belong to it: 400 ms at 8 kHz. */
const leadSamples = 3_200;
const samplesPerMs = 8;

/** Keeps what a caller says while it is recognised (VoiceXML 2.1 §7), from a little before speech is heard on. */
export class UtteranceRecorder {
  readonly #path: string;
  readonly #type: string;
  readonly #maxSamples: number;
  readonly #clamp: DtmfClamp | undefined;
  #parts: Int16Array[] = [];
  #length = 0;
  #speaking = false;

  /** `path` without an ending; `type` the MIME type of the file; what is said after `maxMs` is left out; `maskDigits`: keys too. */
  constructor(path: string, type: string, maxMs: number, maskDigits = false) {
    this.#path = path;
    this.#type = type;
    this.#maxSamples = leadSamples + maxMs * samplesPerMs;
    this.#clamp = maskDigits ? new DtmfClamp('silence') : undefined;
  }

  /** Speech was heard. */
  started(): void {
    this.#speaking = true;
  }

  /** 8 kHz. The array may be used again. */
  push(samples: Int16Array): void {
    if (this.#length >= this.#maxSamples) return;
    const part = samples.slice();
    this.#clamp?.process(samples, part);
    this.#parts.push(part);
    this.#length += samples.length;
    for (let first = this.#parts[0]; !this.#speaking && first !== undefined && this.#length - first.length >= leadSamples; first = this.#parts[0]) {
      this.#parts.shift();
      this.#length -= first.length;
    }
  }

  /** Writes the file. Undefined: nothing was said, or it cannot be written. */
  async finish(): Promise<Utterance | undefined> {
    const parts = this.#parts;
    this.#parts = [];
    if (this.#length === 0) return undefined;
    const all = new Int16Array(this.#length);
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    try {
      const { path, bytes } = await writeCallerAudio(this.#path, this.#type, all);
      return { path, bytes, contentType: this.#type, durationMs: Math.round(all.length / samplesPerMs) };
    } catch {
      return undefined;
    }
  }
}
