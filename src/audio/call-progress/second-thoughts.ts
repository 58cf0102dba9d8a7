import { GreetingNetwork, type NetworkWeights } from './greeting-network.ts';
import type { Judgement } from './greeting-model.ts';

/** A trained network, and the log-odds from which it takes a verdict back. */
export interface RevisionModel extends NetworkWeights {
  /** For a person after all, who was told for a machine; and the other way round. */
  readonly live: number;
  readonly recorded: number;
  /** Since the speech began; later nothing is taken back. */
  readonly lastMs: number;
}

/** Of the steps of 40 ms it listens to every second one: it has time. */
const LOOKS_PER_STEP = 4;

/**
 * Listens on after the verdict, to how long somebody speaks, pauses and waits: a network that has learnt calls to their eighth second, where the
 * one that tells the verdict has learnt what can be heard within one or two.
 */
export class SecondThoughts {
  readonly #model: RevisionModel;
  readonly #network: GreetingNetwork;

  constructor(model: RevisionModel) {
    this.#model = model;
    this.#network = new GreetingNetwork(model);
  }

  get lastMs(): number {
    return this.#model.lastMs;
  }

  /** A new greeting. */
  begin(): void {
    this.#network.begin();
  }

  /** The log-odds of a machine; undefined: this step is none of its own. @param looks at the spectrum so far */
  hear(inputs: Float64Array, looks: number): number | undefined {
    return looks % LOOKS_PER_STEP === 0 ? this.#network.step(inputs) : undefined;
  }

  /** What those odds make of what has been told; undefined: it stands. */
  revised(told: Judgement['verdict'], odds: number): Judgement['verdict'] | undefined {
    if (told === 'recorded_msg') return odds < -this.#model.live ? 'live_voice' : undefined;
    return odds > this.#model.recorded ? 'recorded_msg' : undefined;
  }
}
