import type { DialDecision } from '../core/call-control/dialler.ts';
import type { PacingAccount } from '../core/pacing/pacing.ts';
import type { RecordedDecision } from '../modules/campaigns/index.ts';

/** A decision as it is kept and explained: what was seen, what bounded it, and the pacer's books. */
export interface KeptDecision extends RecordedDecision {
  readonly kind: string;
  readonly saw: { readonly idle: number; readonly talking: number; readonly wrapping: number; readonly ringing: number; readonly classifying: number; readonly waiting: number; readonly contacts: number };
  /** Calls that could be made at all, and what keeps them from being more. */
  readonly room: { readonly dials: number; readonly bound: string };
  readonly floor?: number;
  readonly ceiling?: number;
  readonly account?: PacingAccount;
}

export function decisionRecord({ at, state, room, pacer, decision }: DialDecision): KeptDecision {
  const { agents, calls, contactsLeft, limits } = state;
  const account = pacer.account?.();
  return {
    at,
    dial: decision.dial,
    why: decision.why,
    kind: pacer.kind,
    saw: {
      idle: agents.idle, talking: agents.talking.length, wrapping: agents.wrapping.length,
      ringing: calls.ringing.length, classifying: calls.classifying.length, waiting: calls.waiting.length, contacts: contactsLeft,
    },
    room: { dials: Math.min(room.dials, 1e6), bound: room.bound },
    ...(limits.floor === undefined ? {} : { floor: limits.floor }),
    ...(limits.ceiling === undefined ? {} : { ceiling: limits.ceiling }),
    ...(account === undefined ? {} : { account: rounded(account) }),
  };
}

/** Four significant digits say as much as sixteen, in a quarter of the space. */
function rounded(account: PacingAccount): PacingAccount {
  const round = (value: number): number => Number(value.toPrecision(4));
  const { answerShare, personShare, talkMs, wrapMs, waitMs } = account.estimate;
  return {
    promise: account.promise,
    estimate: { answerShare: round(answerShare), personShare: round(personShare), talkMs: Math.round(talkMs), wrapMs: Math.round(wrapMs), waitMs: Math.round(waitMs) },
    room: round(account.room),
    price: round(account.price),
  };
}
