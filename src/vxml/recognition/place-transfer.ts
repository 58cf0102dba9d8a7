import type { Timer } from '../../kernel/clock.ts';
import type { NodeOf } from '../document/element-definition.ts';
import { eventOf } from '../events/vxml-event.ts';
import { thrown, type Completion } from '../fia/completion.ts';
import type { ItemState } from '../fia/dialog-state.ts';
import { fetchAudio } from '../fia/fetch-for.ts';
import { processInput } from '../fia/process-input.ts';
import { runFilled } from '../fia/run-filled.ts';
import { setLastResult } from '../fia/last-result.ts';
import type { transfer } from '../form-items/transfer.ts';
import type { PromptItem, VxmlPlatformEventMap } from '../platform.ts';
import { playQueued } from '../prompts/play-queued.ts';
import { fill, setShadow } from '../scope/item-variable.ts';
import { durationProperty, propertyOf } from '../scope/properties.ts';
import type { Frame } from '../session/frame.ts';
import { isOver } from '../session/session.ts';
import { activeGrammars } from './active-grammars.ts';
import { DtmfCollector } from './dtmf-collector.ts';
import type { Interpretation } from './recognition.ts';
import type { ActiveGrammar } from './target.ts';
import { voiceGrammars } from './voice-grammars.ts';
import { meaningOf } from './transfer.machine.ts';

type Done = VxmlPlatformEventMap['transfer.done'];
const defaultConnectTimeoutMs = 30_000;

/** §2.3.7: prompts, then the call; a bridged one listens to its own grammars only. */
export async function placeTransfer(item: ItemState, frame: Frame): Promise<Completion> {
  const { session, dialog } = frame;
  const { attributes } = item.node as NodeOf<typeof transfer>;
  session.budget.waited();
  if (isOver(session) || session.call.hungUp) return processInput({ kind: 'over' }, frame);
  const type = attributes.type ?? (attributes.bridge === true ? 'bridge' : 'blind');
  const dest = textOf(frame, attributes.dest, attributes.destexpr);
  if (!dest.ok) return dest.completion;
  const aai = textOf(frame, attributes.aai, attributes.aaiexpr);
  if (!aai.ok) return aai.completion;
  const grammars = type === 'bridge' ? await activeGrammars(frame, true) : { ok: true as const, value: [] };
  if (!grammars.ok) return grammars.completion;
  const audio = attributes.transferaudio === undefined || type === 'blind' ? undefined : await transferAudio(frame, item, attributes.transferaudio);
  await playQueued(session);
  if (isOver(session)) return processInput({ kind: 'over' }, frame);
  if (session.inbox.takeNow((e) => e.name === 'hangup') !== undefined) return thrown(eventOf('connection.disconnect.hangup'));
  const id = session.nextId('transfer');
  session.send({ name: 'transfer', transfer: id, type, dest: dest.value ?? '', connectTimeoutMs: attributes.connecttimeout ?? defaultConnectTimeoutMs, aai: aai.value, audio });
  const call = new BridgedCall(frame, id, grammars.value, attributes.maxtime ?? 0);
  const done = await call.run();
  if (done === undefined) return processInput({ kind: 'over' }, frame);
  if (done === 'hangup') return thrown(eventOf('connection.disconnect.hangup'));
  const meaning: { readonly value: string } | { readonly event: string } = call.maxTimeReached ? { value: 'maxtime_disconnect' } : meaningOf(type, done.outcome);
  if ('event' in meaning) return thrown(eventOf(meaning.event, done.reason));
  if (dialog === undefined) return thrown(eventOf('noinput'));
  const filled = fill(session, dialog, item, meaning.value);
  if (!filled.ok) return filled.completion;
  if (call.reading !== undefined) setLastResult(frame, [call.reading], { marks: {}, recording: undefined });
  const heard = call.reading === undefined ? {} : { utterance: call.reading.utterance, inputmode: call.reading.inputmode };
  const shadow = setShadow(session, dialog, item, { duration: done.durationMs / 1000, ...heard });
  if (!shadow.ok) return shadow.completion;
  for (const other of dialog.items) other.justFilled = other === item;
  return runFilled(frame, dialog);
}

function textOf(frame: Frame, literal: string | undefined, expression: string | undefined): { readonly ok: true; readonly value: string | undefined } | { readonly ok: false; readonly completion: Completion } {
  return expression === undefined ? { ok: true, value: literal } : frame.session.scripts.text(frame.scope, expression);
}

async function transferAudio(frame: Frame, item: ItemState, reference: string): Promise<PromptItem | undefined> {
  const fetched = await fetchAudio(frame, item.node, reference);
  // §2.3.7.3: what cannot be had is ignored; the caller hears the network.
  return fetched.ok ? { kind: 'audio', uri: fetched.uri, path: fetched.path } : undefined;
}

