import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readWav } from '../../audio/wav-file.ts';
import { encodeWav } from '../../audio/wav-writer.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { SynthesisOutcome, SynthesisRequest, Synthesizer } from '../synthesizer.ts';

export interface SpeechCacheOptions {
  readonly folder: string;
  /** Octets on disk. Default 256 MiB. When it is passed, the longest unused go until 80 % is left. */
  readonly maxBytes?: number;
}

/**
 * Keeps what an engine has spoken on disk, by engine, text, kind, language, voice and rate. A file appears whole or not at
 * all (written aside, then renamed); a broken one counts as absent. Requests for the same text at the same time are one.
 * Speech with marks is not kept. A disk that fails costs time, never the prompt: it is logged.
 */
export class CachingSynthesizer implements Synthesizer {
  readonly name: string;
  readonly languages: readonly string[];
  readonly #engine: Synthesizer;
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #running = new Map<string, Promise<SynthesisOutcome>>();
  #bytes: number | undefined;
  #trimming: Promise<void> = Promise.resolve();

  constructor(engine: Synthesizer, options: SpeechCacheOptions, deps: { clock: Clock; logger: Logger }) {
    this.#engine = engine;
    this.name = engine.name;
    this.languages = engine.languages;
    this.#folder = options.folder;
    this.#maxBytes = options.maxBytes ?? 256 * 1024 * 1024;
    this.#clock = deps.clock;
    this.#logger = deps.logger;
  }

  async synthesize(request: SynthesisRequest, signal: AbortSignal): Promise<SynthesisOutcome> {
    const key = createHash('sha256')
      .update(JSON.stringify([1, this.#engine.name, request.language.toLowerCase(), request.voice ?? '', request.rate ?? 1, request.ssml, request.text]))
      .digest('hex');
    const kept = await this.#read(key);
    if (kept !== undefined) return kept;
    const running = this.#running.get(key);
    if (running !== undefined) {
      const outcome = await running;
      // The one who asked first may have given up: that is not ours.
      if (outcome.ok || outcome.kind === 'unspoken') return outcome;
    }
    const mine = this.#engine.synthesize(request, signal).then(async (outcome) => {
      if (outcome.ok && outcome.marks.length === 0 && outcome.samples.length > 0) await this.#write(key, outcome);
      return outcome;
    });
    this.#running.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#running.get(key) === mine) this.#running.delete(key);
    }
  }

  /** Resolves when no trimming is under way. */
  idle(): Promise<void> {
    return this.#trimming;
  }

  async #read(key: string): Promise<SynthesisOutcome | undefined> {
    const path = join(this.#folder, `${key}.wav`);
    try {
      const wav = readWav(await readFile(path));
      if (!wav.ok) return undefined;
      const now = new Date(this.#clock.now());
      await utimes(path, now, now).catch(() => undefined);
      return { ok: true, sampleRate: wav.value.sampleRate, samples: wav.value.samples, marks: [] };
    } catch {
      return undefined;
    }
  }

  async #write(key: string, outcome: { sampleRate: number; samples: Int16Array }): Promise<void> {
    const aside = join(this.#folder, `.${key}.${randomBytes(6).toString('hex')}`);
    try {
      await mkdir(this.#folder, { recursive: true });
      const bytes = encodeWav({ encoding: 'linear16', sampleRate: outcome.sampleRate, channels: 1 }, outcome.samples);
      await writeFile(aside, bytes);
      const path = join(this.#folder, `${key}.wav`);
      await rename(aside, path);
      const now = new Date(this.#clock.now());
      await utimes(path, now, now);
      if (this.#bytes !== undefined) this.#bytes += bytes.length;
      if (this.#bytes === undefined || this.#bytes > this.#maxBytes) this.#trimming = this.#trimming.then(() => this.#trim());
    } catch (error) {
      this.#logger.warn({ error: String(error), folder: this.#folder }, 'speech cache: cannot keep what was spoken; free space or set another folder');
      await unlink(aside).catch(() => undefined);
    }
  }

  async #trim(): Promise<void> {
    try {
      const files: { path: string; size: number; used: number }[] = [];
      for (const name of await readdir(this.#folder)) {
        const path = join(this.#folder, name);
        const info = await stat(path).catch(() => undefined);
        if (info?.isFile() === true && name.endsWith('.wav')) files.push({ path, size: info.size, used: info.mtimeMs });
      }
      let total = files.reduce((sum, f) => sum + f.size, 0);
      if (total > this.#maxBytes) {
        files.sort((a, b) => a.used - b.used);
        for (const file of files) {
          if (total <= this.#maxBytes * 0.8) break;
          await unlink(file.path).catch(() => undefined);
          total -= file.size;
        }
      }
      this.#bytes = total;
    } catch (error) {
      this.#logger.warn({ error: String(error), folder: this.#folder }, 'speech cache: cannot look through the folder');
    }
  }
}
