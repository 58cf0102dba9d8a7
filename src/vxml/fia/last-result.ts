import type { Utterance } from '../platform.ts';
import type { Interpretation } from '../recognition/recognition.ts';
import type { Evaluated } from '../scope/scripts.ts';
import type { Frame } from '../session/frame.ts';

/** What `application.lastresult$` and shadow variables hold beside the reading itself (VoiceXML 2.1 §4, §7). */
export interface ResultExtras {
  readonly marks: { readonly markname?: string; readonly marktime?: number };
  readonly recording: Utterance | undefined;
}

/** §5.1.5: an array of readings, best first, with the properties of the best one on the array itself. */
export function setLastResult(frame: Frame, readings: readonly Interpretation[], extras: ResultExtras): Evaluated<undefined> {
  const { scripts } = frame.session;
  const { scope } = frame.context.application;
  const more = extrasOf(frame, extras);
  const best = { ...readings[0], ...more };
  const assign = Object.keys(best).map((k) => `a.${k} = b.${k};`).join(' ');
  return scripts.construct(scope, 'lastresult$', `function (data) { const a = data[0], b = data[1]; ${assign} return a; }`, [readings.map((r) => ({ ...r, ...more })), best]);
}

/** §5.1.5: a wait makes it undefined; what was heard, if anything, sets it again. */
export function forgetLastResult(frame: Frame): void {
  frame.session.scripts.set(frame.context.application.scope, 'lastresult$', undefined);
}

/** The shadow variable of an input item that was filled by a recognition (§2.3.1). */
export function shadowOf(frame: Frame, reading: Interpretation, extras: ResultExtras): Readonly<{ [name: string]: unknown }> {
  return { ...reading, ...extrasOf(frame, extras) };
}

function extrasOf(frame: Frame, { marks, recording }: ResultExtras): Readonly<{ [name: string]: unknown }> {
  if (recording === undefined) return marks;
  const { recordings, nextId } = frame.session;
  const value = recordings.add(nextId('recording'), recording);
  return { ...marks, recording: value, recordingsize: recording.bytes, recordingduration: recording.durationMs };
}
