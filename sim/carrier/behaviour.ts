import type { SeededRandom } from '../../src/kernel/random.ts';

/** What a callee of the simulated carrier does. */
export type CalleeKind = 'person' | 'machine' | 'busy' | 'noanswer' | 'sit' | 'fax' | 'hangup' | 'invalid';

/** Shares of the kinds; they are scaled to a sum of 1. */
export type Shares = Readonly<Record<CalleeKind, number>>;

export const defaultShares: Shares = { person: 0.42, machine: 0.26, busy: 0.08, noanswer: 0.1, sit: 0.04, fax: 0.03, hangup: 0.03, invalid: 0.04 };

/** How long phones ring, milliseconds: until somebody answers, drawn evenly, and until the carrier gives up. */
export interface Ringing {
  readonly answerMs: readonly [number, number];
  readonly noAnswerMs: number;
}

export const defaultRinging: Ringing = { answerMs: [200, 800], noAnswerMs: 2_500 };

export interface Behaviour {
  readonly kind: CalleeKind;
  readonly ringMs: number;
  /** From the answer to the first sound. */
  readonly pauseMs: number;
  /** A person who gets the safe-harbour message presses 9 to opt out. */
  readonly optsOut: boolean;
  /** A person who hears nothing for so long hangs up. */
  readonly patienceMs: number;
  readonly random: SeededRandom;
}

/**
 * The behaviour of a number: what it is (person, machine, fax …) never changes within a run; whether it is busy or out changes from
 * call to call, so that retries can succeed.
 */
export function behaviourOf(seed: SeededRandom, number: string, call: number, shares: Shares, ringing: Ringing = defaultRinging): Behaviour {
  const fixed = seed.fork(number);
  const random = seed.fork(`${number}/${call}`);
  const kinds = Object.keys(shares) as CalleeKind[];
  const total = kinds.reduce((sum, kind) => sum + shares[kind], 0);
  const drawn = draw(kinds, shares, total, fixed.next());
  // Of the numbers that were busy or out at first, most are there at the next try.
  const kind = call > 1 && (drawn === 'busy' || drawn === 'noanswer') && random.next() < 0.6 ? 'person' : drawn;
  return {
    kind,
    ringMs: kind === 'noanswer' ? ringing.noAnswerMs : ringing.answerMs[0] + random.next() * (ringing.answerMs[1] - ringing.answerMs[0]),
    pauseMs: kind === 'machine' ? 300 + random.next() * 900 : 150 + random.next() * 500,
    optsOut: fixed.next() < 0.3,
    patienceMs: 8_000,
    random,
  };
}

function draw(kinds: readonly CalleeKind[], shares: Shares, total: number, at: number): CalleeKind {
  let sum = 0;
  for (const kind of kinds) {
    sum += shares[kind] / total;
    if (at < sum) return kind;
  }
  return kinds[0] as CalleeKind;
}
