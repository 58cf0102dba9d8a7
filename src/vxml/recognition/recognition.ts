import type { Utterance } from '../platform.ts';
import type { InputMode } from './grammar-store.ts';
import type { Target } from './target.ts';

/** One reading of an input (§5.1.5). */
export interface Interpretation {
  readonly utterance: string;
  readonly confidence: number;
  readonly inputmode: InputMode;
  readonly interpretation: unknown;
}

/** A matched input: the best reading, what it is for, and all readings for `application.lastresult$`. */
export interface Recognition extends Interpretation {
  readonly target: Target;
  readonly readings: readonly Interpretation[];
  readonly marks: { readonly markname?: string; readonly marktime?: number };
  readonly recording: Utterance | undefined;
}
