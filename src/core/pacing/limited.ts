import type { PacingDecision, PacingState } from './pacing.ts';

/**
 * Cuts what a pacer wants to what may be dialled: contacts, lines, a supervisor's floor and ceiling. Never below 0. A reason given as a
 * function is put into words when it is first read.
 */
export function limited(wanted: number, state: PacingState, why: string | (() => string)): PacingDecision {
  const { limits, calls, agents, contactsLeft } = state;
  const out = calls.ringing.length + calls.classifying.length + calls.waiting.length;
  let dial = Math.max(0, Math.floor(wanted));
  let cause = '';
  const cut = (most: number, word: string): void => {
    if (dial > most) {
      dial = Math.max(0, most);
      cause = `; cut by ${word}`;
    }
  };
  if (limits.floor !== undefined && out + dial < limits.floor) {
    dial = limits.floor - out;
    cause = `; raised to the floor of ${limits.floor}`;
  }
  if (dial > 0) {
    if (limits.ceiling !== undefined) cut(limits.ceiling - out, `the ceiling of ${limits.ceiling}`);
    cut(limits.maxConcurrentCalls - out - agents.talking.length, `${limits.maxConcurrentCalls} lines`);
    cut(contactsLeft, `${contactsLeft} contacts left`);
  }
  if (typeof why === 'string') return { dial, why: why + cause };
  return {
    dial,
    get why() {
      return why() + cause;
    },
  };
}
