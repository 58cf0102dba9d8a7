import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mixDownToMono, readWav } from '../../audio/wav-file.ts';
import { runChild } from '../child-process.ts';
import { plainTextOf } from '../plain-text.ts';
import type { SynthesisOutcome, SynthesisRequest, Synthesizer } from '../synthesizer.ts';

/** flite as a child process: English, no markup (an SSML document is spoken as its words). */
export class FliteSynthesizer implements Synthesizer {
  readonly name = 'flite';
  readonly languages = ['en'];
  readonly #command: string;
  readonly #timeoutMs: number;

  constructor(options: { command?: string; timeoutMs?: number } = {}) {
    this.#command = options.command ?? 'flite';
    this.#timeoutMs = options.timeoutMs ?? 10_000;
  }

  /** Is it installed? Why not, otherwise. */
  async probe(): Promise<{ ok: boolean; detail: string }> {
    const outcome = await runChild(this.#command, ['-lv'], '', { timeoutMs: this.#timeoutMs });
    return { ok: outcome.ok, detail: outcome.ok ? outcome.stdout.toString('utf8').trim() : outcome.reason };
  }

  async synthesize(request: SynthesisRequest, signal: AbortSignal): Promise<SynthesisOutcome> {
    if (!/^en\b/i.test(request.language)) return { ok: false, kind: 'unspoken', reason: `flite speaks English, not ${request.language}` };
    const text = request.ssml ? plainTextOf(request.text) : request.text;
    if (text === undefined) return { ok: false, kind: 'failed', reason: 'the SSML is not well-formed' };
    if (text === '') return { ok: true, sampleRate: 16000, samples: new Int16Array(0), marks: [] };
    const voice = /^[a-z][a-z0-9_]{0,31}$/i.test(request.voice ?? '') ? (request.voice ?? 'slt') : 'slt';
    // flite writes a WAV only to a file that it can seek in.
    const folder = await mkdtemp(join(tmpdir(), 'nailup-flite-'));
    try {
      const file = join(folder, 'out.wav');
      const stretch = (1 / Math.min(3, Math.max(0.3, request.rate ?? 1))).toFixed(2);
      const outcome = await runChild(this.#command, ['-voice', voice, '--setf', `duration_stretch=${stretch}`, '-t', text, '-o', file], '', { timeoutMs: this.#timeoutMs, signal });
      if (!outcome.ok) return { ok: false, kind: 'failed', reason: outcome.reason };
      const wav = readWav(await readFile(file));
      if (!wav.ok) return { ok: false, kind: 'failed', reason: `${this.#command}: ${wav.error.reason}` };
      return { ok: true, sampleRate: wav.value.sampleRate, samples: mixDownToMono(wav.value), marks: [] };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
