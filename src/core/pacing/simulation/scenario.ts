import type { ContactClass, PacingLimits, PacingPromise } from '../pacing.ts';
import { distributionFault, type Distribution } from './distribution.ts';

/** One day (or more) of a call centre, as a JSON file gives it. Times are milliseconds of simulated time, rates 0–1. docs/pacing.md. */
export interface Scenario {
  readonly name: string;
  readonly about?: string;
  readonly durationMs: number;
  /** Staffed intervals, summed. */
  readonly agents: readonly { readonly from: number; readonly to: number; readonly count: number }[];
  readonly contacts: number;
  /** Shares of the dials from that time on; what is left rings out. */
  readonly answer: readonly AnswerShares[];
  /** Where contacts differ, and the pacer is told how: so many of each kind are dialled in turn, round and round, with its own shares instead of `answer`. */
  readonly turns?: readonly ContactTurn[];
  readonly ringMs: Distribution;
  readonly noAnswerMs: number;
  readonly busyMs: Distribution;
  readonly greetingMs: Distribution;
  readonly verdictMs: Distribution;
  readonly personTakenAsMachine: number;
  readonly machineTakenAsPerson: number;
  readonly machineHandleMs: Distribution;
  readonly talkMs: TimedDistribution;
  readonly wrapMs: TimedDistribution;
  readonly patienceMs?: Distribution;
  readonly limits: Pick<PacingLimits, 'maxConcurrentCalls' | 'maxCallsPerSecond'>;
  readonly promise: PacingPromise;
}

export interface AnswerShares {
  readonly from: number;
  readonly person: number;
  readonly machine: number;
  readonly busy: number;
  readonly invalid: number;
}

export interface ContactTurn extends Omit<AnswerShares, 'from'> {
  readonly of: ContactClass;
  readonly count: number;
}

export type TimedDistribution = Distribution | readonly { readonly from: number; readonly d: Distribution }[];

/** Reads a scenario, or says in a sentence which field is wrong. */
export function parseScenario(value: unknown): Scenario | string {
  if (typeof value !== 'object' || value === null) return 'a scenario is a JSON object';
  const s = value as Record<string, unknown>;
  const number = (of: Record<string, unknown>, field: string, at = ''): string | undefined =>
    typeof of[field] === 'number' && Number.isFinite(of[field]) && of[field] >= 0 ? undefined : `${at}${field}: not a number of 0 or more`;
  const share = (of: Record<string, unknown>, field: string, at = ''): string | undefined => number(of, field, at) ?? (Number(of[field]) <= 1 ? undefined : `${at}${field}: above 1`);
  const list = (field: string, each: (item: Record<string, unknown>, at: string) => string | undefined): string | undefined => {
    const items = s[field];
    if (!Array.isArray(items) || items.length === 0) return `${field}: not a list`;
    for (const [i, item] of (items as unknown[]).entries()) {
      if (typeof item !== 'object' || item === null) return `${field}[${i}]: not an object`;
      const fault = each(item as Record<string, unknown>, `${field}[${i}].`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
  const timed = (field: string): string | undefined =>
    Array.isArray(s[field]) ? list(field, (item, at) => number(item, 'from', at) ?? distributionFault(item['d'], `${at}d`)) : distributionFault(s[field], field);
  const inside = (field: string, check: (of: Record<string, unknown>, at: string) => string | undefined): string | undefined => {
    const of = s[field];
    return typeof of === 'object' && of !== null ? check(of as Record<string, unknown>, `${field}.`) : `${field}: not an object`;
  };
  const fault =
    (typeof s['name'] === 'string' ? undefined : 'name: not a text') ??
    number(s, 'durationMs') ??
    list('agents', (item, at) => number(item, 'from', at) ?? number(item, 'to', at) ?? number(item, 'count', at)) ??
    number(s, 'contacts') ??
    list('answer', (item, at) => number(item, 'from', at) ?? share(item, 'person', at) ?? share(item, 'machine', at) ?? share(item, 'busy', at) ?? share(item, 'invalid', at)) ??
    (s['turns'] === undefined ? undefined : list('turns', (item, at) => turnFault(item, at) ?? share(item, 'person', at) ?? share(item, 'machine', at) ?? share(item, 'busy', at) ?? share(item, 'invalid', at))) ??
    number(s, 'noAnswerMs') ??
    ['ringMs', 'busyMs', 'greetingMs', 'verdictMs', 'machineHandleMs'].map((field) => distributionFault(s[field], field)).find((f) => f !== undefined) ??
    (s['patienceMs'] === undefined ? undefined : distributionFault(s['patienceMs'], 'patienceMs')) ??
    share(s, 'personTakenAsMachine') ??
    share(s, 'machineTakenAsPerson') ??
    timed('talkMs') ??
    timed('wrapMs') ??
    inside('limits', (of, at) => number(of, 'maxConcurrentCalls', at) ?? number(of, 'maxCallsPerSecond', at)) ??
    promiseFault(s['promise'], 'promise');
  return fault ?? (value as Scenario);
}

function turnFault(item: Record<string, unknown>, at: string): string | undefined {
  const { of, count } = item;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1) return `${at}count: not a whole number of 1 or more`;
  if (typeof of !== 'object' || of === null) return `${at}of: not an object`;
  const { list, attempt, hour } = of as Record<string, unknown>;
  if (list !== undefined && typeof list !== 'string') return `${at}of.list: not a text`;
  if (attempt !== undefined && !(Number.isInteger(attempt) && Number(attempt) >= 1)) return `${at}of.attempt: not a whole number of 1 or more`;
  if (hour !== undefined && !(Number.isInteger(hour) && Number(hour) >= 0 && Number(hour) <= 23)) return `${at}of.hour: not a whole number from 0 to 23`;
  return undefined;
}

/** What is wrong with a promise, or undefined. */
export function promiseFault(value: unknown, at: string): string | undefined {
  if (typeof value !== 'object' || value === null) return `${at}: not an object`;
  const p = value as Record<string, unknown>;
  if (typeof p['targetRate'] !== 'number' || !(p['targetRate'] >= 0 && p['targetRate'] <= 1)) return `${at}.targetRate: not a share from 0 to 1`;
  if (typeof p['thresholdMs'] !== 'number' || !(p['thresholdMs'] >= 0)) return `${at}.thresholdMs: not a number of milliseconds`;
  if (!['answer', 'greetingStart', 'greetingEnd'].includes(String(p['from']))) return `${at}.from: not answer, greetingStart or greetingEnd`;
  if (typeof p['windowMs'] !== 'number' || !(p['windowMs'] > 0)) return `${at}.windowMs: not a number of milliseconds above 0`;
  return undefined;
}
