import type { CallFailure } from '../../signalling/signalling.ts';

/**
 * What a call that never got through means: the reason word of `connection.failed` (reference A13) and the completion code
 * (reference A10). Configuration may lay rows of its own over the table, by SIP status.
 */
export interface SipOutcome {
  readonly reason: CallFailure;
  readonly completionCode: string;
}

/** Final responses by status; a class (`4xx`) stands for every status of it that has no row. RFC 3261 §21, RFC 3398 §7.2.6. */
const table: Readonly<Record<string, SipOutcome>> = {
  '404': { reason: 'noroute', completionCode: 'Invalid_Number' },
  '408': { reason: 'timeout', completionCode: 'Ring_No_Answer' },
  '410': { reason: 'noroute', completionCode: 'Invalid_Number' },
  '480': { reason: 'noanswer', completionCode: 'Ring_No_Answer' },
  '484': { reason: 'noroute', completionCode: 'Invalid_Number' },
  '486': { reason: 'busy', completionCode: 'Call_Busy' },
  '487': { reason: 'cancelled', completionCode: 'Ring_No_Answer' },
  '503': { reason: 'networkbusy', completionCode: 'Network_Refusal' },
  '600': { reason: 'busy', completionCode: 'Call_Busy' },
  '603': { reason: 'reject', completionCode: 'Network_Refusal' },
  '604': { reason: 'noroute', completionCode: 'Invalid_Number' },
  '607': { reason: 'reject', completionCode: 'Network_Refusal' },
  '4xx': { reason: 'unknown', completionCode: 'Network_Refusal' },
  '5xx': { reason: 'networkbusy', completionCode: 'Network_Refusal' },
  '6xx': { reason: 'reject', completionCode: 'Network_Refusal' },
};

export function sipOutcome(status: number, overrides: Readonly<Record<string, SipOutcome>> = {}): SipOutcome {
  const code = String(status);
  const group = `${code[0] ?? '4'}xx`;
  return overrides[code] ?? table[code] ?? overrides[group] ?? table[group] ?? { reason: 'unknown', completionCode: 'Network_Refusal' };
}
