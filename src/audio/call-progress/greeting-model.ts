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
  readonly sureness: Sureness;
  readonly depth: number;
  readonly bias: number;
  /** Per tree: 2^depth − 1 pairs, then 2^depth leaves. */
  readonly trees: readonly (readonly number[])[];
}

/**
 * How sure it must be to speak, as log-odds: before the time of the verdict, and from then on. After half as long again whatever is
 * likelier is told. Who gives more time than `verdictMs` wants people to have it: the limit for a machine before it grows with the time.
 */
export interface Sureness {
  /** When, after the speech began, most is decided unless a hint says otherwise. */
  readonly verdictMs: number;
  readonly liveEarly: number;
  readonly recordedEarly: number;
  readonly live: number;
  readonly recorded: number;
}

const EARLIEST_VERDICT_MS = 600;
/** Judges every 20 ms, and not before there is something to judge. */
const FIRST_MS = 300;

export class GreetingModel implements GreetingJudge {
  readonly #hints: Pick<CallProgressHints, 'liveSilenceMs' | 'recordedSpeechMs'>;
  readonly #verdictMs: number;
  /** Added to the odds of a machine. */
  readonly #lean: number;
  readonly #model: BoostedTrees;
  readonly #x = new Float64Array(GREETING_FEATURES.length);
  readonly #judgement: Judgement = { verdict: 'live_voice', confidence: 0 };

  constructor(hints: Pick<CallProgressHints, 'liveSilenceMs' | 'recordedSpeechMs' | 'verdictMs' | 'missedPersonCost'> = {}, model: BoostedTrees = greetingTrees) {
    this.#hints = hints;
    this.#verdictMs = Math.max(EARLIEST_VERDICT_MS, hints.verdictMs ?? model.sureness.verdictMs);
    this.#lean = -Math.log(Math.max(0.01, hints.missedPersonCost ?? 1));
    this.#model = model;
  }

  judge(features: GreetingFeatures): Judgement | undefined {
    const { liveSilenceMs, recordedSpeechMs } = this.#hints;
    if (recordedSpeechMs !== undefined && features.activeMs >= recordedSpeechMs) return this.#say('recorded_msg', 0.8);
    if (liveSilenceMs !== undefined && features.silenceMs >= liveSilenceMs) return this.#say('live_voice', 0.8);
    const elapsed = features.elapsedMs;
    if (elapsed < FIRST_MS || elapsed % 20 !== 0) return undefined;
    features.write(this.#x);
    const odds = oddsOf(this.#model, this.#x);
    const verdict = decide(odds + this.#lean, elapsed, this.#verdictMs, this.#model.sureness);
    // A hint that says when it is one or the other says it alone.
    if (verdict === undefined || (verdict === 'recorded_msg' ? recordedSpeechMs : liveSilenceMs) !== undefined) return undefined;
    // A lean may tell what is the less likely.
    return this.#say(verdict, 1 / (1 + Math.exp(verdict === 'recorded_msg' ? -odds : odds)));
  }

  #say(verdict: Judgement['verdict'], confidence: number): Judgement {
    this.#judgement.verdict = verdict;
    this.#judgement.confidence = confidence;
    return this.#judgement;
  }
}

/** What the log-odds of a machine come to so long after the speech began; undefined: wait. */
export function decide(odds: number, elapsedMs: number, verdictMs: number, sureness: Sureness): Judgement['verdict'] | undefined {
  if (elapsedMs >= verdictMs * 1.5) return odds >= 0 ? 'recorded_msg' : 'live_voice';
  const early = elapsedMs < verdictMs;
  const more = Math.max(1, verdictMs / sureness.verdictMs);
  if (odds >= (early ? sureness.recordedEarly * more : sureness.recorded)) return 'recorded_msg';
  return odds < -(early ? sureness.liveEarly : sureness.live) ? 'live_voice' : undefined;
}

/** Log-odds that a machine speaks, of features in the order of GREETING_FEATURES. */
export function oddsOf({ depth, bias, trees }: Pick<BoostedTrees, 'depth' | 'bias' | 'trees'>, features: Float64Array): number {
  const inner = 2 ** depth - 1;
  let sum = bias;
  for (const tree of trees) {
    let node = 0;
    while (node < inner) node = node * 2 + ((features[tree[node * 2] as number] as number) < (tree[node * 2 + 1] as number) ? 1 : 2);
    sum += tree[inner * 2 + node - inner] as number;
  }
  return sum;
}
