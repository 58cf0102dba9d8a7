import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resample } from '../../audio/resampler.ts';
import { mixDownToMono, readWav } from '../../audio/wav-file.ts';
import { primaryLanguage } from '../../kernel/language-tag.ts';
import type { SynthesisOutcome, SynthesisRequest, Synthesizer } from '../synthesizer.ts';
import { english } from './english.ts';
import type { SayAs } from './say-as.ts';
import { phraseKey, planSpeech, type PhraseBook } from './ssml-plan.ts';

const RATE = 8000;
/** Between two joined recordings; each already carries a little silence of its own. */
const JOINT_MS = 30;
const SAY_AS: readonly SayAs[] = [english];

/** `index.json` of a folder of recordings: phrase → file. */
interface RecordingIndex {
  readonly language: string;
  readonly phrases: Readonly<Record<string, string>>;
}

/** The recordings of one language, from its folders; read when first spoken. */
class Recordings implements PhraseBook {
  longest = 1;
  readonly #paths = new Map<string, string>();
  readonly #samples = new Map<string, Int16Array>();

  add(folder: string, index: RecordingIndex): void {
    for (const [phrase, file] of Object.entries(index.phrases)) {
      const key = phraseKey(phrase);
      if (!this.#paths.has(key)) this.#paths.set(key, join(folder, file));
      this.longest = Math.max(this.longest, key.split(' ').length);
    }
  }

  has(phrase: string): boolean {
    return this.#paths.has(phrase);
  }

  /** 8 kHz samples, or why there are none. */
  samples(phrase: string): Int16Array | string {
    const known = this.#samples.get(phrase);
    if (known !== undefined) return known;
    const path = this.#paths.get(phrase);
    if (path === undefined) return `no recording of "${phrase}"`;
    try {
      const wav = readWav(readFileSync(path));
      if (!wav.ok) return `${path}: ${wav.error.reason} (octet ${wav.error.offset})`;
      const samples = resample(mixDownToMono(wav.value), wav.value.sampleRate, RATE);
      this.#samples.set(phrase, samples);
      return samples;
    } catch (error) {
      return `${path}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}

/**
 * Speaks by joining recordings: digits, numbers, dates, times, money, telephone numbers, spelled text, and any text made of
 * recorded words and phrases. All else is `unspoken`, with the words that are missing. A language is a folder
 * `<audio>/<language>/` with WAV files and an `index.json`; the pages' own prompts in `<audio>/` count as phrases too.
 */
export class VocabularySynthesizer implements Synthesizer {
  readonly name = 'vocabulary';
  readonly languages: readonly string[];
  readonly #recordings = new Map<string, Recordings>();

  /** @param audioFolder e.g. `vxml/audio`. A folder without an index is passed over. */
  constructor(audioFolder: string) {
    const folders = existsSync(audioFolder) ? ['', ...readdirSync(audioFolder, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => e.name)] : [];
    for (const name of folders) {
      const folder = join(audioFolder, name);
      const index = join(folder, 'index.json');
      if (!existsSync(index)) continue;
      const read = JSON.parse(readFileSync(index, 'utf8')) as RecordingIndex;
      const language = primaryLanguage(read.language);
      let recordings = this.#recordings.get(language);
      if (recordings === undefined) this.#recordings.set(language, (recordings = new Recordings()));
      recordings.add(folder, read);
    }
    this.languages = [...this.#recordings.keys()].filter((language) => SAY_AS.some((s) => s.language === language));
  }

  synthesize(request: SynthesisRequest): Promise<SynthesisOutcome> {
    return Promise.resolve(this.#join(request));
  }

  #join(request: SynthesisRequest): SynthesisOutcome {
    const language = primaryLanguage(request.language);
    const recordings = this.#recordings.get(language);
    const sayAs = SAY_AS.find((s) => s.language === language);
    if (recordings === undefined || sayAs === undefined) return { ok: false, kind: 'unspoken', reason: `no recordings in ${request.language}` };
    const plan = planSpeech(request.text, request.ssml, sayAs, recordings);
    if (plan === undefined) return { ok: false, kind: 'failed', reason: 'the SSML is not well-formed' };
    const unknown = plan.flatMap((part) => (part.kind === 'unknown' ? [part.text] : []));
    if (unknown.length > 0) {
      const shown = [...new Set(unknown)].slice(0, 8).map((word) => `"${word}"`).join(', ');
      return { ok: false, kind: 'unspoken', reason: `not in the recorded vocabulary: ${shown}` };
    }
    const parts: Int16Array[] = [];
    const marks: { name: string; atMs: number }[] = [];
    let length = 0;
    const add = (part: Int16Array): void => {
      parts.push(part);
      length += part.length;
    };
    for (const [i, part] of plan.entries()) {
      if (part.kind === 'mark') marks.push({ name: part.name, atMs: (length * 1000) / RATE });
      // A pause at the very end is the caller's affair.
      else if (part.kind === 'pause') add(new Int16Array(i === plan.length - 1 && !request.ssml ? 0 : Math.round((part.ms * RATE) / 1000)));
      else if (part.kind === 'phrase') {
        const samples = recordings.samples(part.phrase);
        if (typeof samples === 'string') return { ok: false, kind: 'failed', reason: samples };
        if (length > 0) add(new Int16Array((JOINT_MS * RATE) / 1000));
        add(samples);
      }
    }
    const samples = new Int16Array(length);
    let at = 0;
    for (const part of parts) {
      samples.set(part, at);
      at += part.length;
    }
    return { ok: true, sampleRate: RATE, samples, marks };
  }
}
