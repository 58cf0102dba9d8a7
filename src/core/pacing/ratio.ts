import { callsOut } from './floor-counts.ts';
import { limited } from './limited.ts';
import type { Pacer, PacingDecision, PacingFact, PacingState } from './pacing.ts';

/** What an expert call ratio watches: wrap-up alone, or conversation and wrap-up. */
export type RatioWatch = 'update' | 'work';

/** A mean that forgets: the last hundred or so count. */
class FadingMean {
  #sum: number;
  #weight: number;

  constructor(prior: number, weight: number) {
    this.#sum = prior * weight;
    this.#weight = weight;
  }

  add(value: number): void {
    this.#sum = this.#sum * 0.99 + value;
    this.#weight = this.#weight * 0.99 + 1;
  }

  get value(): number {
    return this.#sum / this.#weight;
  }
}

/**
 * Expert call ratio. Without `watch`: `ratio` lines for each idle agent, whatever the answers are. With it, lines are made for the
 * agents who are idle and for those who will be by the time that a dial brings a person: who wraps up and is due by the
 * mean wrap-up time (`update`), and who talks and is due by the mean of both (`work`). Each of them gets `ratio` ÷ hit rate lines;
 * the hit rate, people per dial, is learned, and never taken to be below `minHitRate`, which bounds the lines on a bad list.
 *
 * It abandons people and holds no promise; that is the operator's own choice, and the ledger shows what it costs.
 */
export class RatioPacer implements Pacer {
  readonly kind = 'ratio';
  readonly #ratio: number;
  readonly #watch: RatioWatch | undefined;
  readonly #minHitRate: number;
  readonly #hits = new FadingMean(0.3, 20);
  readonly #ring = new FadingMean(10_000, 5);
  readonly #verdict = new FadingMean(1_500, 5);
  readonly #talk = new FadingMean(120_000, 5);
  readonly #wrap = new FadingMean(20_000, 5);

  constructor(options: { readonly ratio: number; readonly watch?: RatioWatch; readonly minHitRate?: number }) {
    if (!(options.ratio > 0 && options.ratio <= 10)) throw new RangeError(`ratio ${options.ratio}: must be above 0 and at most 10`);
    this.#ratio = options.ratio;
    this.#watch = options.watch;
    this.#minHitRate = options.minHitRate ?? 0.1;
  }

  observe(facts: readonly PacingFact[], _now: number): void {
    if (this.#watch === undefined) return;
    for (const fact of facts) {
      switch (fact.what) {
        case 'noanswer':
        case 'busy':
        case 'invalid':
          this.#hits.add(0);
          break;
        case 'answered':
          this.#ring.add(fact.ringMs);
          break;
        case 'person':
        case 'machine':
          this.#verdict.add(fact.verdictMs);
          this.#hits.add(fact.what === 'person' ? 1 : 0);
          break;
        case 'talkEnded':
          this.#talk.add(fact.talkMs);
          break;
        case 'wrapEnded':
          this.#wrap.add(fact.wrapMs);
          break;
        default:
          break;
      }
    }
  }

  decide(state: PacingState, _now: number): PacingDecision {
    const { agents } = state;
    const { idle } = agents;
    const out = callsOut(state);
    if (this.#watch === undefined) return limited(Math.ceil(idle * this.#ratio) - out, state, () => `${idle} idle × ${this.#ratio} − ${out} out`);
    const lead = this.#ring.value + this.#verdict.value;
    const wrap = this.#wrap.value;
    const wrapping = agents.wrapping.filter((age) => Math.max(0, wrap - age) <= lead).length;
    const talking = this.#watch === 'work' ? agents.talking.filter((age) => Math.max(0, this.#talk.value - age) + wrap <= lead).length : 0;
    const hitRate = Math.min(1, Math.max(this.#minHitRate, this.#hits.value));
    const lines = Math.ceil(((idle + wrapping + talking) * this.#ratio) / hitRate - 1e-9);
    return limited(lines - out, state, `${idle} idle, ${wrapping} wrapping up and ${talking} talking due in ${Math.round(lead / 1_000)} s × ${this.#ratio} ÷ hit rate ${hitRate.toFixed(2)} − ${out} out`);
  }
}
