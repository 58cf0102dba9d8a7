import type { DtmfMatcher, Match } from './grammar-store.ts';

export interface DtmfTiming {
  readonly interdigitMs: number;
  readonly termMs: number;
  /** One key, or empty for none. */
  readonly termchar: string;
}

export type Collected =
  | { readonly kind: 'match'; readonly match: Match; readonly unread: string }
  | { readonly kind: 'nomatch'; readonly unread: string; readonly keys: string }
  /** A grammar took the keys, and its tags failed. */
  | { readonly kind: 'failed'; readonly unread: string; readonly problem: string };

/** After a key that no grammar takes, further keys of the same burst are swallowed until this pause, so that one mistake is one nomatch. */
const burstGapMs = 700;

/**
 * Collects keys against the active grammars with the timing of VoiceXML 2.0 §6.3.3 and Appendix D. It sets no timer itself: after
 * each key `waitMs` says how long to wait for the next one, and `expire` is called when none came.
 */
export class DtmfCollector {
  readonly #matcher: DtmfMatcher;
  readonly #timing: DtmfTiming;
  #state: 'empty' | 'partial' | 'complete' | 'final' | 'dead' = 'empty';
  #outcome: Collected | undefined;
  #keys = '';

  constructor(matcher: DtmfMatcher, timing: DtmfTiming) {
    this.#matcher = matcher;
    this.#timing = timing;
  }

  get outcome(): Collected | undefined {
    return this.#outcome;
  }

  get started(): boolean {
    return this.#state !== 'empty';
  }

  /** How long the next key may take; undefined when nothing was pressed yet, or all is settled. */
  get waitMs(): number | undefined {
    if (this.#outcome !== undefined || this.#state === 'empty') return undefined;
    if (this.#state === 'dead') return Math.min(burstGapMs, this.#timing.interdigitMs);
    return this.#state === 'final' ? this.#timing.termMs : this.#timing.interdigitMs;
  }

  key(key: string): void {
    if (this.#outcome !== undefined) return;
    this.#keys += key;
    const isTermchar = key === this.#timing.termchar;
    if (this.#state === 'dead') {
      if (isTermchar) this.#nomatch();
      return;
    }
    // Complete, and waiting whether the terminating key is pressed too (termtimeout): another key belongs to the next input.
    if (this.#state === 'final') return this.#match(isTermchar ? '' : key);
    if (this.#state === 'complete' && isTermchar) return this.#match('');
    switch (this.#matcher.push(key)) {
      case 'nomatch':
        this.#state = 'dead';
        if (isTermchar) this.#nomatch();
        return;
      case 'partial':
        this.#state = 'partial';
        return;
      case 'match-may-extend':
        this.#state = 'complete';
        return;
      case 'match-final':
        this.#state = 'final';
        if (this.#timing.termMs <= 0 || this.#timing.termchar === '') this.#match('');
    }
  }

  expire(): void {
    if (this.#outcome !== undefined || this.#state === 'empty') return;
    if (this.#state === 'complete' || this.#state === 'final') this.#match('');
    else this.#nomatch();
  }

  #match(unread: string): void {
    const match = this.#matcher.result();
    if (match === undefined) this.#outcome = { kind: 'nomatch', unread, keys: this.#keys };
    else this.#outcome = 'problem' in match ? { kind: 'failed', problem: match.problem, unread } : { kind: 'match', match, unread };
  }

  #nomatch(): void {
    this.#outcome = { kind: 'nomatch', unread: '', keys: this.#keys };
  }
}
