import { gridMs, gridSize, type AnswerEstimate } from './answer-estimate.ts';
import { stepMs, steps } from './look-ahead.ts';

const perStep = stepMs / gridMs;
/** Half seconds from now that fall before the last step, and the step in which each falls. */
const beforeLast = (steps - 1) * perStep;
const stepOf = Uint8Array.from({ length: beforeLast }, (_, i) => Math.floor((i + 0.5) / perStep));

/**
 * When a call that is out brings a person, if it brings one, by how long it has rung or been judged: the share for each step of
 * the look-ahead. What falls beyond the last step counts in it.
 */
export class ArrivalProfile {
  readonly #answer: AnswerEstimate;
  readonly #ringing = new Float64Array((gridSize + 1) * steps);
  readonly #classifying: Float64Array;
  /** Verdicts by the half second in which they fall, as counted from the dial, of the calls that are answered after an age. */
  readonly #due: Float64Array;

  constructor(answer: AnswerEstimate) {
    this.#answer = answer;
    this.#classifying = new Float64Array((answer.verdicts.length + 1) * steps);
    this.#due = new Float64Array(gridSize + 1 + Math.max(answer.verdicts.length, beforeLast));
    this.refresh();
  }

  /** The curves have changed. */
  refresh(): void {
    this.#due.fill(0);
    for (let b = gridSize; b >= 0; b--) this.#ring(b);
    for (let b = 0; b <= this.#answer.verdicts.length; b++) this.#classify(b);
  }

  /** Adds the people of calls that have rung for `b` half seconds and bring `people` in all. */
  addRinging(b: number, people: number, into: Float64Array): void {
    for (let j = 0, i = b * steps; j < steps; j++, i++) into[j] = (into[j] as number) + people * (this.#ringing[i] as number);
  }

  /** The same for calls answered `b` half seconds ago. */
  addClassifying(b: number, people: number, into: Float64Array): void {
    const at = Math.min(b, this.#answer.verdicts.length);
    for (let j = 0, i = at * steps; j < steps; j++, i++) into[j] = (into[j] as number) + people * (this.#classifying[i] as number);
  }

  /** From the oldest age to the youngest: each adds the answers of its own half second to those after it. */
  #ring(b: number): void {
    const answer = this.#answer;
    const due = this.#due;
    const { verdicts } = answer;
    const mass = answer.ringAt(b);
    for (let v = 0; v < verdicts.length; v++) due[b + v] = (due[b + v] as number) + mass * (verdicts[v] as number);
    const ringing = this.#ringing;
    const from = b * steps;
    const left = answer.ringLeft(b);
    ringing.fill(0, from, from + steps);
    let rest = 1;
    if (left > 1e-6) {
      for (let i = 0; i < beforeLast; i++) {
        const share = (due[b + i] as number) / left;
        const at = from + (stepOf[i] as number);
        ringing[at] = (ringing[at] as number) + share;
        rest -= share;
      }
    }
    ringing[from + steps - 1] = Math.max(0, rest);
  }

  #classify(b: number): void {
    const { verdicts } = this.#answer;
    const from = b * steps;
    this.#classifying.fill(0, from, from + steps);
    let open = 0;
    for (let v = b; v < verdicts.length; v++) open += verdicts[v] as number;
    if (open <= 1e-6) {
      this.#classifying[from] = 1;
      return;
    }
    for (let v = b; v < verdicts.length; v++) {
      const at = from + (v - b < beforeLast ? (stepOf[v - b] as number) : steps - 1);
      this.#classifying[at] = (this.#classifying[at] as number) + (verdicts[v] as number) / open;
    }
  }
}
