import type { Clock } from '../../kernel/clock.ts';
import { speaksLanguage } from '../../kernel/language-tag.ts';
import type { TransferOutcome, VxmlCommand, VxmlPlatformEvent } from '../platform.ts';

/** A move of a scripted caller, taken when the page waits and nothing plays any more. */
export interface Turn {
  /** Keys, one after the other. */
  readonly dtmf?: string;
  /** An utterance; its confidence is 0.9 unless said otherwise. */
  readonly say?: string;
  readonly confidence?: number;
  readonly silence?: boolean;
  /** A sound that no grammar matches. */
  readonly noise?: boolean;
  /** Speaks into a recording for that many milliseconds. */
  readonly record?: number;
  /** Alone, or when the speech of `record` ends. */
  readonly hangup?: boolean;
}

export interface Script {
  readonly turns: readonly Turn[];
  /**
   * Destination → `answer` (default), `farhangup-<ms>`, `networkdisconnect-<ms>`, `busy`, `noanswer`, `networkbusy`, or what call control says
   * of the destination: `unknown`, `unsupported`, `unsupported-uri`, `noauthorization`, `baddestination`, `noroute`, `noresource`, `protocol.<code>`.
   */
  readonly transfer?: Readonly<Record<string, string>>;
  /** Who understands words. Default: somebody who understands every language. */
  readonly recognizer?: 'none' | { readonly languages: readonly string[] };
}

const judgements: ReadonlySet<string> = new Set(['unknown', 'unsupported', 'unsupported-uri', 'noauthorization', 'baddestination', 'noroute', 'noresource']);

/** What call control may say of a destination without calling it. */
export const judgementOf = (behaviour: string): TransferOutcome | undefined => (judgements.has(behaviour) || behaviour.startsWith('protocol.') ? (behaviour as TransferOutcome) : undefined);

type Command<N extends VxmlCommand['name']> = Extract<VxmlCommand, { name: N }>;

interface Recording {
  readonly id: string;
  readonly startedAt: number;
  spokenMs: number;
  readonly timers: { cancel(): void }[];
}

/**
 * A telephone with a scripted caller: plays at once, takes the next turn whenever the interpreter starts to wait with no prompt left, and
 * carries transfers and recordings out on the clock given.
 */
export class ScriptedCaller {
  readonly #script: Script;
  readonly #clock: Clock;
  readonly #recordingPath: string;
  readonly #deliver: (event: VxmlPlatformEvent) => void;
  #next = 0;
  #playing = 0;
  #waiting: { readonly id: string; readonly inTransfer: boolean; readonly recordAs?: string | undefined } | undefined;
  #transfer: string | undefined;
  #endTransfer: (() => void) | undefined;
  #recording: Recording | undefined;
  #hungUp = false;
  unexpectedWait = false;

  constructor(script: Script, clock: Clock, recordingPath: string, deliver: (event: VxmlPlatformEvent) => void) {
    this.#script = script;
    this.#clock = clock;
    this.#recordingPath = recordingPath;
    this.#deliver = deliver;
  }

  get turnsLeft(): number {
    return this.#script.turns.length - this.#next;
  }

