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
  /** What it promises, believes and may still spend, as of its last decision; absent in kinds that learn nothing. */
  account?(): PacingAccount | undefined;
}

export type PacingKind = 'manual' | 'preview' | 'progressive' | 'ratio' | 'rate' | 'skill' | 'cruise';

export interface PacingDecision {
  readonly dial: number;
  readonly why: string;
}

/** What is known of a contact before it is dialled; the chance of a person may depend on each. All may be absent. */
export interface ContactClass {
  readonly list?: string;
  /** 1 for the contact's first attempt. */
  readonly attempt?: number;
  /** 0–23, by the contact's own clock. */
  readonly hour?: number;
}

/** A pacer's books, for the live view and for explaining a decision afterwards. Shares 0–1, times in milliseconds. */
export interface PacingAccount {
  readonly promise: PacingPromise;
  readonly estimate: {
    /** Of dials: answered by anybody; of answers: a person. */
    readonly answerShare: number;
    readonly personShare: number;
    readonly talkMs: number;
    readonly wrapMs: number;
    /** How long a person may wait after the verdict. */
    readonly waitMs: number;
  };
  /** Abandonments that every window still bears; below 1, one call for each idle agent is all that is made. */
  readonly room: number;
  /** Abandonments borne for one more person. */
  readonly price: number;
}

export interface PacingState {
  readonly agents: {
    readonly idle: number;
    readonly talking: readonly number[];
    readonly wrapping: readonly number[];
    /** The lengths of the two, where they cost less than the lists. */
    readonly talkingCount?: number;
    readonly wrappingCount?: number;
  };
  /** Ages of the calls that are out: ringing since the dial, classifying since the answer, waiting since the verdict. */
  readonly calls: {
    readonly ringing: readonly number[];
    readonly classifying: readonly number[];
    readonly waiting: readonly number[];
    /** The length of the three together, where it costs less than the lists. */
    readonly outCount?: number;
    /** Of each ringing call, in the order of `ringing`. */
    readonly ringingOf?: readonly ContactClass[];
  };
  readonly contactsLeft: number;
  /** The contacts that would be dialled now, in order, as many as are known. */
  readonly next?: readonly ContactClass[];
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

/** What happened. `of` says of which contact, where that is known. */
export type PacingFact =
  | { readonly what: 'dialled' | 'noanswer' | 'busy' | 'invalid'; readonly of?: ContactClass }
  | { readonly what: 'answered'; readonly ringMs: number; readonly of?: ContactClass }
  | { readonly what: 'person' | 'machine'; readonly verdictMs: number; readonly of?: ContactClass }
  | { readonly what: 'agentOn' | 'agentOff' | 'abandoned' }
  /** People of the same campaign whom another pacer's calls reached: they count in its ledger. */
  | { readonly what: 'elsewhere'; readonly answered: number; readonly abandoned: number }
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
  /** ratio: whose becoming idle is foreseen, and below which people per dial the hit rate is never taken. */
  readonly watch?: 'update' | 'work';
  readonly minHitRate?: number;
  /** preview: the contact is dialled after so long, if the agent has not dialled or declined it; absent: the agent decides. */
  readonly autoDialMs?: number;
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
  /** The inbound skill whose figures pace; where there is only one, it may be left out. */
  readonly name?: string;
  readonly measure: 'queue' | 'waitMs' | 'freeAgents';
  /** Free agents to leave alone, calls that may queue, or the longest wait in milliseconds. */
  readonly keep: number;
  readonly ratio?: number;
}

/** The promise when none is given: 3 % within two seconds of the greeting's end, in every 24 hours. */
export const defaultPromise: PacingPromise = { targetRate: 0.03, thresholdMs: 2000, from: 'greetingEnd', windowMs: 86_400_000 };
