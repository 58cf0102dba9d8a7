import { defaultGuardTimes, type GuardTimes } from './guard-times.ts';

/** What a campaign's attempts must keep. Pure data: it is stored with the job, so that a report can say what applied. */
export interface RuleSet {
  readonly guardTimes: GuardTimes;
  /** A contact whose zone nobody knows: not reached at all, reached by the clock of a named zone, or at any hour. */
  readonly unknownTimeZone: 'block' | 'allow' | { readonly treatAs: string };
  readonly frequency: {
    /** Attempts to one address within 24 hours, over all campaigns. 0 switches the rule off. */
    readonly perAddressIn24Hours: number;
    /** At least this long between the starts of two attempts to one address. */
    readonly minIntervalMs: number;
  };
  /**
   * After a call that nobody took in time, no dialler calls the address for so long (`72Hours_NUISANCE`). An agent who asks
   * is a guaranteed live operator and may. 0 switches it off.
   */
  readonly nuisanceMs: number;
  /** After an answering machine, the same (`24Hours_AMD`). */
  readonly machineMs: number;
}

const hourMs = 3_600_000;

export const defaultRules: RuleSet = {
  guardTimes: defaultGuardTimes,
  unknownTimeZone: 'block',
  frequency: { perAddressIn24Hours: 3, minIntervalMs: 0 },
  nuisanceMs: 72 * hourMs,
  machineMs: 24 * hourMs,
};

/** How far back the history of an address must reach for these rules. */
export function lookBackMs(rules: RuleSet): number {
  return Math.max(24 * hourMs, rules.nuisanceMs, rules.machineMs, rules.frequency.minIntervalMs);
}
