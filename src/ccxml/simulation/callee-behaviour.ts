/** What a simulated callee does, by the user part of its address (`sip:busy@sim`, `sip:ring-800@sim` …). Times in ms. */
export interface CalleeBehaviour {
  /** 180 at this time; undefined: none. */
  readonly ringAfter?: number;
  readonly answerAfter?: number;
  readonly hangUpAfterAnswer?: number;
  readonly failAfter?: { readonly ms: number; readonly reason: string; readonly status: number };
  readonly redirectTo?: string;
  /** Digits sent after the answer, the first after 1 s, then one every 300 ms. */
  readonly digits?: string;
}

/** "At once" for a simulated network. */
const atOnce = 20;

export function behaviourOf(address: string): CalleeBehaviour {
  const user = /^(?:sips?:)?([^@;]+)@/.exec(address)?.[1] ?? '';
  const number = Number(/-(\d+)$/.exec(user)?.[1] ?? Number.NaN);
  if (user === 'answer') return { answerAfter: atOnce };
  if (/^answer-hangup-\d+$/.test(user)) return { answerAfter: atOnce, hangUpAfterAnswer: number };
  if (/^ring-\d+$/.test(user)) return { ringAfter: atOnce, answerAfter: number };
  if (/^decline-after-ring-\d+$/.test(user)) return { ringAfter: atOnce, failAfter: { ms: number, reason: 'busy', status: 486 } };
  const digits = /^dtmf-([0-9*#A-D]+)$/.exec(user)?.[1];
  if (digits !== undefined) return { answerAfter: atOnce, digits };
  switch (user) {
    case 'busy': return { failAfter: { ms: atOnce, reason: 'busy', status: 486 } };
    case 'reject': return { failAfter: { ms: atOnce, reason: 'reject', status: 603 } };
    case 'unavailable': return { failAfter: { ms: atOnce, reason: 'unavailable', status: 480 } };
    case 'noanswer': return { ringAfter: atOnce };
    case 'redirect': return { redirectTo: 'sip:answer@sim' };
    case 'silent': return {};
    default: return { failAfter: { ms: atOnce, reason: 'noroute', status: 404 } };
  }
}
