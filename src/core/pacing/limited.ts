import { callsOut, talkingAgents } from './floor-counts.ts';
import type { PacingDecision, PacingState } from './pacing.ts';

/**
 * Cuts what a pacer wants to what may be dialled: contacts, lines, a supervisor's floor and ceiling. Never below 0. A reason given as a
 * function is put into words when it is first read.
 */
export function limited(wanted: number, state: PacingState, why: string | (() => string)): PacingDecision {
  const { limits, contactsLeft } = state;
  const out = callsOut(state);
  let dial = Math.max(0, Math.floor(wanted));
  let cause = '';
  if (limits.floor !== undefined && out + dial < limits.floor) {
    dial = limits.floor - out;
    cause = `; raised to the floor of ${limits.floor}`;
  }
  if (limits.ceiling !== undefined && dial > 0 && dial > limits.ceiling - out) {
    dial = Math.max(0, limits.ceiling - out);
    cause = `; cut by the ceiling of ${limits.ceiling}`;
  }
  const lines = limits.maxConcurrentCalls - out - talkingAgents(state);
  if (dial > 0 && dial > lines) {
    dial = Math.max(0, lines);
    cause = `; cut by ${limits.maxConcurrentCalls} lines`;
  }
  if (dial > 0 && dial > contactsLeft) {
    dial = Math.max(0, contactsLeft);
    cause = `; cut by ${contactsLeft} contacts left`;
  }
  return typeof why === 'string' ? { dial, why: why + cause } : new ReasonedDecision(dial, why, cause);
}

/** A decision whose reason is put into words when it is read: most never are. */
class ReasonedDecision implements PacingDecision {
  readonly dial: number;
  readonly #why: () => string;
  readonly #cause: string;

  constructor(dial: number, why: () => string, cause: string) {
    this.dial = dial;
    this.#why = why;
    this.#cause = cause;
  }

  get why(): string {
    return this.#why() + this.#cause;
  }
}
