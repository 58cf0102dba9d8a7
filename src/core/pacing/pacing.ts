import type { LedgerHistory } from './ledger.ts';

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
  /** The inbound skill that paces an agentless job, for the kind `skill`. */
  readonly skill?: { readonly queued: number; readonly longestWaitMs: number; readonly freeAgents: number };
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
  /** skill: which figure of the inbound skill paces, and how. */
  readonly skill?: SkillPacing;
  /** cruise: the ledger of a campaign that has run before; ages count back from `now`. */
  readonly history?: LedgerHistory;
  /** The pacer's time when it is made, on the clock that `decide` is given; 0 unless told. */
  readonly now?: number;
}

export interface SkillPacing {
  readonly measure: 'queue' | 'waitMs' | 'freeAgents';
  /** Free agents to leave alone, calls that may queue, or the longest wait in milliseconds. */
  readonly keep: number;
  readonly ratio?: number;
}

/** The promise when none is given: 3 % within two seconds of the greeting's end, in every 24 hours. */
export const defaultPromise: PacingPromise = { targetRate: 0.03, thresholdMs: 2000, from: 'greetingEnd', windowMs: 86_400_000 };
