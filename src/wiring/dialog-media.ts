import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DialogId, MediaId } from '../kernel/ids.ts';
import { speaksLanguage } from '../kernel/language-tag.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Media, MediaEvent, PlayItem } from '../media/media.ts';
import type { RecognitionOutcome, RecognitionStream, Recognizer } from '../speech/recognizer.ts';
import type { Synthesizer } from '../speech/synthesizer.ts';
import type { PromptItem, SpeechOutcome, Utterance, VxmlCommand, VxmlCommandMap, VxmlPlatformEvent } from '../vxml/platform.ts';
import { callerAudioPaths, convertRecording } from './caller-audio.ts';
import { UtteranceRecorder } from './utterance-recorder.ts';

export interface DialogMediaDeps {
  readonly media: Media;
  readonly logger: Logger;
  readonly synthesizer: Synthesizer;
  readonly recognizer: Recognizer | undefined;
  /** Where recordings of callers go until they are submitted. */
  readonly recordingFolder: string;
}

/** The play of a transfer's audio: no id of the interpreter's. */
const transferAudio = 'transfer-audio';

/** The commands that media can carry out; the rest (transfer, disconnect, event, log) is call control's. */
export type MediaCommand = Extract<VxmlCommand, { name: 'play' | 'play.stop' | 'play.seek' | 'listen' | 'listen.stop' | 'record' | 'record.stop' }>;

/** One dialog's half of the media plane: plays, listens and records on the dialog's node. */
export class DialogMedia {
  readonly #deps: DialogMediaDeps;
  readonly #dialog: DialogId;
  readonly #node: MediaId;
  readonly #deliver: (event: VxmlPlatformEvent) => void;
  readonly #abort = new AbortController();
  readonly #stopped = new Set<string>();
  readonly #recordTypes = new Map<string, string>();
  #listening: { readonly id: string; readonly stream: RecognitionStream; readonly utterance: UtteranceRecorder | undefined } | undefined;
  /** Without their endings. */
  readonly #files: string[] = [];
  /** Digits are secret (`dialog.user.secret`): recordings leave them out. */
  secret = false;

  constructor(deps: DialogMediaDeps, dialog: DialogId, node: MediaId, deliver: (event: VxmlPlatformEvent) => void) {
    this.#deps = deps;
    this.#dialog = dialog;
    this.#node = node;
    this.#deliver = deliver;
  }

  run(command: MediaCommand): void {
    switch (command.name) {
      case 'play':
        return this.#play(command);
      case 'play.stop':
        this.#stopped.add(command.play);
        this.#deps.media.stopPlay({ node: this.#node, play: this.#playId(command.play) });
        return;
      case 'play.seek':
        this.#deps.media.seekPlay?.({ play: this.#playId(command.play), byMs: command.byMs });
        return;
      case 'listen':
        return this.#listen(command);
      case 'listen.stop':
        return this.#stopListening(command.listen);
      case 'record':
        return this.#record(command);
      case 'record.stop':
        this.#deps.media.stopRecord({ record: this.#playId(command.record) });
        return;
    }
  }

