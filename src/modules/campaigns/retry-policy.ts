import type { CompletionCode } from './completion-code.ts';

/** How often, and after how long, a contact is tried again after a completion code. */
export interface Retry {
  /** Retries for this code within the job. */
  readonly count: number;
  readonly delayMs: number;
}

export interface RetryPolicy {
  readonly byCode: Readonly<Record<string, Retry>>;
  /** Attempts of one contact in one job, all codes together. */
  readonly maxAttempts: number;
}

const minuteMs = 60_000;

export const defaultRetryPolicy: RetryPolicy = {
  byCode: {
    Call_Busy: { count: 3, delayMs: 10 * minuteMs },
    Cancel_No_Answer: { count: 3, delayMs: 10 * minuteMs },
    Ring_No_Answer: { count: 3, delayMs: 60 * minuteMs },
    No_Answer: { count: 3, delayMs: 60 * minuteMs },
    Reorder_Tone: { count: 2, delayMs: 15 * minuteMs },
    Network_Refusal: { count: 2, delayMs: 15 * minuteMs },
    Application_Error: { count: 1, delayMs: 15 * minuteMs },
    Disconnected_By_System: { count: 3, delayMs: minuteMs },
    Preview_Cancelled: { count: 1, delayMs: 60 * minuteMs },
    Call_Again: { count: 3, delayMs: 24 * 60 * minuteMs },
  },
  maxAttempts: 6,
};

export type NextStep =
  | { readonly state: 'done' }
  /** There was a policy for the code, and it is used up. */
  | { readonly state: 'exhausted' }
  | { readonly state: 'waiting'; readonly dueAt: number };

/** Pure. `attempts` includes the one that just ended; `used` counts the retries by code before it. */
export function nextStep(policy: RetryPolicy, code: CompletionCode, progress: { attempts: number; used: Readonly<Record<string, number>>; endedAt: number }): NextStep {
  if (code.closure === true || code.success === true) return { state: 'done' };
  const retry = policy.byCode[code.code];
  if (retry === undefined || retry.count === 0) return { state: 'done' };
  if ((progress.used[code.code] ?? 0) >= retry.count || progress.attempts >= policy.maxAttempts) return { state: 'exhausted' };
  return { state: 'waiting', dueAt: progress.endedAt + retry.delayMs };
}
