import type { Timer } from '../../kernel/clock.ts';
import type { NodeOf } from '../document/element-definition.ts';
import { eventOf } from '../events/vxml-event.ts';
import { normal, thrown, type Completion } from '../fia/completion.ts';
import type { ItemState } from '../fia/dialog-state.ts';
import { processInput, processRecognition } from '../fia/process-input.ts';
import { forgetLastResult, setLastResult } from '../fia/last-result.ts';
import { runFilled } from '../fia/run-filled.ts';
import type { record } from '../form-items/record.ts';
import type { VxmlPlatformEventMap } from '../platform.ts';
import { playItems } from '../prompts/play-queued.ts';
import { fill, setShadow } from '../scope/item-variable.ts';
import { isRecordable } from '../session/recordings.ts';
import { durationProperty, isSecret, propertyOf } from '../scope/properties.ts';
import type { Frame } from '../session/frame.ts';
import { isOver } from '../session/session.ts';
import { activeGrammars } from './active-grammars.ts';
import { DtmfCollector } from './dtmf-collector.ts';
import type { Interpretation } from './recognition.ts';
import type { ActiveGrammar, Target } from './target.ts';

type Done = VxmlPlatformEventMap['record.done'];

/** Default of maxtime: the platform's (§2.3.6). */
const defaultMaxMs = 60_000;
const defaultFinalSilenceMs = 3_000;
const afterHangupMs = 2_000;
const defaultType = 'audio/x-wav';

/** §2.3.6: prompts, beep, then the caller's speech until silence, a key, the time or a hang-up ends it. */
export async function takeRecording(item: ItemState, frame: Frame): Promise<Completion> {
  const { session, dialog } = frame;
  const { attributes } = item.node as NodeOf<typeof record>;
  session.budget.waited();
  if (isOver(session) || session.call.hungUp) return processInput({ kind: 'over' }, frame);
  const type = attributes.type ?? defaultType;
  if (!isRecordable(type)) return thrown(eventOf('error.unsupported.format', `recordings of type ${type} are not supported`, item.node.place));
  const grammars = await activeGrammars(frame, attributes.modal);
  if (!grammars.ok) return grammars.completion;
  const queued = session.prompts.take();
  session.marks.reset();
  // §4.1.8: input collected before a recording is no part of it.
  session.inbox.drop((e) => e.name === 'dtmf');
  for (const run of queued.runs) {
    if (session.inbox.has((e) => e.name === 'hangup')) break;
    const played = await playItems(session, run.items, run.bargein);
    session.inbox.drop((e) => e.name === 'dtmf');
    if (played === 'barged') break;
  }
  const id = session.nextId('record');
  session.send({
    name: 'record', record: id, beep: attributes.beep, maxMs: attributes.maxtime ?? defaultMaxMs, finalSilenceMs: attributes.finalsilence ?? defaultFinalSilenceMs,
    initialSilenceMs: queued.timeoutMs ?? durationProperty(frame, 'timeout'), type, maskDigits: isSecret(frame),
  });
  const keys = new RecordKeys(frame, grammars.value.filter((g) => g.grammar.mode === 'dtmf'), attributes.dtmfterm);
  let hungUp = false;
  let done: Done | undefined;
  let lost: { readonly id: string; readonly timer: Timer } | undefined;
  while (done === undefined) {
    const event = await session.inbox.take((e) => ['dtmf', 'timer', 'hangup', 'record.done'].includes(e.name));
    if (event.name === 'terminate') {
      keys.close();
      lost?.timer.cancel();
      return processInput({ kind: 'over' }, frame);
    }
    if (event.name === 'record.done' && event.record === id) done = event;
    else if (event.name === 'hangup') {
      hungUp = true;
      session.send({ name: 'record.stop', record: id });
      // The recorder may have gone with the call: what it has is waited for, but not for ever.
      const timer = session.nextId('timer');
      lost ??= { id: timer, timer: session.clock.after(afterHangupMs, () => session.inbox.post({ name: 'timer', timer })) };
    } else if (event.name === 'timer' && event.timer === lost?.id) {
      done = { record: id, how: 'hangup', path: '', durationMs: 0, bytes: 0 };
    } else if ((event.name === 'dtmf' && keys.key(event.digit)) || (event.name === 'timer' && keys.expire(event.timer))) session.send({ name: 'record.stop', record: id });
  }
  keys.close();
  lost?.timer.cancel();
  if (done.how === 'failed') return thrown(eventOf('error.noresource', done.reason ?? 'the recording failed'));
  const { reading, target } = keys;
  // A grammar that is not the record's own ends it unfilled and takes control.
  if (reading !== undefined && target !== undefined && target.kind !== 'item') return processRecognition({ ...reading, target, readings: [reading], marks: {}, recording: undefined }, frame);
  if (reading === undefined) forgetLastResult(frame);
  else setLastResult(frame, [reading], { marks: {}, recording: undefined });
  const gone = hungUp || done.how === 'hangup';
  if (done.durationMs > 0 && dialog !== undefined && done.how !== 'nospeech') {
    const value = session.recordings.add(session.nextId('recording'), { path: done.path, contentType: type, durationMs: done.durationMs, bytes: done.bytes });
    const filled = fill(session, dialog, item, value);
    if (!filled.ok) return filled.completion;
    const shadow = setShadow(session, dialog, item, { duration: done.durationMs, size: done.bytes, maxtime: done.how === 'maxtime', ...(keys.termchar === undefined ? {} : { termchar: keys.termchar }) });
    if (!shadow.ok) return shadow.completion;
  }
  if (gone) return thrown(eventOf('connection.disconnect.hangup'));
  // A key before anything was said: the item stays unfilled and is visited again, and no noinput is thrown.
  const empty = done.how === 'nospeech' || done.durationMs <= 0;
  if (empty && reading !== undefined) return normal;
  if (empty || dialog === undefined) return thrown(eventOf('noinput'));
  for (const other of dialog.items) other.justFilled = other === item;
  return runFilled(frame, dialog);
}

