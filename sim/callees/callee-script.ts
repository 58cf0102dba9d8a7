/** What a scripted callee does, by the user part of the address that is called. Times in ms from the INVITE. */
export interface CalleeScript {
  /** 180 at once. */
  readonly rings: boolean;
  readonly answerAfterMs?: number;
  readonly hangUpAfterAnswerMs?: number;
  readonly refuse?: { readonly afterMs: number; readonly status: number };
  readonly redirectTo?: string;
  /** Sent after the answer as RFC 4733 events: the first after 1 s, then one every 300 ms. */
  readonly digits?: string;
}

/** `answer`, `answer-hangup-<ms>`, `ring-<ms>`, `ring-<ms>-hangup-<ms>`, `congested`, `busy`, `noanswer`, `reject`, `notfound`, `unavailable`, `redirect`, `decline-after-ring-<ms>`, `dtmf-<digits>`. */
export function calleeScript(user: string): CalleeScript {
  const number = Number(/-(\d+)$/.exec(user)?.[1] ?? Number.NaN);
  if (user === 'answer') return { rings: false, answerAfterMs: 0 };
  if (/^answer-hangup-\d+$/.test(user)) return { rings: false, answerAfterMs: 0, hangUpAfterAnswerMs: number };
  const talk = /^ring-(\d+)-hangup-(\d+)$/.exec(user);
  if (talk !== null) return { rings: true, answerAfterMs: Number(talk[1]), hangUpAfterAnswerMs: Number(talk[2]) };
  if (/^ring-\d+$/.test(user)) return { rings: true, answerAfterMs: number };
  if (/^decline-after-ring-\d+$/.test(user)) return { rings: true, refuse: { afterMs: number, status: 486 } };
  const digits = /^dtmf-([0-9*#A-D]+)$/.exec(user)?.[1];
  if (digits !== undefined) return { rings: false, answerAfterMs: 0, digits };
  switch (user) {
    case 'busy': return refuse(486);
    case 'reject': return refuse(603);
    case 'unavailable': return refuse(480);
    case 'congested': return refuse(503);
    case 'noanswer': return { rings: true };
    case 'redirect': return { rings: false, redirectTo: 'sip:answer@sim' };
    default: return refuse(404);
  }
}

/** Nothing comes back from this one, not even 100. */
export const silentUser = 'silent';

const refuse = (status: number): CalleeScript => ({ rings: false, refuse: { afterMs: 0, status } });
