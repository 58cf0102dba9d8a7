import type { PacingDecision, PacingState } from './pacing.ts';

/** Cuts what a pacer wants to what may be dialled: contacts, lines, a supervisor's floor and ceiling. Never below 0. */
export function limited(wanted: number, state: PacingState, why: string): PacingDecision {
  const { limits, calls, agents, contactsLeft } = state;
  const out = calls.ringing.length + calls.classifying.length + calls.waiting.length;
  let dial = Math.max(0, Math.floor(wanted));
  let reason = why;
  const cut = (most: number, word: string): void => {
    if (dial > most) {
      dial = Math.max(0, most);
      reason = `${why}; cut by ${word}`;
    }
  };
  if (limits.floor !== undefined && out + dial < limits.floor) {
    dial = limits.floor - out;
    reason = `${why}; raised to the floor of ${limits.floor}`;
  }
  if (limits.ceiling !== undefined) cut(limits.ceiling - out, `the ceiling of ${limits.ceiling}`);
  cut(limits.maxConcurrentCalls - out - agents.talking.length, `${limits.maxConcurrentCalls} lines`);
  cut(contactsLeft, `${contactsLeft} contacts left`);
  return { dial, why: reason };
}