/** Keys during a recording: those of an active grammar, or any with dtmfterm, end it. */
class RecordKeys {
  readonly #frame: Frame;
  readonly #grammars: readonly ActiveGrammar[];
  readonly #dtmfterm: boolean;
  #collector: DtmfCollector | undefined;
  #timer: { readonly id: string; readonly cancel: () => void } | undefined;
  /** The input that ended the recording: of a grammar, or the key that dtmfterm takes as one of a grammar of its own. */
  reading: Interpretation | undefined;
  /** Whose grammar it was; undefined with dtmfterm. */
  target: Target | undefined;
  termchar: string | undefined;

  constructor(frame: Frame, grammars: readonly ActiveGrammar[], dtmfterm: boolean) {
    this.#frame = frame;
    this.#grammars = grammars;
    this.#dtmfterm = dtmfterm;
  }

  /** True when the recording is to end. */
  key(digit: string): boolean {
    if (this.#grammars.length === 0) return this.#plain(digit);
    const collector = (this.#collector ??= this.#newCollector());
    collector.key(digit);
    return this.#judge(digit);
  }

  expire(timer: string): boolean {
    if (timer !== this.#timer?.id) return false;
    this.#collector?.expire();
    return this.#judge('');
  }

  close(): void {
    this.#timer?.cancel();
  }

  #judge(digit: string): boolean {
    this.#timer?.cancel();
    const outcome = this.#collector?.outcome;
    if (outcome === undefined) {
      const waitMs = this.#collector?.waitMs ?? 0;
      const { session } = this.#frame;
      const id = session.nextId('timer');
      const timer = session.clock.after(waitMs, () => session.inbox.post({ name: 'timer', timer: id }));
      this.#timer = { id, cancel: () => timer.cancel() };
      return false;
    }
    this.#collector = undefined;
    if (outcome.kind !== 'match') return this.#plain(digit);
    const { index, utterance, interpretation } = outcome.match;
    this.target = (this.#grammars[index] as ActiveGrammar).target;
    this.reading = { utterance, confidence: 1, inputmode: 'dtmf', interpretation };
    if (utterance.length === 1) this.termchar = utterance;
    return true;
  }

  #plain(digit: string): boolean {
    if (!this.#dtmfterm || digit === '' || !listensToKeys(this.#frame)) return false;
    this.termchar = digit;
    this.reading = { utterance: digit, confidence: 1, inputmode: 'dtmf', interpretation: digit };
    return true;
  }

  #newCollector(): DtmfCollector {
    return new DtmfCollector(this.#frame.session.grammars.matcher(this.#grammars.map((g) => g.grammar)), {
      interdigitMs: durationProperty(this.#frame, 'interdigittimeout'), termMs: durationProperty(this.#frame, 'termtimeout'), termchar: propertyOf(this.#frame, 'termchar') ?? '#',
    });
  }
}

const listensToKeys = (frame: Frame): boolean => (propertyOf(frame, 'inputmodes') ?? 'dtmf voice').split(/\s+/).includes('dtmf');
