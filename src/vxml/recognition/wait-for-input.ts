import type { Timer } from '../../kernel/clock.ts';
import { eventOf, semantic, type VxmlEvent } from '../events/vxml-event.ts';
import type { SpeechOutcome, Utterance, Values } from '../platform.ts';
import type { PromptRun } from '../prompts/prompt-queue.ts';
import { booleanProperty, durationProperty, isSecret, numberProperty, propertyOf, seekBy } from '../scope/properties.ts';
import type { Frame } from '../session/frame.ts';
import type { InboxEvent } from '../session/inbox.ts';
import { isRecordable } from '../session/recordings.ts';
import { isOver } from '../session/session.ts';
import { DtmfCollector } from './dtmf-collector.ts';
import type { Interpretation, Recognition } from './recognition.ts';
import type { ActiveGrammar } from './target.ts';
import { voiceGrammars } from './voice-grammars.ts';

export type InputOutcome =
  | { readonly kind: 'match'; readonly recognition: Recognition }
  /** `heard`: there was an input, which is a result of its own though nothing matched (§5.1.5). */
  | { readonly kind: 'event'; readonly event: VxmlEvent; readonly heard?: { readonly readings: readonly Interpretation[]; readonly marks: Recognition['marks']; readonly recording: Utterance | undefined } }
  /** The caller is gone, or the session is over: nothing can be waited for. */
  | { readonly kind: 'over' };

/** The waiting state (§4.1.8): plays what is queued, listens, and collects one input. */
export async function waitForInput(frame: Frame, active: readonly ActiveGrammar[]): Promise<InputOutcome> {
  const { session } = frame;
  session.budget.waited();
  if (isOver(session) || session.call.hungUp) return { kind: 'over' };
  const recordType = propertyOf(frame, 'recordutterancetype') ?? '';
  // VoiceXML 2.1 §7
  if (booleanProperty(frame, 'recordutterance') && !isRecordable(recordType)) return { kind: 'event', event: eventOf('error.unsupported.format', `utterances cannot be recorded as ${recordType}`) };
  // §3.1.4; which modes are listened to (inputmodes) has no part in it.
  if (active.length === 0) return { kind: 'event', event: semantic('the page waits for input, and no grammar is active') };
  const wait = new InputWait(frame, active);
  const outcome = await wait.run();
  wait.close();
  return outcome;
}

class InputWait {
  readonly #frame: Frame;
  readonly #dtmf: readonly ActiveGrammar[];
  readonly #voice: readonly ActiveGrammar[];
  readonly #runs: PromptRun[];
  /** §6.3.6: what is said is heard at all. */
  readonly #hearsSpeech: boolean;
  readonly #timeoutMs: number;
  readonly #listen: string;
  #collector: DtmfCollector;
  #run: PromptRun | undefined;
  #play: string | undefined;
  #timer: Timer | undefined;
  #timerId: string | undefined;
  #speaking = false;
  #listening = false;

  constructor(frame: Frame, active: readonly ActiveGrammar[]) {
    const modes = (propertyOf(frame, 'inputmodes') ?? 'dtmf voice').split(/\s+/);
    this.#frame = frame;
    this.#dtmf = modes.includes('dtmf') ? active.filter((a) => a.grammar.mode === 'dtmf') : [];
    this.#hearsSpeech = modes.includes('voice');
    this.#voice = this.#hearsSpeech ? active.filter((a) => a.grammar.mode === 'voice') : [];
    const queued = frame.session.prompts.take();
    this.#runs = [...queued.runs];
    this.#timeoutMs = queued.timeoutMs ?? durationProperty(frame, 'timeout');
    this.#listen = frame.session.nextId('listen');
    this.#collector = this.#newCollector();
    frame.session.marks.reset();
  }

