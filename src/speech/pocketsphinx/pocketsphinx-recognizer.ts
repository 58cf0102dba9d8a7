import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resample } from '../../audio/resampler.ts';
import { VoiceActivityDetector } from '../../audio/voice-activity.ts';
import { encodeWav } from '../../audio/wav-writer.ts';
import { runChild } from '../child-process.ts';
import type { RecognitionOutcome, RecognitionRequest, RecognitionStream, Recognizer } from '../recognizer.ts';
import { srgsToJsgf } from './srgs-to-jsgf.ts';

export interface PocketsphinxOptions {
  readonly command?: string;
  /** Holds `en-us/` (acoustic model) and `cmudict-en-us.dict`. */
  readonly modelFolder?: string;
  readonly timeoutMs?: number;
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

  constructor(options: PocketsphinxOptions = {}) {
    this.#options = { command: options.command ?? 'pocketsphinx_continuous', modelFolder: options.modelFolder ?? '/usr/share/pocketsphinx/model/en-us', timeoutMs: options.timeoutMs ?? 15_000 };
  }

  recognize(request: RecognitionRequest, onOutcome: (outcome: RecognitionOutcome) => void): RecognitionStream {
    const abort = new AbortController();
    const voice = new VoiceActivityDetector(request.sampleRate, { hangoverMs: Math.max(200, request.completeSilenceMs) });
    const parts: Int16Array[] = [];
    let samples = 0;
    let spoke = false;
    let closed = false;
    const jsgf = srgsToJsgf(request.grammars);
    const end = (): void => {
      closed = true;
      const audio = new Int16Array(samples);
      let at = 0;
      for (const part of parts) {
        audio.set(part, at);
        at += part.length;
      }
      const work = jsgf.ok ? this.#decode(audio, request.sampleRate, jsgf.value, abort.signal) : Promise.resolve<RecognitionOutcome>({ kind: 'failed', reason: jsgf.error });
      work.then(
        (outcome) => {
          if (!abort.signal.aborted) onOutcome(outcome);
        },
        (error: unknown) => {
          if (!abort.signal.aborted) onOutcome({ kind: 'failed', reason: String(error) });
        },
      );
    };
    if (!jsgf.ok) queueMicrotask(end);
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