  onMedia(event: MediaEvent): void {
    switch (event.name) {
      case 'digit':
        return this.#deliver({ name: 'dtmf', digit: event.digit });
      case 'play.mark':
        return this.#deliver({ name: 'play.mark', play: this.#ownId(event.play), mark: event.mark });
      case 'play.done':
        return this.#deliver({ name: 'play.done', play: this.#ownId(event.play), how: event.how === 'barged' ? 'stopped' : event.how, ...(event.reason === undefined ? {} : { reason: event.reason }) });
      case 'record.done':
        return this.#recorded(event);
      case 'audio':
        this.#listening?.utterance?.push(event.samples);
        this.#listening?.stream.push(event.samples);
        return;
      case 'speech':
        if (!event.speaking || this.#listening === undefined) return;
        this.#listening.utterance?.started();
        return this.#deliver({ name: 'speech.started', listen: this.#listening.id });
      default:
        return;
    }
  }

  /** What the caller said goes with the dialog: what the page wanted of it, it has sent. */
  close(): void {
    this.#abort.abort();
    this.#listening?.stream.cancel();
    this.#listening = undefined;
    for (const file of this.#files.flatMap(callerAudioPaths)) void rm(file, { force: true }).catch(() => undefined);
  }

  /** §2.3.7.3: what the caller hears until the far end answers. Its end is nothing to the interpreter. */
  startTransferAudio(item: PromptItem): void {
    this.#start(transferAudio, this.#sound(item));
  }

  endTransferAudio(): void {
    this.#deps.media.stopPlay({ node: this.#node, play: this.#playId(transferAudio) });
  }

  /** Media ids are unique in the server; the interpreter's only in its session. */
  #playId(own: string): string {
    return `${this.#dialog}/${own}`;
  }

  #ownId(id: string): string {
    return id.slice(this.#dialog.length + 1);
  }

  #play(command: { readonly name: 'play' } & Readonly<VxmlCommandMap['play']>): void {
    const items = command.items;
    // Without text to synthesise the play starts at once: no turn of the event loop is lost.
    if (items.every((item) => item.kind !== 'text')) return this.#start(command.play, items.flatMap((item) => this.#sound(item)));
    void Promise.all(items.map(async (item) => (item.kind === 'text' ? this.#speak(item) : this.#sound(item)))).then((parts) => {
      if (this.#abort.signal.aborted) return;
      this.#start(command.play, parts.flat());
    });
  }

  #start(play: string, items: readonly PlayItem[]): void {
    if (this.#stopped.delete(play)) return this.#deliver({ name: 'play.done', play, how: 'stopped' });
    const reply = this.#deps.media.play({ play: this.#playId(play), node: this.#node, items });
    if (!reply.accepted) this.#deliver({ name: 'play.done', play, how: 'failed', reason: reply.refusal.reason });
  }

  #sound(item: PromptItem): PlayItem[] {
    switch (item.kind) {
      case 'audio':
      case 'recording':
        return [{ kind: 'file', path: item.path }];
      case 'silence':
        return [{ kind: 'silence', durationMs: item.durationMs }];
      case 'mark':
        return [{ kind: 'mark', name: item.markName }];
      case 'text':
        return [];
    }
  }

  async #speak(item: Extract<PromptItem, { kind: 'text' }>): Promise<PlayItem[]> {
    const outcome = await this.#deps.synthesizer
      .synthesize({ text: item.ssml ?? item.text, ssml: item.ssml !== undefined, language: item.language }, this.#abort.signal)
      .catch((error: unknown) => ({ ok: false as const, kind: 'failed' as const, reason: String(error) }));
    if (outcome.ok) return [{ kind: 'pcm', sampleRate: outcome.sampleRate, samples: outcome.samples }];
    this.#deps.logger.error({ dialog: this.#dialog, text: item.text, language: item.language, reason: outcome.reason }, 'prompt cannot be spoken: the caller hears nothing in its place');
    return [];
  }

  #listen(command: { readonly name: 'listen' } & Readonly<VxmlCommandMap['listen']>): void {
    const first = command.voice[0];
    if (first === undefined) return;
    const { recognizer, media } = this.#deps;
    if (recognizer === undefined) return this.#deliver({ name: 'speech', listen: command.listen, outcome: { kind: 'noresource', reason: 'no recogniser is configured' } });
    const unknown = command.voice.find(({ language }) => !speaksLanguage(recognizer.languages, language));
    if (unknown !== undefined) return this.#deliver({ name: 'speech', listen: command.listen, outcome: { kind: 'language', reason: `${recognizer.name} does not know ${unknown.language}, only ${recognizer.languages.join(', ')}` } });
    const utterance = command.recordUtterance === undefined ? undefined : new UtteranceRecorder(this.#newFile(), command.recordUtterance, command.maxSpeechMs, command.maskDigits || this.secret);
    const stream = recognizer.recognize(
      { grammars: command.voice.map(({ key, srgs, builtin }) => ({ key, srgs, ...(builtin === undefined ? {} : { builtin }) })), language: first.language, sampleRate: 8_000, maxSpeechMs: command.maxSpeechMs, completeSilenceMs: command.completeSilenceMs },
      (outcome) => {
        this.#listening = undefined;
        media.tap({ node: this.#node, on: false });
        if (outcome.kind === 'noinput') return;
        const tell = (recording?: Utterance): void => this.#deliver({ name: 'speech', listen: command.listen, outcome: speechOutcome(outcome, recording) });
        if (utterance === undefined || outcome.kind === 'failed') return tell();
        void utterance.finish().then((recording) => {
          if (!this.#abort.signal.aborted) tell(recording);
        });
      },
    );
    this.#listening = { id: command.listen, stream, utterance };
    media.tap({ node: this.#node, on: true, sampleRate: 8_000 });
  }

  #stopListening(listen: string): void {
    if (this.#listening?.id !== listen) return;
    this.#listening.stream.cancel();
    this.#listening = undefined;
    this.#deps.media.tap({ node: this.#node, on: false });
  }

  #record(command: { readonly name: 'record' } & Readonly<VxmlCommandMap['record']>): void {
    const path = `${this.#newFile()}.wav`;
    this.#recordTypes.set(command.record, command.type);
    const reply = this.#deps.media.record({
      record: this.#playId(command.record), node: this.#node, path, what: 'in', temporary: true, beep: command.beep, maskDigits: command.maskDigits || this.secret,
      maxMs: command.maxMs, finalSilenceMs: command.finalSilenceMs, initialSilenceMs: command.initialSilenceMs,
    });
    if (!reply.accepted) this.#deliver({ name: 'record.done', record: command.record, how: 'failed', path, durationMs: 0, bytes: 0, reason: reply.refusal.reason });
  }

  #recorded(event: Extract<MediaEvent, { name: 'record.done' }>): void {
    const record = this.#ownId(event.record);
    const type = this.#recordTypes.get(record) ?? '';
    this.#recordTypes.delete(record);
    const how = event.how === 'digit' ? 'stopped' : event.how === 'closed' ? 'hangup' : event.how;
    const done = { name: 'record.done', record, how, path: event.path, durationMs: event.durationMs, bytes: event.bytes, ...(event.reason === undefined ? {} : { reason: event.reason }) } as const;
    const converted = how === 'failed' ? undefined : convertRecording(event.path, type);
    if (converted === undefined) return this.#deliver(done);
    converted.then((file) => this.#deliver({ ...done, ...file }), (error: unknown) => this.#deliver({ ...done, how: 'failed', reason: error instanceof Error ? error.message : String(error) }));
  }

  /** A path without an ending, of no other file. */
  #newFile(): string {
    const path = join(this.#deps.recordingFolder, `${this.#dialog}-${this.#files.length + 1}`);
    this.#files.push(path);
    return path;
  }
}

function speechOutcome(outcome: Exclude<RecognitionOutcome, { kind: 'noinput' }>, recording: Utterance | undefined): SpeechOutcome {
  const more = recording === undefined ? {} : { recording };
  if (outcome.kind === 'match') return { kind: 'match', alternatives: outcome.alternatives, ...more };
  return outcome.kind === 'failed' ? { kind: 'noresource', reason: outcome.reason } : { kind: 'nomatch', ...more };
}
