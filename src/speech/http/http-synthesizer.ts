import { mixDownToMono, readWav } from '../../audio/wav-file.ts';
import type { SynthesisOutcome, SynthesisRequest, Synthesizer } from '../synthesizer.ts';

export interface HttpSynthesizerOptions {
  readonly url: string;
  readonly languages: readonly string[];
  /** Sent with each request, e.g. `Authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Default 16 MiB. */
  readonly maxBytes?: number;
}

/**
 * An engine behind HTTP (docs/speech.md): POST of the text with `Content-Type: text/plain` or `application/ssml+xml`,
 * `Content-Language`, and `X-Voice`, `X-Rate` where given; the answer is 200 with `audio/wav`. 422 says that the engine
 * cannot speak this (unspoken); anything else is a failure.
 */
export class HttpSynthesizer implements Synthesizer {
  readonly name: string;
  readonly languages: readonly string[];
  readonly #options: HttpSynthesizerOptions;

  constructor(options: HttpSynthesizerOptions) {
    this.name = `http ${new URL(options.url).host}`;
    this.languages = options.languages;
    this.#options = options;
  }

  async synthesize(request: SynthesisRequest, signal: AbortSignal): Promise<SynthesisOutcome> {
    const failed = (reason: string): SynthesisOutcome => ({ ok: false, kind: 'failed', reason: `${this.#options.url}: ${reason}` });
    try {
      const response = await fetch(this.#options.url, {
        method: 'POST',
        body: request.text,
        headers: {
          ...this.#options.headers,
          'Content-Type': request.ssml ? 'application/ssml+xml; charset=utf-8' : 'text/plain; charset=utf-8',
          'Content-Language': request.language,
          Accept: 'audio/wav',
          ...(request.voice === undefined ? {} : { 'X-Voice': encodeURIComponent(request.voice) }),
          ...(request.rate === undefined ? {} : { 'X-Rate': String(request.rate) }),
        },
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(this.#options.timeoutMs ?? 10_000)]),
      });
      if (response.status === 422) return { ok: false, kind: 'unspoken', reason: `${this.name}: ${(await response.text()).slice(0, 200)}` };
      if (response.status !== 200 || response.body === null) {
        await response.body?.cancel();
        return failed(`status ${response.status}`);
      }
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        bytes += chunk.length;
        if (bytes > (this.#options.maxBytes ?? 16 * 1024 * 1024)) return failed('the audio is too long');
        chunks.push(chunk);
      }
      const wav = readWav(Buffer.concat(chunks));
      if (!wav.ok) return failed(wav.error.reason);
      return { ok: true, sampleRate: wav.value.sampleRate, samples: mixDownToMono(wav.value), marks: [] };
    } catch (error) {
      return failed(signal.aborted ? 'aborted' : error instanceof Error ? error.message : String(error));
    }
  }
}
