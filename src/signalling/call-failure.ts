import type { CallFailure } from './signalling.ts';

/** What a final response means to the caller: the word of `connection.failed` and the completion code that follows from it. */
export interface FailureMeaning {
  readonly failure: CallFailure;
  readonly completionCode: string;
}

/** Overrides of `meaningOf`, keyed by status (`480`), class (`5xx`), or `Q.850/17`. */
export type FailureMap = Readonly<Record<string, Partial<FailureMeaning>>>;

const meaning = (failure: CallFailure, completionCode: string): FailureMeaning => ({ failure, completionCode });
const busy = meaning('busy', 'Call_Busy');
const noAnswer = meaning('noanswer', 'Ring_No_Answer');
const noRoute = meaning('noroute', 'Invalid_Number');
const refused = meaning('reject', 'Network_Refusal');
const congested = meaning('networkbusy', 'Network_Refusal');
const unknown = meaning('unknown', 'Network_Refusal');

/** RFC 3261 §21, RFC 3398 §8.2.6.1, and what carriers mean by them. */
const statuses: Readonly<Record<number, FailureMeaning>> = {
  400: refused, 401: refused, 402: refused, 403: refused, 404: noRoute, 405: refused, 406: refused, 407: refused,
  408: meaning('timeout', 'Ring_No_Answer'), 410: noRoute, 413: refused, 414: refused, 415: refused, 416: noRoute, 420: refused, 421: refused, 422: refused,
  423: refused, 428: refused, 433: refused, 436: refused, 437: refused, 438: refused, 480: noAnswer, 481: unknown, 482: noRoute, 483: noRoute,
  484: noRoute, 485: noRoute, 486: busy, 487: noAnswer, 488: refused, 491: congested, 493: refused,
  500: congested, 501: refused, 502: congested, 503: congested, 504: meaning('timeout', 'Network_Refusal'), 505: refused, 513: refused, 580: congested,
  600: busy, 603: refused, 604: noRoute, 606: refused, 607: refused, 608: refused,
};

/** ITU-T Q.850 causes that say more than the status which carries them (RFC 3326, RFC 3398 §8.1). */
const causes: Readonly<Record<number, FailureMeaning>> = {
  1: noRoute, 2: noRoute, 3: noRoute, 17: busy, 18: noAnswer, 19: noAnswer, 20: noAnswer, 21: refused, 22: noRoute, 27: meaning('unreachable', 'Dest_Out_Of_Service'), 28: noRoute,
  34: congested, 38: congested, 41: congested, 42: congested, 44: congested, 47: congested,
};

/**
 * The meaning of a final 3xx–6xx. A Q.850 cause counts where the status itself is vague: 480, 487, 500–504 and 603.
 * `ringing`: a 180 or 183 came before, so a 408 is a person who did not pick up.
 */
export function meaningOf(status: number, options: { readonly q850?: number | undefined; readonly ringing?: boolean; readonly overrides?: FailureMap | undefined } = {}): FailureMeaning {
  const { q850, ringing, overrides } = options;
  const vague = status === 480 || status === 487 || status === 603 || (status >= 500 && status < 505);
  const cause = vague && q850 !== undefined ? causes[q850] : undefined;
  const byClass = status < 400 ? refused : status < 500 ? unknown : status < 600 ? congested : refused;
  const base = cause ?? (status === 408 && ringing === true ? noAnswer : (statuses[status] ?? byClass));
  const own = { ...overrides?.[`${Math.floor(status / 100)}xx`], ...overrides?.[String(status)], ...(q850 === undefined ? {} : overrides?.[`Q.850/${q850}`]) };
  return { ...base, ...own };
}

/** Failures that no response of the far end explains. */
export const localFailure: Readonly<Record<'noanswer' | 'timeout' | 'unreachable' | 'cancelled', FailureMeaning>> = {
  noanswer: noAnswer,
  timeout: meaning('timeout', 'Network_Refusal'),
  unreachable: meaning('unreachable', 'Network_Refusal'),
  cancelled: meaning('cancelled', 'Disconnected_By_System'),
};
