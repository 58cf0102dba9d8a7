import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resample } from '../../audio/resampler.ts';
import { VoiceActivityDetector } from '../../audio/voice-activity.ts';
import { encodeWav } from '../../audio/wav-writer.ts';
import { fail } from '../../kernel/result.ts';
import { runChild } from '../child-process.ts';
import type { RecognitionOutcome, RecognitionRequest, RecognitionStream, Recognizer } from '../recognizer.ts';
import { srgsToJsgf } from './srgs-to-jsgf.ts';

export interface PocketsphinxOptions {
  readonly command?: string;
  /** Holds `en-us/` (acoustic model) and `cmudict-en-us.dict`. */
  readonly modelFolder?: string;
  readonly timeoutMs?: number;
  /** Told of words in grammars that the dictionary lacks, which cannot be understood. */
  readonly onUnknownWords?: (words: readonly string[]) => void;
}

const MODEL_RATE = 16_000;
/** Kept from before the speech, so that its first consonant is there. */
const LEAD_MS = 300;
/** pocketsphinx tells no confidence with a grammar. */
const CONFIDENCE = 0.6;

/**
 * Debian's pocketsphinx as a child process, one run an utterance: for demonstrations and tests with small English grammars.
 * The end of speech is found here by energy; the audio is brought to 16 kHz.
 */
export class PocketsphinxRecognizer implements Recognizer {
  readonly name = 'pocketsphinx';
  readonly languages = ['en'];
  readonly #options: Required<PocketsphinxOptions>;
  #dictionary: Promise<ReadonlySet<string>> | undefined;

  constructor(options: PocketsphinxOptions = {}) {
    this.#options = { command: options.command ?? 'pocketsphinx_continuous', modelFolder: options.modelFolder ?? '/usr/share/pocketsphinx/model/en-us', timeoutMs: options.timeoutMs ?? 15_000, onUnknownWords: options.onUnknownWords ?? (() => undefined) };
  }

  /** Are program and model installed? Why not, otherwise. */
  async probe(): Promise<{ ok: boolean; detail: string }> {
    const { command, modelFolder, timeoutMs } = this.#options;
    for (const part of ['en-us', 'cmudict-en-us.dict']) {
      const there = await access(join(modelFolder, part)).then(() => true, () => false);
      if (!there) return { ok: false, detail: `${join(modelFolder, part)} is not there` };
    }
    // It knows no option that only says its version, and ends with 1 when told nothing to do.
    const outcome = await runChild(command, [], '', { timeoutMs });
    return outcome.ok || !/ENOENT|EACCES/.test(outcome.reason) ? { ok: true, detail: modelFolder } : { ok: false, detail: outcome.reason };
  }

  recognize(request: RecognitionRequest, onOutcome: (outcome: RecognitionOutcome) => void): RecognitionStream {
    const abort = new AbortController();
    const voice = new VoiceActivityDetector(request.sampleRate, { hangoverMs: Math.max(200, request.completeSilenceMs) });
    const parts: Int16Array[] = [];
    let samples = 0;
    let spoke = false;
    let closed = false;
    const failed = (reason: string): RecognitionOutcome => ({ kind: 'failed', reason: `pocketsphinx: ${reason}` });
    const grammar = this.#words().then((words) => srgsToJsgf(request.grammars, (word) => words.has(word)), (error: unknown) => fail(String(error)));
    const end = (): void => {
      closed = true;
      const audio = new Int16Array(samples);
      let at = 0;
      for (const part of parts) {
        audio.set(part, at);
        at += part.length;
      }
      const work = grammar.then((jsgf) => (jsgf.ok ? this.#decode(audio, request.sampleRate, jsgf.value.jsgf, abort.signal) : failed(jsgf.error)));
      work.then(
        (outcome) => {
          if (!abort.signal.aborted) onOutcome(outcome);
        },
        (error: unknown) => {
          if (!abort.signal.aborted) onOutcome(failed(String(error)));
        },
      );
    };
    void grammar.then((jsgf) => {
      if (!jsgf.ok && !closed) return end();
      if (jsgf.ok && jsgf.value.unknown.length > 0) this.#options.onUnknownWords(jsgf.value.unknown);
    });
    return {
      push: (frame) => {
        if (closed) return;
        parts.push(frame.slice());
        samples += frame.length;
        const changed = voice.process(frame);
        if (changed && voice.speaking) spoke = true;
        if (!spoke) {
          while (parts.length > 1 && ((samples - (parts[0]?.length ?? 0)) * 1000) / request.sampleRate > LEAD_MS) samples -= parts.shift()?.length ?? 0;
        } else if ((changed && !voice.speaking) || (samples * 1000) / request.sampleRate > request.maxSpeechMs + LEAD_MS) end();
      },
      cancel: () => {
        closed = true;
        abort.abort();
      },
    };
  }

  /** Every word that the dictionary can pronounce. Read once. */
  #words(): Promise<ReadonlySet<string>> {
    return (this.#dictionary ??= readFile(join(this.#options.modelFolder, 'cmudict-en-us.dict'), 'utf8').then((text) => new Set(text.split('\n').map((line) => line.slice(0, line.indexOf(' ')).replace(/\(\d+\)$/, '')))));
  }

  async #decode(audio: Int16Array, rate: number, jsgf: string, signal: AbortSignal): Promise<RecognitionOutcome> {
    const folder = await mkdtemp(join(tmpdir(), 'nailup-sphinx-'));
    try {
      await writeFile(join(folder, 'grammar.jsgf'), jsgf);
      await writeFile(join(folder, 'speech.wav'), encodeWav({ encoding: 'linear16', sampleRate: MODEL_RATE, channels: 1 }, resample(audio, rate, MODEL_RATE)));
      const { command, modelFolder, timeoutMs } = this.#options;
      const outcome = await runChild(
        command,
        ['-infile', join(folder, 'speech.wav'), '-jsgf', join(folder, 'grammar.jsgf'), '-hmm', join(modelFolder, 'en-us'), '-dict', join(modelFolder, 'cmudict-en-us.dict'), '-logfn', '/dev/null'],
        '',
        { timeoutMs, signal },
      );
      if (!outcome.ok) return { kind: 'failed', reason: outcome.reason };
      const words = outcome.stdout.toString('utf8').replace(/\(\d+\)/g, '').split(/\s+/).filter((w) => w !== '').join(' ');
      return words === '' ? { kind: 'nomatch' } : { kind: 'match', alternatives: [{ utterance: words, confidence: CONFIDENCE }] };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
