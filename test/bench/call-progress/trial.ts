import type { CalleeAudio } from '../../../sim/audio/callee-audio.ts';
import { CallProgressAnalyser } from '../../../src/audio/call-progress/call-progress-analyser.ts';
import type { CallProgressEvent, CallProgressName } from '../../../src/audio/call-progress/call-progress-event.ts';

/** One callee's outcome. */
export interface Trial {
  readonly label: string;
  readonly kind: CalleeAudio['kind'];
  readonly truth: CalleeAudio['truth'];
  /** The first verdict or final event, and the last word with the revisions of the background mode. */
  readonly first: CallProgressName | 'nothing';
  readonly last: CallProgressName | 'nothing';
  readonly confidence: number;
  /** Person and machine: from the true beginning of speech to the first verdict, ms. */
  readonly verdictMs: number | undefined;
  /** The verdict and what it was revised to, with the time of each, as above. */
  readonly verdicts: readonly { readonly told: CallProgressName; readonly atMs: number }[];
  /** Machine with a beep, recognised: told end minus true end, ms. */
  readonly beepErrorMs: number | undefined;
  /** Processor time and 20 ms frames. */
  readonly cpuUs: number;
  readonly frames: number;
}

export const TONES: Readonly<Record<string, CallProgressName>> = { busy: 'busy_tone', reorder: 'reorder', ringback: 'ringing', dial: 'dial_tone', 'fax-answer': 'fax_answer_tone', 'fax-calling': 'fax_calling_tone' };

/** What ought to be told. */
export function expected({ kind, truth }: Pick<CalleeAudio, 'kind' | 'truth'>): CallProgressName | 'nothing' {
  if (kind === 'person') return 'live_voice';
  if (kind === 'machine' || kind === 'music') return 'recorded_msg';
  if (kind === 'silence') return 'timeout';
  return kind === 'sit' ? (truth.sit as CallProgressName) : (TONES[kind] ?? 'nothing');
}

/** Lets the analyser hear all of it, in 20 ms frames, in the background mode. */
export function tryOut(callee: CalleeAudio): Trial {
  const early = callee.kind in TONES && !callee.kind.startsWith('fax');
  const events: CallProgressEvent[] = [];
  const { country, sit } = callee.truth;
  const analyser = new CallProgressAnalyser({ phase: early ? 'progress' : 'connected', background: true, timeoutMs: 8000, ...(country === undefined ? {} : { country }) }, (event) => events.push(event));
  const began = process.cpuUsage();
  for (let i = 0; i + 160 <= callee.samples.length; i += 160) analyser.push(callee.samples.subarray(i, i + 160));
  const { user, system } = process.cpuUsage(began);
  const verdicts = events.filter((e) => e.progress === 'live_voice' || e.progress === 'recorded_msg' || (e.final && e.progress !== 'msg_end'));
  const told = verdicts[0] ?? events.find((e) => e.progress !== 'start_of_voice');
  const { speechStartMs, beepEndMs } = callee.truth;
  const end = events.find((e) => e.progress === 'msg_end');
  return {
    label: sit ?? callee.kind,
    kind: callee.kind,
    truth: callee.truth,
    first: told?.progress ?? 'nothing',
    last: verdicts.at(-1)?.progress ?? told?.progress ?? 'nothing',
    confidence: told?.confidence ?? 0,
    verdictMs: speechStartMs === undefined || told === undefined ? undefined : told.knownMs - speechStartMs,
    verdicts: verdicts.map(({ progress, knownMs }) => ({ told: progress, atMs: knownMs - (speechStartMs ?? 0) })),
    beepErrorMs: beepEndMs === undefined || end === undefined ? undefined : end.offsetMs - beepEndMs,
    cpuUs: user + system,
    frames: Math.floor(callee.samples.length / 160),
  };
}

/** The first verdict alone, with other hints. */
export function firstVerdict(callee: CalleeAudio, hints: { readonly verdictMs?: number }): Pick<Trial, 'first' | 'verdictMs'> {
  let told: CallProgressEvent | undefined;
  const analyser = new CallProgressAnalyser({ phase: 'connected', timeoutMs: 8000, ...hints }, (event) => {
    if (event.progress !== 'start_of_voice') told ??= event;
  });
  for (let i = 0; i + 160 <= callee.samples.length && told === undefined; i += 160) analyser.push(callee.samples.subarray(i, i + 160));
  const { speechStartMs = 0 } = callee.truth;
  return { first: told?.progress ?? 'nothing', verdictMs: told === undefined ? undefined : told.knownMs - speechStartMs };
}
