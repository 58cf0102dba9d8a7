import { mixDownToMono, readWav } from '../../audio/wav-file.ts';
import { runChild } from '../child-process.ts';
import type { SynthesisOutcome, SynthesisRequest, Synthesizer } from '../synthesizer.ts';

/** BCP 47 → voice of espeak-ng. What is not here falls back to its primary tag. */
const VOICES: Readonly<Record<string, string>> = {
  en: 'en-us', 'en-us': 'en-us', 'en-gb': 'en-gb', fr: 'fr-fr', 'fr-fr': 'fr-fr', de: 'de', it: 'it', ru: 'ru', es: 'es-419', 'es-419': 'es-419', 'es-mx': 'es-419', 'es-es': 'es',
  pt: 'pt-br', 'pt-br': 'pt-br', 'pt-pt': 'pt', zh: 'cmn', 'zh-cn': 'cmn', ja: 'ja', ko: 'ko',
};
const WORDS_A_MINUTE = 165;

export interface EspeakOptions {
  readonly command?: string;
  readonly timeoutMs?: number;
}

/** espeak-ng as a child process, reading text or SSML from stdin and writing WAV to stdout. */
export class EspeakSynthesizer implements Synthesizer {
  readonly name = 'espeak-ng';
  readonly languages = ['zh-CN', 'ja', 'ko', 'en', 'fr', 'de', 'it', 'ru', 'es-419', 'pt-BR'];
  readonly #command: string;
  readonly #timeoutMs: number;

  constructor(options: EspeakOptions = {}) {
    this.#command = options.command ?? 'espeak-ng';
    this.#timeoutMs = options.timeoutMs ?? 10_000;
  }

  /** Is it installed? Its version, or why not. */
  async probe(): Promise<{ ok: boolean; detail: string }> {
    const outcome = await runChild(this.#command, ['--version'], '', { timeoutMs: this.#timeoutMs });
    return { ok: outcome.ok, detail: outcome.ok ? outcome.stdout.toString('utf8').trim() : outcome.reason };
  }

  async synthesize(request: SynthesisRequest, signal: AbortSignal): Promise<SynthesisOutcome> {
    const tag = request.language.toLowerCase();
    const voice = VOICES[tag] ?? VOICES[tag.split('-')[0] ?? ''];
    if (voice === undefined) return { ok: false, kind: 'unspoken', reason: `espeak-ng: no voice configured for ${request.language}` };
    // A variant of the voice, as in `en-us+f3`: letters, digits, never an option.
    const variant = /^[a-z][a-z0-9]{0,15}$/i.test(request.voice ?? '') ? `+${request.voice ?? ''}` : '';
    const speed = Math.round(WORDS_A_MINUTE * Math.min(3, Math.max(0.3, request.rate ?? 1)));
    const args = ['-v', voice + variant, '-s', String(speed), '--stdin', '--stdout', '-b', '1', ...(request.ssml ? ['-m'] : [])];
    const outcome = await runChild(this.#command, args, request.text, { timeoutMs: this.#timeoutMs, signal });
    if (!outcome.ok) return { ok: false, kind: 'failed', reason: outcome.reason };
    if (outcome.stdout.length === 0) return { ok: true, sampleRate: 22050, samples: new Int16Array(0), marks: [] };
    const wav = readWav(outcome.stdout);
    if (!wav.ok) return { ok: false, kind: 'failed', reason: `${this.#command}: ${wav.error.reason}` };
    return { ok: true, sampleRate: wav.value.sampleRate, samples: mixDownToMono(wav.value), marks: [] };
  }
}
