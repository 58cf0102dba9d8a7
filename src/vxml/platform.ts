/**
 * The port between the interpreter and the telephone. Data only, both ways, so that it works in process and over a worker's
 * message channel. The interpreter collects digits and times them itself; the platform plays, listens, records and transfers.
 * Every command carries the id under which its outcome comes back as an event. Times are milliseconds.
 */
export interface VxmlCommandMap {
  /** Plays items in order. Plays of one dialog do not overlap: the next is sent after `play.done`. → `play.mark`…, `play.done` */
  'play': { play: string; items: readonly PromptItem[]; bargein: boolean };
  /** Silences a play at once. → `play.done` `stopped` */
  'play.stop': { play: string };
  /** Moves a play that runs, forward or (negative) back. */
  'play.seek': { play: string; byMs: number };
  /** The dialog waits for the caller. Keys come as `dtmf` at any time; where `voice` is not empty, one `speech` is asked for. */
  'listen': Listen;
  'listen.stop': { listen: string };
  /** → `record.done`. Keys come as `dtmf` meanwhile and end nothing by themselves. */
  'record': Record;
  'record.stop': { record: string };
  /** → `transfer.connected` (bridge), `transfer.done` */
  'transfer': Transfer;
  /** Ends a bridged transfer, answered or not; the caller comes back. → `transfer.done` with `outcome: 'ended'` */
  'transfer.end': { transfer: string };
  /** Hangs up the caller. → `hangup` is not awaited. `values` go to CCXML with `dialog.disconnect`. */
  'disconnect': { reason: string | undefined; values: Values };
  /** An event to whoever started the dialog (`dialog.user.*`). */
  'event': { event: string; values: Values };
  'log': { label: string | undefined; text: string };
}
export type VxmlCommand = { [N in keyof VxmlCommandMap]: { readonly name: N } & Readonly<VxmlCommandMap[N]> }[keyof VxmlCommandMap];
export type Values = Readonly<{ [name: string]: unknown }>;

export type PromptItem =
  /** `text` is the bare text; `ssml` an SSML 1.0 `<speak>` document where mark-up stood around it. */
  | { readonly kind: 'text'; readonly text: string; readonly ssml?: string; readonly language: string }
  /** A file that was fetched; `uri` says from where. */
  | { readonly kind: 'audio'; readonly uri: string; readonly path: string; readonly contentType?: string }
  | { readonly kind: 'recording'; readonly path: string; readonly durationMs: number }
  | { readonly kind: 'silence'; readonly durationMs: number }
  /** Reports `play.mark` when playback reaches it. */
  | { readonly kind: 'mark'; readonly markName: string };

export interface Listen {
  readonly listen: string;
  /** Empty where only keys are listened for. */
  readonly voice: readonly VoiceGrammar[];
  readonly dtmf: boolean;
  /** `hotword`: only a whole match stops the prompt (§4.1.5.1). */
  readonly bargeintype: 'speech' | 'hotword';
  readonly completeSilenceMs: number;
  readonly incompleteSilenceMs: number;
  readonly maxSpeechMs: number;
  /** 0–1 each, §6.3.2. */
  readonly sensitivity: number;
  readonly speedVsAccuracy: number;
  readonly maxNBest: number;
  /** VoiceXML 2.1 §7 recordutterance: `speech` then carries the audio, in a file of this MIME type. */
  readonly recordUtterance: string | undefined;
  /** The page's digits are secret: the recorded utterance holds none. */
  readonly maskDigits: boolean;
}

/** What may be said. Grammars of several languages may be listened for at once. */
export interface VoiceGrammar {
  readonly key: string;
  /** SRGS XML that refers to nothing else, without tags. */
  readonly srgs: string;
  /** The address of a built-in grammar, for engines that have their own. */
  readonly builtin?: string;
  readonly language: string;
  readonly weight: number;
}

export interface Record {
  readonly record: string;
  readonly beep: boolean;
  /** Starts counting when the beep ends. */
  readonly maxMs: number;
  readonly finalSilenceMs: number;
  /** No speech by then ends it with `nospeech`. */
  readonly initialSilenceMs: number;
  /** MIME type of the file, e.g. audio/x-wav. */
  readonly type: string;
  /** The page's digits are secret: the file holds none. */
  readonly maskDigits: boolean;
}

export interface Transfer {
  readonly transfer: string;
  readonly type: 'blind' | 'bridge' | 'consultation';
  readonly dest: string;
  readonly connectTimeoutMs: number;
  readonly aai: string | undefined;
  /** Heard by the caller until the far end answers. */
  readonly audio: PromptItem | undefined;
}

export interface VxmlPlatformEventMap {
  'play.mark': { play: string; mark: string };
  'play.done': { play: string; how: 'finished' | 'stopped' | 'failed'; reason?: string };
  /** One key: 0-9 * # A-D. */
  'dtmf': { digit: string };
  /** The recogniser hears speech begin. Stops prompts where bargeintype is speech, and the noinput timer. */
  'speech.started': { listen: string };
  'speech': { listen: string; outcome: SpeechOutcome };
  'record.done': { record: string; how: 'silence' | 'nospeech' | 'maxtime' | 'stopped' | 'hangup' | 'failed'; path: string; durationMs: number; bytes: number; reason?: string };
  'transfer.connected': { transfer: string };
  /** `durationMs` counts from the answer. `connected`: a blind or consultation transfer has succeeded, the caller is gone from us. */
  'transfer.done': { transfer: string; outcome: TransferOutcome; durationMs: number; reason?: string };
  'hangup': { reason?: string };
  /** From CCXML or whoever owns the dialog; thrown as a VoiceXML event at the next wait. */
  'event': { event: string; message?: string; values?: Values };
}
export type VxmlPlatformEvent = { [N in keyof VxmlPlatformEventMap]: { readonly name: N } & Readonly<VxmlPlatformEventMap[N]> }[keyof VxmlPlatformEventMap];

export type SpeechOutcome =
  /** Best first. The words are matched against the active grammars by the interpreter. */
  | { readonly kind: 'match'; readonly alternatives: readonly { readonly utterance: string; readonly confidence: number }[]; readonly recording?: Utterance }
  | { readonly kind: 'nomatch'; readonly recording?: Utterance }
  | { readonly kind: 'maxspeech' }
  /** No recogniser, or it broke: error.noresource where only speech was wanted, else keys go on. */
  | { readonly kind: 'noresource'; readonly reason: string }
  /** The recogniser knows none of a language that was asked for: error.unsupported.language, on the same terms. */
  | { readonly kind: 'language'; readonly reason: string };

export interface Utterance {
  /** MIME type of the file. */
  readonly contentType: string;
  readonly path: string;
  readonly durationMs: number;
  readonly bytes: number;
}

export type TransferOutcome =
  | 'connected' | 'ended' | 'busy' | 'noanswer' | 'network_busy' | 'far_end_disconnect' | 'network_disconnect' | 'unknown'
  | 'unsupported' | 'unsupported-uri' | 'noauthorization' | 'baddestination' | 'noroute' | 'noresource' | `protocol.${string}`;