  async run(): Promise<InputOutcome> {
    const { session } = this.#frame;
    // §4.1.5, §4.1.8: keys pressed before a prompt that cannot be interrupted are deleted.
    if (this.#runs.some((r) => !r.bargein)) session.inbox.drop((e) => e.name === 'dtmf');
    const ahead = this.#typeAhead();
    if (ahead !== undefined) return ahead;
    // Keys were typed ahead: the caller does not wait for the prompts.
    if (this.#collector.started) this.#runs.length = 0;
    this.#startListening();
    if (!this.#playNext()) this.#armTimer();
    for (;;) {
      const event = await session.inbox.take(() => true);
      const outcome = this.#handle(event);
      if (outcome !== undefined) return outcome;
    }
  }

  close(): void {
    const { session } = this.#frame;
    this.#timer?.cancel();
    if (this.#play !== undefined) this.#stopPlay();
    if (this.#listening) session.send({ name: 'listen.stop', listen: this.#listen });
  }

  #handle(event: InboxEvent): InputOutcome | undefined {
    switch (event.name) {
      case 'terminate':
        return { kind: 'over' };
      case 'hangup':
        return { kind: 'event', event: eventOf('connection.disconnect.hangup', event.reason) };
      case 'event':
        return { kind: 'event', event: eventOf(event.event, event.message ?? messageOf(event.values)) };
      case 'dtmf':
        return this.#key(event.digit);
      case 'timer':
        return event.timer === this.#timerId ? this.#expire() : undefined;
      case 'play.done':
        if (event.play !== this.#play) return undefined;
        this.#play = undefined;
        this.#frame.session.marks.ended(this.#frame.session.clock.monotonic());
        if (event.how === 'failed') this.#frame.session.logger.warn({ session: this.#frame.session.id, reason: event.reason }, 'prompt could not be played');
        if (!this.#playNext()) this.#armTimer();
        return undefined;
      case 'speech.started':
        if (event.listen !== this.#listen || !this.#hearsSpeech) return undefined;
        this.#speaking = true;
        if (this.#run?.bargein === true && this.#run.bargeintype === 'speech') this.#stopPlay();
        this.#armTimer();
        return undefined;
      case 'speech':
        return event.listen === this.#listen && this.#hearsSpeech ? this.#speech(event.outcome) : undefined;
      default:
        return undefined;
    }
  }

  /** Keys that are there already. Settles the wait, or leaves the collector started. */
  #typeAhead(): InputOutcome | undefined {
    const { inbox } = this.#frame.session;
    for (let e = inbox.takeNow((i) => i.name === 'dtmf'); e !== undefined; e = inbox.takeNow((i) => i.name === 'dtmf')) {
      if (e.name !== 'dtmf') return { kind: 'over' };
      const outcome = this.#key(e.digit);
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  }

  #key(digit: string): InputOutcome | undefined {
    if (!this.#acceptsKeys()) return undefined;
    if (this.#play !== undefined) {
      const byMs = this.#collector.started ? undefined : seekBy(this.#frame, digit);
      if (byMs !== undefined) {
        this.#frame.session.send({ name: 'play.seek', play: this.#play, byMs });
        return undefined;
      }
      if (this.#run?.bargein !== true) return undefined;
      if (this.#run.bargeintype === 'speech') this.#stopPlay();
    }
    this.#collector.key(digit);
    this.#armTimer();
    return this.#settled();
  }

  #expire(): InputOutcome | undefined {
    this.#timer = undefined;
    if (!this.#collector.started) {
      return { kind: 'event', event: eventOf(this.#speaking ? 'maxspeechtimeout' : 'noinput') };
    }
    this.#collector.expire();
    return this.#settled();
  }

  #settled(): InputOutcome | undefined {
    const { outcome } = this.#collector;
    if (outcome === undefined) return undefined;
    const { session } = this.#frame;
    if (outcome.unread !== '') session.inbox.unread({ name: 'dtmf', digit: outcome.unread });
    if (outcome.kind === 'failed') return { kind: 'event', event: semantic(outcome.problem) };
    if (outcome.kind === 'nomatch') {
      // §4.1.5.1: under hotword, input that does not match leaves the prompt alone.
      if (this.#play !== undefined && this.#run?.bargeintype === 'hotword') {
        this.#collector = this.#newCollector();
        return undefined;
      }
      const keys: Interpretation = { utterance: outcome.keys, confidence: 0, inputmode: 'dtmf', interpretation: undefined };
      return this.#nomatch([keys], undefined);
    }
    const { target } = this.#dtmf[outcome.match.index] as ActiveGrammar;
    const reading: Interpretation = { utterance: outcome.match.utterance, confidence: 1, inputmode: 'dtmf', interpretation: outcome.match.interpretation };
    return { kind: 'match', recognition: { ...reading, target, readings: [reading], marks: this.#endPlayback(), recording: undefined } };
  }

  #speech(outcome: SpeechOutcome): InputOutcome | undefined {
    this.#listening = false;
    switch (outcome.kind) {
      case 'noresource':
        // Keys go on where there are any; a dialog that only speech can answer has to know.
        if (this.#dtmf.length > 0) return undefined;
        return { kind: 'event', event: eventOf('error.noresource', outcome.reason) };
      case 'language':
        if (this.#dtmf.length > 0) return undefined;
        return { kind: 'event', event: eventOf('error.unsupported.language', outcome.reason) };
      case 'maxspeech':
        return { kind: 'event', event: eventOf('maxspeechtimeout') };
      case 'nomatch':
        return this.#nomatch([], outcome.recording);
      case 'match':
        return this.#readings(outcome);
    }
  }

  #readings(outcome: Extract<SpeechOutcome, { kind: 'match' }>): InputOutcome {
    const { session } = this.#frame;
    const grammars = this.#voice.map((a) => a.grammar);
    const threshold = numberProperty(this.#frame, 'confidencelevel');
    const most = Math.max(1, numberProperty(this.#frame, 'maxnbest'));
    let problem: string | undefined;
    const matched = outcome.alternatives.flatMap(({ utterance, confidence }) => {
      const match = session.grammars.matchWords(utterance, grammars);
      if (match !== undefined && 'problem' in match) problem ??= match.problem;
      return match === undefined || 'problem' in match ? [] : [{ index: match.index, reading: { utterance, confidence, inputmode: 'voice' as const, interpretation: match.interpretation } }];
    });
    matched.sort((a, b) => b.reading.confidence - a.reading.confidence);
    const readings = matched.filter((m) => m.reading.confidence >= threshold).slice(0, most).map((m) => m.reading);
    const [best] = matched;
    if (best === undefined && problem !== undefined) return { kind: 'event', event: semantic(problem) };
    if (best === undefined || readings.length === 0) {
      return this.#nomatch(matched.slice(0, most).map((m) => m.reading), outcome.recording);
    }
    const { target } = this.#voice[best.index] as ActiveGrammar;
    return { kind: 'match', recognition: { ...best.reading, target, readings, marks: this.#endPlayback(), recording: outcome.recording } };
  }

  #nomatch(readings: readonly Interpretation[], recording: Utterance | undefined): InputOutcome {
    return { kind: 'event', event: eventOf('nomatch'), heard: { readings, marks: this.#endPlayback(), recording } };
  }

  /** Without any grammar for them keys are still input, which nothing matches. */
  #acceptsKeys(): boolean {
    return (propertyOf(this.#frame, 'inputmodes') ?? 'dtmf voice').split(/\s+/).includes('dtmf');
  }

  #newCollector(): DtmfCollector {
    return new DtmfCollector(this.#frame.session.grammars.matcher(this.#dtmf.map((a) => a.grammar)), {
      interdigitMs: durationProperty(this.#frame, 'interdigittimeout'), termMs: durationProperty(this.#frame, 'termtimeout'), termchar: propertyOf(this.#frame, 'termchar') ?? '#',
    });
  }

  #startListening(): void {
    const { session } = this.#frame;
    session.send({
      name: 'listen', listen: this.#listen, voice: voiceGrammars(this.#voice), dtmf: this.#acceptsKeys(),
      bargeintype: this.#runs[0]?.bargeintype ?? 'speech', completeSilenceMs: durationProperty(this.#frame, 'completetimeout'),
      incompleteSilenceMs: durationProperty(this.#frame, 'incompletetimeout'), maxSpeechMs: durationProperty(this.#frame, 'maxspeechtimeout'),
      sensitivity: numberProperty(this.#frame, 'sensitivity'), speedVsAccuracy: numberProperty(this.#frame, 'speedvsaccuracy'),
      maxNBest: numberProperty(this.#frame, 'maxnbest'), recordUtterance: booleanProperty(this.#frame, 'recordutterance') ? propertyOf(this.#frame, 'recordutterancetype') : undefined, maskDigits: isSecret(this.#frame),
    });
    this.#listening = true;
  }

  #playNext(): boolean {
    const run = this.#runs.shift();
    this.#run = run;
    if (run === undefined) return false;
    this.#play = this.#frame.session.nextId('play');
    this.#frame.session.send({ name: 'play', play: this.#play, items: run.items, bargein: run.bargein });
    return true;
  }

  /** Barge-in: what plays and what would have followed is not heard. */
  #stopPlay(): void {
    const { session } = this.#frame;
    if (this.#play !== undefined) session.send({ name: 'play.stop', play: this.#play });
    this.#play = undefined;
    this.#run = undefined;
    this.#runs.length = 0;
    session.marks.ended(session.clock.monotonic());
  }

  #endPlayback(): Recognition['marks'] {
    const { session } = this.#frame;
    if (this.#play !== undefined) this.#stopPlay();
    return session.marks.values(session.clock.monotonic());
  }

  /** The next thing that time alone may bring: the end of digit collection, of speech that lasts too long, or noinput. */
  #armTimer(): void {
    const { session } = this.#frame;
    this.#timer?.cancel();
    this.#timer = undefined;
    const speechMs = this.#speaking ? durationProperty(this.#frame, 'maxspeechtimeout') : undefined;
    const waitMs = this.#collector.waitMs ?? speechMs ?? (this.#play === undefined ? this.#timeoutMs : undefined);
    if (waitMs === undefined || this.#collector.outcome !== undefined) return;
    const id = session.nextId('timer');
    this.#timerId = id;
    this.#timer = session.clock.after(waitMs, () => session.inbox.post({ name: 'timer', timer: id }));
  }
}

/** Data that came with an event from outside: its `message`, or all of it as JSON. */
function messageOf(values: Values | undefined): string | undefined {
  if (values === undefined || Object.keys(values).length === 0) return undefined;
  return typeof values['message'] === 'string' ? values['message'] : JSON.stringify(values);
}
