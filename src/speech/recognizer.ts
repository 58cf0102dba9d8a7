/** Listens to audio against word grammars. Implemented by an HTTP streaming engine and by pocketsphinx. */
export interface Recognizer {
  readonly name: string;
  readonly languages: readonly string[];
  /** Starts one recognition. Audio is pushed as it arrives; the outcome comes once. */
  recognize(request: RecognitionRequest, onOutcome: (outcome: RecognitionOutcome) => void): RecognitionStream;
}

export interface RecognitionRequest {
  /** The active grammars, keyed by the caller: SRGS XML that refers to nothing else; the address of a built-in one beside it. */
  readonly grammars: readonly { readonly key: string; readonly srgs: string; readonly builtin?: string }[];
  readonly language: string;
  readonly sampleRate: 8000 | 16000;
  readonly maxSpeechMs: number;
  readonly completeSilenceMs: number;
}

export interface RecognitionStream {
  push(samples: Int16Array): void;
  /** Ends early; no outcome follows. */
  cancel(): void;
}

export type RecognitionOutcome =
  | { readonly kind: 'match'; readonly alternatives: readonly { readonly utterance: string; readonly confidence: number; readonly grammar?: string }[] }
  | { readonly kind: 'nomatch' | 'noinput' }
  | { readonly kind: 'failed'; readonly reason: string };
