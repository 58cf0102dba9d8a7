/** What a scripted callee does, by the user part of the address that is called. Times in ms from the INVITE. */
export interface CalleeScript {
  /** 180 at once. */
  readonly rings: boolean;
  readonly answerAfterMs?: number;
  readonly hangUpAfterAnswerMs?: number;
  /** Of the BYE, RFC 3326. */
  readonly hangUpReason?: string;
  readonly refuse?: { readonly afterMs: number; readonly status: number };
  readonly redirectTo?: string;
  /** Sent after the answer as RFC 4733 events: the first after 1 s, then one every 300 ms. */
  readonly digits?: string;
  /** Sounded in the voice after the answer, 1.5 s after it. */
  readonly tones?: string;
  /** 183 with early media: the network plays this tone until the answer, whose description it has sent already. */
  readonly early?: EarlyTone;
}

export type EarlyTone = 'ringback' | 'busy' | 'reorder' | 'sit';

/** `answer`, `answer-hangup-<ms>`, `ring-<ms>`, `ring-<ms>-hangup-<ms>`, `ring-<ms>-drop-<ms>` (the network ends it), `congested`, `busy`, `noanswer`, `reject`, `notfound`, `unavailable`, `redirect`, `decline-after-ring-<ms>`, `dtmf-<digits>`, `tones-<digits>`, `early-<tone>` (never answered), `early-<tone>-<ms>`. */
export function calleeScript(user: string): CalleeScript {
  const number = Number(/-(\d+)$/.exec(user)?.[1] ?? Number.NaN);
  if (user === 'answer') return { rings: false, answerAfterMs: 0 };
  if (/^answer-hangup-\d+$/.test(user)) return { rings: false, answerAfterMs: 0, hangUpAfterAnswerMs: number };
  const talk = /^ring-(\d+)-(hangup|drop)-(\d+)$/.exec(user);
  if (talk !== null) return { rings: true, answerAfterMs: Number(talk[1]), hangUpAfterAnswerMs: Number(talk[3]), ...(talk[2] === 'drop' ? { hangUpReason: 'Q.850;cause=38;text="network out of order"' } : {}) };
  if (/^ring-\d+$/.test(user)) return { rings: true, answerAfterMs: number };
  if (/^decline-after-ring-\d+$/.test(user)) return { rings: true, refuse: { afterMs: number, status: 486 } };
  const digits = /^dtmf-([0-9*#A-D]+)$/.exec(user)?.[1];
  if (digits !== undefined) return { rings: false, answerAfterMs: 0, digits };
  const tones = /^tones-([0-9*#A-D]+)$/.exec(user)?.[1];
  if (tones !== undefined) return { rings: false, answerAfterMs: 0, tones };
  const early = /^early-(ringback|busy|reorder|sit)(?:-(\d+))?$/.exec(user);
  if (early !== null) return { rings: false, early: early[1] as EarlyTone, ...(early[2] === undefined ? {} : { answerAfterMs: Number(early[2]) }) };
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
