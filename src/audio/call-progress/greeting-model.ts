import type { CallProgressHints } from './call-progress-event.ts';
import { GREETING_FEATURES, type GreetingFeatures } from './greeting-features.ts';
import { greetingTrees } from './greeting-trees.ts';

export interface Judgement {
  verdict: 'live_voice' | 'recorded_msg';
  confidence: number;
}

/** Person or machine, as soon as it can be said; undefined while it cannot. The object may be used again. */
export interface GreetingJudge {
  judge(features: GreetingFeatures): Judgement | undefined;
}

/**
 * Boosted decision trees, each complete and of the same depth. A tree's inner nodes stand in heap order as (feature, limit)
 * pairs: left when the feature is below the limit; then its leaves. The sum of the leaves is the log-odds of a machine.
 */
export interface BoostedTrees {
  readonly depth: number;
  readonly bias: number;
  /** Per tree: 2^depth − 1 pairs, then 2^depth leaves. */
  readonly trees: readonly (readonly number[])[];
}

/**
 * How sure it must be, as log-odds, by time since the speech began: strict at first, at last whatever is likelier. A machine
 * can wait, for people who speak for a second are often just about to stop.
 */
const SURE: readonly (readonly [elapsedMs: number, live: number, recorded: number])[] = [
  [0, 9, 9],
  [500, 4, 9],
  [900, 2, 5],
  [1090, 1.2, 0.9],
  [1140, 0.4, 0.9],
  [1400, 0.5, 0.5],
  [2000, 0, 0],
];
/** When most is decided by the table. */
const DECIDED_MS = 1150;
/** Judges every 20 ms, and not before there is something to judge. */
const FIRST_MS = 300;

export class GreetingModel implements GreetingJudge {
  readonly #liveSilenceMs: number | undefined;
  readonly #recordedSpeechMs: number | undefined;
  /** How much slower than the table it goes. */
  readonly #pace: number;
  readonly #model: BoostedTrees;
  readonly #x = new Float64Array(GREETING_FEATURES.length);
  readonly #judgement: Judgement = { verdict: 'live_voice', confidence: 0 };

  constructor(hints: Pick<CallProgressHints, 'liveSilenceMs' | 'recordedSpeechMs' | 'verdictMs'> = {}, model: BoostedTrees = greetingTrees) {
    this.#liveSilenceMs = hints.liveSilenceMs;
    this.#recordedSpeechMs = hints.recordedSpeechMs;
    this.#pace = Math.max(600, hints.verdictMs ?? DECIDED_MS) / DECIDED_MS;
    this.#model = model;
  }

  judge(features: GreetingFeatures): Judgement | undefined {
    if (this.#recordedSpeechMs !== undefined && features.activeMs >= this.#recordedSpeechMs) return this.#say('recorded_msg', 0.8);
    if (this.#liveSilenceMs !== undefined && features.silenceMs >= this.#liveSilenceMs) return this.#say('live_voice', 0.8);
    const elapsed = features.elapsedMs;
    if (elapsed < FIRST_MS || elapsed % 20 !== 0) return undefined;
    const odds = this.odds(features);
    let row = SURE[0] as readonly [number, number, number];
    for (const next of SURE) if (elapsed >= next[0] * this.#pace) row = next;
    const confidence = 1 / (1 + Math.exp(-Math.abs(odds)));
    if (odds >= row[2] && this.#recordedSpeechMs === undefined) return this.#say('recorded_msg', confidence);
    if (odds < -row[1] && this.#liveSilenceMs === undefined) return this.#say('live_voice', confidence);
    return undefined;
  }

  /** Log-odds that a machine speaks. */
  odds(features: GreetingFeatures): number {
    features.write(this.#x);
    const { depth, trees, bias } = this.#model;
    const inner = 2 ** depth - 1;
    let sum = bias;
    for (const tree of trees) {
      let node = 0;
      while (node < inner) node = node * 2 + ((this.#x[tree[node * 2] as number] as number) < (tree[node * 2 + 1] as number) ? 1 : 2);
      sum += tree[inner * 2 + node - inner] as number;
    }
    return sum;
  }

  #say(verdict: Judgement['verdict'], confidence: number): Judgement {
    this.#judgement.verdict = verdict;
    this.#judgement.confidence = confidence;
    return this.#judgement;
  }
}
