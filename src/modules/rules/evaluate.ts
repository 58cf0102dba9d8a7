import type { AttemptAsker, AttemptChannel } from '../../core/ports.ts';
import { earliestPermitted, isTimeZone } from './guard-times.ts';
import type { RuleSet } from './rule-set.ts';

/** What is known of an address when an attempt is asked for. */
export interface AddressHistory {
  /** The do-not-call entry that applies now. `until` undefined: for ever. */
  readonly doNotCall?: { readonly source: string; readonly addedAt: number; readonly until?: number };
  /** Attempts within the rules' look-back, in any order, over all campaigns. */
  readonly attempts: readonly PastAttempt[];
}

export interface PastAttempt {
  readonly startedAt: number;
  readonly nuisance: boolean;
  readonly machine: boolean;
}

export interface AttemptQuestion {
  /** E.164, or empty. */
  readonly address: string;
  /** Every zone the number may lie in; empty when unknown. */
  readonly timeZones: readonly string[];
  readonly asker: AttemptAsker;
  readonly channel: AttemptChannel;
  readonly now: number;
}

export type RuleName = 'address' | 'do-not-call' | 'time-zone' | 'guard-times' | 'frequency' | 'interval' | '72Hours_NUISANCE' | '24Hours_AMD';

export type RuleVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly rule: RuleName; readonly code: 'Sys_No_Callable_Address' | 'DNC' | 'Restricted'; readonly reason: string; readonly retryAt?: number };

/**
 * Pure. Asks every rule; a final refusal wins over one that passes with time, and among those the latest time wins, so
 * that `retryAt` is the earliest instant at which all of them permit.
 */
export function evaluate(rules: RuleSet, question: AttemptQuestion, history: AddressHistory): RuleVerdict {
  const { now } = question;
  if (question.address === '') return { allowed: false, rule: 'address', code: 'Sys_No_Callable_Address', reason: 'the contact has no address for this channel' };
  const dnc = history.doNotCall;
  if (dnc !== undefined && (dnc.until === undefined || dnc.until > now)) {
    return { allowed: false, rule: 'do-not-call', code: 'DNC', reason: `on the do-not-call list since ${iso(dnc.addedAt)} (${dnc.source})` };
  }
  const zones = knownZones(rules, question.timeZones);
  if (zones === undefined) return restricted('time-zone', 'the contact\'s time zone is unknown');

  const waits: Wait[] = [...frequencyWaits(rules, history, now), ...liveOperatorWaits(rules, question, history)];
  const free = Math.max(now, ...waits.map((wait) => wait.until));
  // The guard times are asked at the instant at which the other rules are content.
  const open = earliestPermitted(rules.guardTimes, zones, free);
  if (open === undefined) return restricted('guard-times', `the guard times leave no window in ${zones.join(', ')} within two weeks`);
  if (open === now) return { allowed: true };
  const last = waits.reduce<Wait | undefined>((a, b) => (a === undefined || b.until > a.until ? b : a), undefined);
  if (last !== undefined && last.until > now) return { ...restricted(last.rule, last.reason), retryAt: open };
  return { ...restricted('guard-times', `outside the guard times in ${zones.join(', ')}`), retryAt: open };
}

interface Wait {
  readonly rule: RuleName;
  readonly until: number;
  readonly reason: string;
}

function frequencyWaits(rules: RuleSet, history: AddressHistory, now: number): Wait[] {
  const { perAddressIn24Hours, minIntervalMs } = rules.frequency;
  const starts = history.attempts.map((attempt) => attempt.startedAt).sort((a, b) => b - a);
  const waits: Wait[] = [];
  const [latest] = starts;
  if (minIntervalMs > 0 && latest !== undefined && latest + minIntervalMs > now) {
    waits.push({ rule: 'interval', until: latest + minIntervalMs, reason: `the last attempt was less than ${minIntervalMs / 1000} s ago` });
  }
  // When the n-th newest leaves the window, n-1 are left in it.
  const decisive = perAddressIn24Hours > 0 ? starts[perAddressIn24Hours - 1] : undefined;
  if (decisive !== undefined && decisive + 86_400_000 > now) {
    waits.push({ rule: 'frequency', until: decisive + 86_400_000, reason: `${perAddressIn24Hours} attempts in 24 hours` });
  }
  return waits;
}

/** The rules that a guaranteed live operator lifts: an agent who asks is one. */
function liveOperatorWaits(rules: RuleSet, question: AttemptQuestion, history: AddressHistory): Wait[] {
  if (question.asker === 'agent' || question.channel !== 'voice') return [];
  const waits: Wait[] = [];
  for (const attempt of history.attempts) {
    if (attempt.nuisance && attempt.startedAt + rules.nuisanceMs > question.now) {
      waits.push({ rule: '72Hours_NUISANCE', until: attempt.startedAt + rules.nuisanceMs, reason: `a call was abandoned at ${iso(attempt.startedAt)}` });
    }
    if (attempt.machine && attempt.startedAt + rules.machineMs > question.now) {
      waits.push({ rule: '24Hours_AMD', until: attempt.startedAt + rules.machineMs, reason: `a machine answered at ${iso(attempt.startedAt)}` });
    }
  }
  return waits;
}

/** Undefined: blocked because unknown. An empty list: no clock applies. */
function knownZones(rules: RuleSet, zones: readonly string[]): readonly string[] | undefined {
  const known = zones.filter(isTimeZone);
  if (known.length > 0) return known;
  if (rules.unknownTimeZone === 'allow') return [];
  return rules.unknownTimeZone === 'block' ? undefined : [rules.unknownTimeZone.treatAs];
}

function restricted(rule: RuleName, reason: string): { allowed: false; rule: RuleName; code: 'Restricted'; reason: string } {
  return { allowed: false, rule, code: 'Restricted', reason: `${rule}: ${reason}` };
}

const iso = (at: number): string => new Date(at).toISOString();
