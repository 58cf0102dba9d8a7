/**
 * The pure pacing interface that every kind shares: a pacer is handed facts and snapshots and answers how many to dial.
 * No clock, no I/O, no randomness that is not passed in. Times are milliseconds. The wire form of the same is the
 * `nailup pacing decide --stdio` protocol (docs/pacing.md).
 */
export interface Pacer {
  readonly kind: PacingKind;
  /** Takes in what happened since the last decision, in order. */
  observe(facts: readonly PacingFact[], now: number): void;
  /** How many contacts to dial now, and why in a few words. Never above the limits, never below 0. */
  decide(state: PacingState, now: number): PacingDecision;
}

export type PacingKind = 'manual' | 'preview' | 'progressive' | 'ratio' | 'rate' | 'skill' | 'cruise';

export interface PacingDecision {
  readonly dial: number;
  readonly why: string;
}

export interface PacingState {
  readonly agents: { readonly idle: number; readonly talking: readonly number[]; readonly wrapping: readonly number[] };
  /** Ages of the calls that are out: ringing since the dial, classifying since the answer, waiting since the verdict. */
  readonly calls: { readonly ringing: readonly number[]; readonly classifying: readonly number[]; readonly waiting: readonly number[] };
  readonly contactsLeft: number;
  readonly limits: PacingLimits;
}

export interface PacingLimits {
  /** Lines that may be in use at once (ringing + classifying + waiting + talking). */
  readonly maxConcurrentCalls: number;
  readonly maxCallsPerSecond: number;
  /** Set by hand by a supervisor. */
  readonly floor?: number;
  readonly ceiling?: number;
}

export type PacingFact =
  | { readonly what: 'dialled' }
  | { readonly what: 'answered'; readonly ringMs: number }
  | { readonly what: 'person' | 'machine'; readonly verdictMs: number }
  | { readonly what: 'noanswer' | 'busy' | 'invalid' | 'agentOn' | 'agentOff' | 'abandoned' }
  | { readonly what: 'connected'; readonly waitMs: number }
  | { readonly what: 'talkEnded'; readonly talkMs: number }
  | { readonly what: 'wrapEnded'; readonly wrapMs: number };

/** What the operator promises: at most `targetRate` of the answered people wait longer than `thresholdMs` from the start point. */
export interface PacingPromise {
  readonly targetRate: number;
  readonly thresholdMs: number;
  readonly from: 'answer' | 'greetingStart' | 'greetingEnd';
  readonly windowMs: number;
}

export interface PacingOptions {
  readonly kind: PacingKind;
  readonly promise?: PacingPromise;
  /** ratio: lines per agent; progressive: over-dial. */
  readonly ratio?: number;
  /** rate: attempts per `perMs`. */
  readonly rate?: { readonly count: number; readonly perMs: number };
}
