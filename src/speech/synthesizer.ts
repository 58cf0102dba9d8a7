/** Turns text or SSML into audio. Implemented by espeak-ng, flite, an HTTP engine, and the bundled recorded vocabulary. */
export interface Synthesizer {
  readonly name: string;
  /** What it can speak, as BCP 47 tags. */
  readonly languages: readonly string[];
  synthesize(request: SynthesisRequest, signal: AbortSignal): Promise<SynthesisOutcome>;
}

export interface SynthesisRequest {
  /** Plain text, or an SSML 1.0 `<speak>` document. */
  readonly text: string;
  readonly ssml: boolean;
  /** BCP 47. */
  readonly language: string;
  readonly voice?: string;
  /** 1 is normal. */
  readonly rate?: number;
}

export type SynthesisOutcome =
  | { readonly ok: true; readonly sampleRate: number; readonly samples: Int16Array; readonly marks: readonly { name: string; atMs: number }[] }
  /** `unspoken`: this text or language is beyond the engine; `failed`: the engine broke. */
  | { readonly ok: false; readonly kind: 'unspoken' | 'failed'; readonly reason: string };
