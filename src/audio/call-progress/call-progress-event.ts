import type { SitKind } from './special-information-tone.ts';

/** What was found. The names of the platform's `callprogress` values, and `dial_tone`, which only this library tells apart. */
export type CallProgressName =
  | 'start_of_voice' | 'live_voice' | 'recorded_msg' | 'msg_end' | 'busy_tone' | 'reorder' | 'ringing' | 'dial_tone'
  | SitKind | 'fax_answer_tone' | 'fax_calling_tone' | 'timeout';

export interface CallProgressEvent {
  readonly progress: CallProgressName;
  /** Nothing follows, except revisions in the background mode. */
  readonly final: boolean;
  /** When it happened: ms of audio since the phase began (for `live_voice` and `recorded_msg`: when it was decided). */
  readonly offsetMs: number;
  /** When it was known, same clock. */
  readonly knownMs: number;
  /** 0–1. */
  readonly confidence: number;
  /** Takes back an earlier verdict (background mode). */
  readonly revises: boolean;
}

export interface CallProgressHints {
  /** `progress`: before the answer, tones only. `connected`: after it. */
  readonly phase: 'progress' | 'connected';
  /** No verdict by then → `timeout`. Default 20,000; none in phase `progress`. */
  readonly timeoutMs?: number;
  /** From `recorded_msg`; its end unheard by then → `timeout`. Default 30,000. */
  readonly recordedMsgTimeoutMs?: number;
  /** ISO 3166 alpha-2 of the called network: its tone plan decides where countries disagree. */
  readonly country?: string;
  /** Goes on listening after the verdict, and revises it. Default false. */
  readonly background?: boolean;
  /** So long a silence after a recorded message is its end when no beep came. Default 2,400. */
  readonly messageEndSilenceMs?: number;
  /** Silence after a short greeting that makes it a person's. Default: chosen by how long it was, 180–500. */
  readonly liveSilenceMs?: number;
  /** When, after speech began, most is decided; in doubt more is waited, as `VerdictPolicy` says. Later is surer. Default: the model's; at least 600. */
  readonly verdictMs?: number;
  /** How many times worse it is to take a person for a machine than a machine for a person. Default 1. */
  readonly missedPersonCost?: number;
  /** Speech as long as this is a machine's. Default: chosen by the model. */
  readonly recordedSpeechMs?: number;
}
