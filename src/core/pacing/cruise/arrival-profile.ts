import { gridMs, gridSize, type AnswerEstimate } from './answer-estimate.ts';
import { stepMs, steps } from './look-ahead.ts';

const perStep = stepMs / gridMs;
const horizon = steps * perStep;
/** The step of the look-ahead in which so many half seconds from now fall. */
const stepOf = Uint8Array.from({ length: 4 * horizon }, (_, i) => Math.min(steps - 1, Math.floor((i + 0.5) / perStep)));

/**
 * When a call that is out brings a person, if it brings one, by how long it has rung or been judged: the share for each step of
 * the look-ahead. What falls beyond the last step counts in it. Each age is worked out when it is first asked for.
 */
export class ArrivalProfile {
  readonly #answer: AnswerEstimate;
  readonly #ringing = new Float64Array((gridSize + 1) * steps);
  readonly #ringingKnown = new Uint8Array(gridSize + 1);
  readonly #classifying: Float64Array;
  readonly #classifyingKnown: Uint8Array;

  constructor(answer: AnswerEstimate) {
    this.#answer = answer;
    this.#classifying = new Float64Array((answer.verdicts.length + 1) * steps);
    this.#classifyingKnown = new Uint8Array(answer.verdicts.length + 1);
  }

  /** The curves have changed. */
  refresh(): void {
    this.#ringingKnown.fill(0);
    this.#classifyingKnown.fill(0);
  }

  /** Adds the people of calls that have rung for `b` half seconds and bring `people` in all. */
  addRinging(b: number, people: number, into: Float64Array): void {
    if (this.#ringingKnown[b] === 0) this.#ring(b);
    for (let j = 0, i = b * steps; j < steps; j++, i++) into[j] = (into[j] as number) + people * (this.#ringing[i] as number);
  }

  /** The same for calls answered `b` half seconds ago. */
  addClassifying(b: number, people: number, into: Float64Array): void {
    const at = Math.min(b, this.#answer.verdicts.length);
    if (this.#classifyingKnown[at] === 0) this.#classify(at);
    for (let j = 0, i = at * steps; j < steps; j++, i++) into[j] = (into[j] as number) + people * (this.#classifying[i] as number);
  }

  #ring(b: number): void {
    const answer = this.#answer;
    const ringing = this.#ringing;
    const { verdicts } = answer;
    const from = b * steps;
    ringing.fill(0, from, from + steps);
    this.#ringingKnown[b] = 1;
    const left = answer.ringLeft(b);
    let rest = 1;
    if (left > 1e-6) {
      for (let i = 0; i <= Math.min(horizon, gridSize - b); i++) {
        const mass = answer.ringAt(b + i) / left;
        if (mass <= 0) continue;
        rest -= mass;
        for (let v = 0; v < verdicts.length; v++) {
          const at = from + (stepOf[i + v] as number);
          ringing[at] = (ringing[at] as number) + mass * (verdicts[v] as number);
        }
      }
    }
    ringing[from + steps - 1] = (ringing[from + steps - 1] as number) + Math.max(0, rest);
  }

  #classify(b: number): void {
    const { verdicts } = this.#answer;
    const from = b * steps;
    this.#classifying.fill(0, from, from + steps);
    this.#classifyingKnown[b] = 1;
    let open = 0;
    for (let v = b; v < verdicts.length; v++) open += verdicts[v] as number;
    if (open <= 1e-6) {
      this.#classifying[from] = 1;
      return;
    }
    for (let v = b; v < verdicts.length; v++) {
      const at = from + (stepOf[v - b] as number);
      this.#classifying[at] = (this.#classifying[at] as number) + (verdicts[v] as number) / open;
    }
  }
}