  /** Takes a turn when the interpreter waits and nothing plays. True when something was done. */
  act(): boolean {
    const waiting = this.#waiting;
    if (waiting === undefined || this.#playing > 0) return false;
    this.#waiting = undefined;
    const turn = this.#script.turns[this.#next];
    if (turn === undefined) {
      if (!waiting.inTransfer) this.unexpectedWait = true;
      return !waiting.inTransfer;
    }
    this.#next += 1;
    this.#perform(turn, waiting.id, waiting.recordAs);
    return true;
  }

  command(command: VxmlCommand): void {
    switch (command.name) {
      case 'play': {
        this.#playing += 1;
        for (const item of command.items) if (item.kind === 'mark') queueMicrotask(() => this.#deliver({ name: 'play.mark', play: command.play, mark: item.markName }));
        queueMicrotask(() => {
          this.#playing -= 1;
          this.#deliver({ name: 'play.done', play: command.play, how: 'finished' });
        });
        return;
      }
      case 'listen':
        this.#waiting = { id: command.listen, inTransfer: this.#transfer !== undefined, recordAs: command.recordUtterance };
        return this.#refuseWords(command);
      case 'listen.stop':
        if (this.#waiting?.id === command.listen) this.#waiting = undefined;
        return;
      case 'record':
        return this.#record(command);
      case 'record.stop':
        return this.#recordDone('stopped');
      case 'transfer':
        return this.#place(command);
      case 'transfer.end':
        return this.#endTransfer?.();
      case 'disconnect':
        this.#hungUp = true;
        return;
      default:
    }
  }

  /** A recogniser that is not there, or knows none of the language, says so at once. */
  #refuseWords({ listen, voice }: Command<'listen'>): void {
    const { recognizer } = this.#script;
    if (recognizer === undefined || voice.length === 0) return;
    const unknown = recognizer === 'none' ? undefined : voice.find(({ language }) => !speaksLanguage(recognizer.languages, language));
    if (recognizer === 'none') this.#deliver({ name: 'speech', listen, outcome: { kind: 'noresource', reason: 'no recogniser' } });
    else if (unknown !== undefined) this.#deliver({ name: 'speech', listen, outcome: { kind: 'language', reason: `the recogniser does not know ${unknown.language}` } });
  }

  #perform(turn: Turn, id: string, recordAs: string | undefined): void {
    if (this.#recording !== undefined) return this.#speak(turn, this.#recording);
    const recording = recordAs === undefined ? {} : { recording: { path: this.#recordingPath, durationMs: 800, bytes: 6444, contentType: recordAs } };
    if (turn.dtmf !== undefined) for (const digit of turn.dtmf) this.#deliver({ name: 'dtmf', digit });
    if (turn.say !== undefined) {
      this.#deliver({ name: 'speech.started', listen: id });
      this.#deliver({ name: 'speech', listen: id, outcome: { kind: 'match', alternatives: [{ utterance: turn.say, confidence: turn.confidence ?? 0.9 }], ...recording } });
    }
    if (turn.noise === true) {
      this.#deliver({ name: 'speech.started', listen: id });
      this.#deliver({ name: 'speech', listen: id, outcome: { kind: 'nomatch', ...recording } });
    }
    if (turn.hangup === true) this.#hangUp();
  }

  #hangUp(): void {
    if (this.#hungUp) return;
    this.#hungUp = true;
    this.#deliver({ name: 'hangup' });
  }

  #record(command: Command<'record'>): void {
    this.#waiting = { id: command.record, inTransfer: false };
    this.#recording = { id: command.record, startedAt: this.#clock.monotonic(), spokenMs: 0, timers: [] };
    const { timers } = this.#recording;
    timers.push(this.#clock.after(command.initialSilenceMs, () => this.#recording?.id === command.record && this.#recording.spokenMs === 0 && this.#recordDone('nospeech')));
    timers.push(this.#clock.after(command.maxMs, () => this.#recordDone('maxtime')));
    this.#finalSilenceMs = command.finalSilenceMs;
  }

  #finalSilenceMs = 0;

  #speak(turn: Turn, recording: Recording): void {
    recording.spokenMs = turn.record ?? 0;
    const after = (): void => {
      for (const digit of turn.dtmf ?? '') this.#deliver({ name: 'dtmf', digit });
      if (turn.hangup === true) this.#hangUp();
      else if (recording.spokenMs > 0) recording.timers.push(this.#clock.after(this.#finalSilenceMs, () => this.#recordDone('silence')));
    };
    if (recording.spokenMs > 0) recording.timers.push(this.#clock.after(recording.spokenMs, after));
    else after();
  }

  #recordDone(how: 'silence' | 'nospeech' | 'maxtime' | 'stopped'): void {
    const recording = this.#recording;
    if (recording === undefined) return;
    this.#recording = undefined;
    this.#waiting = undefined;
    for (const timer of recording.timers) timer.cancel();
    const lasted = this.#clock.monotonic() - recording.startedAt;
    const durationMs = how === 'nospeech' ? 0 : Math.max(how === 'maxtime' ? lasted : Math.min(lasted, recording.spokenMs), 0);
    this.#deliver({ name: 'record.done', record: recording.id, how, path: this.#recordingPath, durationMs, bytes: 44 + Math.round(durationMs * 8) });
  }

  #place(command: Command<'transfer'>): void {
    const id = command.transfer;
    const behaviour = this.#script.transfer?.[command.dest] ?? 'answer';
    const done = (outcome: Extract<VxmlPlatformEvent, { name: 'transfer.done' }>['outcome'], durationMs = 0): void => {
      this.#transfer = undefined;
      this.#endTransfer = undefined;
      for (const timer of timers) timer.cancel();
      this.#deliver({ name: 'transfer.done', transfer: id, outcome, durationMs });
    };
    const timers: { cancel(): void }[] = [];
    const after = (ms: number, task: () => void): void => void timers.push(this.#clock.after(ms, task));
    this.#transfer = id;
    this.#endTransfer = () => done('ended');
    if (behaviour === 'busy') return after(500, () => done('busy'));
    if (behaviour === 'networkbusy') return after(500, () => done('network_busy'));
    if (behaviour === 'noanswer') return after(command.connectTimeoutMs, () => done('noanswer'));
    const judgement = judgementOf(behaviour);
    if (judgement !== undefined) return after(0, () => done(judgement));
    after(1000, () => {
      if (command.type !== 'bridge') return done('connected');
      const answeredAt = this.#clock.monotonic();
      this.#endTransfer = () => done('ended', this.#clock.monotonic() - answeredAt);
      const [, who, ms] = /^(farhangup|networkdisconnect)-(\d+)$/.exec(behaviour) ?? [];
      if (who !== undefined) after(Number(ms), () => done(who === 'farhangup' ? 'far_end_disconnect' : 'network_disconnect', this.#clock.monotonic() - answeredAt));
      this.#deliver({ name: 'transfer.connected', transfer: id });
    });
  }
}
