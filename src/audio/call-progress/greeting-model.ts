import type { CallProgressHints } from './call-progress-event.ts';
import type { GreetingFeatures } from './greeting-features.ts';
import { GreetingInputs } from './greeting-inputs.ts';
import { GreetingNetwork, type NetworkWeights } from './greeting-network.ts';
import { greetingWeights } from './greeting-weights.ts';
import { revisionWeights } from './revision-weights.ts';
import { SecondThoughts, type RevisionModel } from './second-thoughts.ts';
import { VerdictPolicy, type Sureness } from './verdict-policy.ts';

export interface Judgement {
  verdict: 'live_voice' | 'recorded_msg';
  confidence: number;
}

/** Person or machine, as soon as it can be said; undefined while it cannot. The object may be used again. */
export interface GreetingJudge {
  /** So long after the speech began it reconsiders, and wants to know what the voice looks like. Milliseconds. */
  readonly listensMs: number;
  judge(features: GreetingFeatures): Judgement | undefined;
  /** The same after that was told, for as long as it listens: what it is after all; undefined: what was told stands. */
  reconsider(features: GreetingFeatures, told: Judgement['verdict']): Judgement | undefined;
}

/** A trained network and the policy that was found with it. */
export interface TrainedModel extends NetworkWeights {
  readonly sureness: Sureness;
}

const EARLIEST_VERDICT_MS = 600;
/** Not before there is something to judge. */
const FIRST_MS = 300;

/** Listens to a greeting in steps of 40 ms and says what it is. */
export class GreetingModel implements GreetingJudge {
  readonly #hints: Pick<CallProgressHints, 'liveSilenceMs' | 'recordedSpeechMs'>;
  readonly #policy: VerdictPolicy;
  readonly #network: GreetingNetwork;
  readonly #secondThoughts: SecondThoughts;
  /** Added to the odds of a machine. */
  readonly #lean: number;
  readonly #inputs = new GreetingInputs();
  readonly #judgement: Judgement = { verdict: 'live_voice', confidence: 0 };

  constructor(hints: Pick<CallProgressHints, 'liveSilenceMs' | 'recordedSpeechMs' | 'verdictMs' | 'missedPersonCost'> = {}, model: TrainedModel = greetingWeights, revision: RevisionModel = revisionWeights) {
    this.#hints = hints;
    this.#policy = new VerdictPolicy(model.sureness, Math.max(EARLIEST_VERDICT_MS, hints.verdictMs ?? model.sureness.verdictMs));
    this.#lean = -Math.log(Math.max(0.01, hints.missedPersonCost ?? 1));
    this.#network = new GreetingNetwork(model);
    this.#secondThoughts = new SecondThoughts(revision);
  }

  judge(features: GreetingFeatures): Judgement | undefined {
    const { liveSilenceMs, recordedSpeechMs } = this.#hints;
    if (recordedSpeechMs !== undefined && features.activeMs >= recordedSpeechMs) return this.#say('recorded_msg', 0.8);
    if (liveSilenceMs !== undefined && features.silenceMs >= liveSilenceMs) return this.#say('live_voice', 0.8);
    const inputs = this.#inputs.take(features);
    if (inputs === undefined) return undefined;
    if (features.looks === 2) {
      this.#network.begin();
      this.#policy.begin();
      this.#secondThoughts.begin();
    }
    const odds = this.#network.step(inputs);
    this.#secondThoughts.hear(inputs, features.looks);
    const { elapsedMs } = features;
    if (elapsedMs < FIRST_MS) return undefined;
    return this.#sayByOdds(this.#policy.decide(odds + this.#lean, elapsedMs), odds);
  }

  get listensMs(): number {
    return this.#secondThoughts.lastMs;
  }

  reconsider(features: GreetingFeatures, told: Judgement['verdict']): Judgement | undefined {
    if (features.elapsedMs > this.listensMs) return undefined;
    const inputs = this.#inputs.take(features);
    const odds = inputs === undefined ? undefined : this.#secondThoughts.hear(inputs, features.looks);
    return odds === undefined ? undefined : this.#sayByOdds(this.#secondThoughts.revised(told, odds + this.#lean), odds);
  }

  #sayByOdds(verdict: Judgement['verdict'] | undefined, odds: number): Judgement | undefined {
    const { liveSilenceMs, recordedSpeechMs } = this.#hints;
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