/** The time from asking for the call until it is over. */
class BridgedCall {
  readonly #frame: Frame;
  readonly #id: string;
  readonly #grammars: readonly ActiveGrammar[];
  readonly #maxTimeMs: number;
  readonly #listen: string;
  #collector: DtmfCollector | undefined;
  #timers = new Map<string, Timer>();
  #connected = false;
  #maxTimer: string | undefined;
  reading: Interpretation | undefined;
  maxTimeReached = false;

  constructor(frame: Frame, id: string, grammars: readonly ActiveGrammar[], maxTimeMs: number) {
    this.#frame = frame;
    this.#id = id;
    this.#grammars = grammars;
    this.#maxTimeMs = maxTimeMs;
    this.#listen = frame.session.nextId('listen');
  }

  /** `hangup`: the caller left; undefined: the session is over. */
  async run(): Promise<Done | 'hangup' | undefined> {
    const { session } = this.#frame;
    try {
      for (;;) {
        const event = await session.inbox.take((e) => ['transfer.connected', 'transfer.done', 'dtmf', 'speech', 'timer', 'hangup'].includes(e.name));
        switch (event.name) {
          case 'terminate':
            session.send({ name: 'transfer.end', transfer: this.#id });
            return undefined;
          case 'hangup':
            session.send({ name: 'transfer.end', transfer: this.#id });
            return 'hangup';
          case 'transfer.done':
            if (event.transfer === this.#id) return event;
            break;
          case 'transfer.connected':
            if (event.transfer === this.#id) this.#answered();
            break;
          case 'dtmf':
            this.#key(event.digit);
            break;
          case 'timer':
            this.#expired(event.timer);
            break;
          case 'speech':
            if (event.listen === this.#listen) this.#spoken(event.outcome);
            break;
          default:
        }
      }
    } finally {
      for (const timer of this.#timers.values()) timer.cancel();
      if (this.#connected) session.send({ name: 'listen.stop', listen: this.#listen });
    }
  }

  #answered(): void {
    const { session } = this.#frame;
    this.#connected = true;
    if (this.#maxTimeMs > 0) this.#maxTimer = this.#arm(this.#maxTimeMs);
    const voice = this.#grammars.filter((g) => g.grammar.mode === 'voice');
    session.send({
      name: 'listen', listen: this.#listen, dtmf: this.#grammars.length > voice.length, bargeintype: 'hotword', recordUtterance: undefined, maskDigits: false,
      voice: voiceGrammars(voice),
      completeSilenceMs: durationProperty(this.#frame, 'completetimeout'), incompleteSilenceMs: durationProperty(this.#frame, 'incompletetimeout'),
      maxSpeechMs: durationProperty(this.#frame, 'maxspeechtimeout'), sensitivity: 0.5, speedVsAccuracy: 0.5, maxNBest: 1,
    });
  }

  /** §2.3.7.2: what matches nothing is ignored. */
  #key(digit: string): void {
    const grammars = this.#grammars.filter((g) => g.grammar.mode === 'dtmf');
    if (!this.#connected && grammars.length === 0) return;
    this.#collector ??= new DtmfCollector(this.#frame.session.grammars.matcher(grammars.map((g) => g.grammar)), {
      interdigitMs: durationProperty(this.#frame, 'interdigittimeout'), termMs: durationProperty(this.#frame, 'termtimeout'), termchar: propertyOf(this.#frame, 'termchar') ?? '#',
    });
    this.#collector.key(digit);
    this.#judge();
  }

  #expired(timer: string): void {
    if (!this.#timers.delete(timer)) return;
    if (timer === this.#maxTimer) {
      this.maxTimeReached = true;
      this.#end();
    } else {
      this.#collector?.expire();
      this.#judge();
    }
  }

  #spoken(outcome: VxmlPlatformEventMap['speech']['outcome']): void {
    if (outcome.kind !== 'match') return;
    const { grammars } = this.#frame.session;
    const voice = this.#grammars.filter((g) => g.grammar.mode === 'voice').map((g) => g.grammar);
    for (const { utterance, confidence } of outcome.alternatives) {
      const match = grammars.matchWords(utterance, voice);
      if (match === undefined || 'problem' in match) continue;
      this.reading = { utterance, confidence, inputmode: 'voice', interpretation: match.interpretation };
      return this.#end();
    }
  }

  #judge(): void {
    const outcome = this.#collector?.outcome;
    if (outcome === undefined) {
      const waitMs = this.#collector?.waitMs;
      if (waitMs !== undefined) this.#arm(waitMs);
      return;
    }
    this.#collector = undefined;
    if (outcome.kind !== 'match') return;
    this.reading = { utterance: outcome.match.utterance, confidence: 1, inputmode: 'dtmf', interpretation: outcome.match.interpretation };
    this.#end();
  }

  #end(): void {
    this.#frame.session.send({ name: 'transfer.end', transfer: this.#id });
  }

  #arm(ms: number): string {
    const { session } = this.#frame;
    const id = session.nextId('timer');
    this.#timers.set(id, session.clock.after(ms, () => session.inbox.post({ name: 'timer', timer: id })));
    return id;
  }
}
