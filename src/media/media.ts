import type { MediaId } from '../kernel/ids.ts';
import type { Reply } from '../kernel/result.ts';

/**
 * The media port. The media plane is a graph: *nodes* (an RTP endpoint, a conference, a dialog) and directed *edges* along
 * which one node's audio and digits reach another. A two-party bridge is two edges between two endpoints; a conference is a
 * node whose edge to a member carries everybody else (mix-minus); whisper and listen-only are single edges. Commands answer
 * accepted or refused at once; outcomes are events, in order per node. All arguments are plain data.
 */
export interface Media {
  readonly capabilities: ReadonlySet<MediaCapability>;
  start(listener: (event: MediaEvent) => void): Promise<void>;
  stop(): Promise<void>;

  /** Opens an RTP/RTCP port pair. Without `remoteSdp` it offers, with it it answers. → `endpoint.ready` | `endpoint.failed` */
  openEndpoint(command: OpenEndpoint): Reply;
  /** The far end's answer to our offer. → `endpoint.negotiated` | `endpoint.failed` */
  applyAnswer(command: { node: MediaId; sdp: string }): Reply;
  /** A new offer from the far end (re-INVITE). → `endpoint.ready` with our answer. */
  applyOffer(command: { node: MediaId; sdp: string }): Reply;
  /** Makes a new offer of our own, e.g. hold. → `endpoint.ready` with it. */
  makeOffer(command: { node: MediaId; direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive' }): Reply;
  openConference(command: { node: MediaId; reservedTalkers?: number; reservedListeners?: number; group?: string }): Reply;
  /** A dialog's audio: a source of prompts and a sink for digits, speech and recordings, joined to other nodes by edges. */
  openDialog(command: { node: MediaId; group?: string }): Reply;
  /** Closes a node with its edges, players, recorders and ports. Idempotent. → `node.closed` */
  close(command: { node: MediaId }): Reply;

  /** Makes or changes the edge from → to. Changing it (clamp, gain) never clicks or gaps. */
  connect(command: Edge): Reply;
  disconnect(command: { from: MediaId; to: MediaId }): Reply;

  /**
   * Plays towards the node's far side: on an endpoint to its phone (mixed over what edges bring), on a conference to all
   * members, on a dialog along its outgoing edges. Items play in order; plays on one node queue. → `play.started`, `play.mark`, `play.done`
   */
  play(command: Play): Reply;
  stopPlay(command: { node: MediaId; play?: string }): Reply;
  /**
   * Moves a play that runs, without a click: to a place in the item that sounds, or forward and back over its items. Before the beginning is the
   * beginning; past its end the item is over (and so may be the play, or its round when it loops). Marks passed over on the way forward
   * are not told; those on the way back are told again, and so is one right before the place that is gone back to. `playedMs` stays what was heard. A
   * file that comes in parts is read again up to the place: a pause, longer where it must be fetched first; where such a file has not come
   * to its end, the way forward ends in it. A tone begins its cadence anew. A play that has not begun is refused (`bad-state`), one that is over or unknown too.
   */
  seekPlay?(command: SeekPlay): Reply;
  /** Digits towards an endpoint's phone, as RFC 4733 where negotiated, else in band. → `digits.sent` */
  sendDigits(command: { node: MediaId; digits: string; durationMs?: number; gapMs?: number }): Reply;
  /** Digits that arrived by SIP INFO for this endpoint: they enter the graph as if they had come as RTP events. */
  injectDigit(command: { node: MediaId; digit: string; durationMs: number }): Reply;
  /** → `record.done`. What an endpoint hears from its phone (`in`), what it is sent (`out`), or both. */
  record(command: RecordAudio): Reply;
  stopRecord(command: { record: string }): Reply;
  /** While paused nothing is written and no limit runs; the file goes on without a gap. */
  pauseRecord?(command: { record: string }): Reply;
  resumeRecord?(command: { record: string }): Reply;
  /** Call progress analysis on an endpoint. → `callprogress` events until a final one. */
  classify(command: { node: MediaId; hints: ClassifyHints }): Reply;
  stopClassify(command: { node: MediaId }): Reply;
  /**
   * Card mode: while it is on, what is kept or shown of this endpoint has its digits masked: recordings of it and of dialogs that hear it
   * (those that run too) or of conferences that it is in, taps of it, and its `digit` events, whose digit is then `x`. Dialogs still hear the digits themselves;
   * edges are clamped by `connect`.
   */
  hideDigits(command: { node: MediaId; on: boolean }): Reply;
  /** Streams the node's received audio as 16-bit linear frames (for a recogniser). → `audio` */
  tap(command: { node: MediaId; on: boolean; sampleRate?: 8000 | 16000 }): Reply;
  /** Measures an endpoint that has a far end apart from what was before. → `measure.done` at `endMeasure`, or when the endpoint closes. */
  measure?(command: { node: MediaId; measure: string }): Reply;
  endMeasure?(command: { node: MediaId; measure: string }): Reply;
  /** Rejects when a part of the media plane that has to answer is gone. */
  stats(): Promise<MediaStats>;
}

export type MediaCapability =
  | 'endpoint' | 'conference' | 'dialog' | 'play' | 'record' | 'digits' | 'classify' | 'clamp-event' | 'clamp-tone' | 'gain'
  | 'tap' | 'srtp' | 'g722' | 'opus' | 'l16';

export interface OpenEndpoint {
  readonly node: MediaId;
  /** The far end's offer; absent when we offer. */
  readonly remoteSdp?: string;
  /** In order of preference. Default PCMU, PCMA, telephone-event. */
  readonly codecs?: readonly string[];
  readonly srtp?: 'never' | 'allow' | 'require';
  /** Set false for an endpoint that must stay off the other legs of its call's worker. Nodes that may be joined share a `group`. */
  readonly group?: string;
  /** False: nobody listens to its audio (no in-band digits, no speech events), so that it can be forwarded undecoded. Default true. */
  readonly listen?: boolean;
}

/** What the reader of an edge may hear of the source's digits. */
export type ClampMode = 'pass' | 'mute' | 'silence' | 'tone';
export interface Clamp {
  /** RFC 4733 telephone-events, and SIP INFO digits. */
  readonly events: ClampMode;
  /** DTMF tones in the audio itself. */
  readonly inband: ClampMode;
  /** Call-progress tones (CCXML `toneclamp`). */
  readonly tones?: ClampMode;
}

export interface Edge {
  readonly from: MediaId;
  readonly to: MediaId;
  readonly clamp?: Clamp;
  /** dB, default 0. */
  readonly gain?: number;
  /** CCXML autoinputgain/autooutputgain. */
  readonly autoGain?: boolean;
}

export type PlayItem =
  /** A WAV, raw µ-law or A-law file, or one of the formats that the adapter decodes. `path` is local. */
  | { readonly kind: 'file'; readonly path: string; readonly fromMs?: number; readonly toMs?: number; readonly gain?: number; readonly speed?: number }
  /** 16-bit little-endian linear samples, e.g. from a synthesiser. */
  | { readonly kind: 'pcm'; readonly sampleRate: number; readonly samples: Int16Array }
  | { readonly kind: 'tone'; readonly tone: ToneName; readonly durationMs?: number }
  | { readonly kind: 'silence'; readonly durationMs: number }
  /** Reports `play.mark` when playback reaches it. */
  | { readonly kind: 'mark'; readonly name: string };

export type ToneName = 'zip' | 'beep' | 'entry' | 'exit' | 'ringback' | 'busy' | 'reorder' | 'sit' | 'dial';

export interface Play {
  readonly play: string;
  readonly node: MediaId;
  readonly items: readonly PlayItem[];
  readonly loop?: boolean;
  /** Any digit from the node's sources stops the queue (`play.done` with `barged`). */
  readonly bargeIn?: boolean;
}

/** Milliseconds of the audio itself: a `speed` does not change them. */
export type SeekPlay =
  | { readonly play: string; readonly toMs: number; readonly byMs?: undefined }
  | { readonly play: string; readonly byMs: number; readonly toMs?: undefined };

export interface RecordAudio {
  readonly record: string;
  readonly node: MediaId;
  /** Where there is a file already the recording fails: none is written over. */
  readonly path: string;
  readonly what: 'in' | 'out' | 'mono' | 'stereo';
  readonly maxMs?: number;
  /** Ends after this much silence following speech. */
  readonly finalSilenceMs?: number;
  /** Ends when no speech came within this time. */
  readonly initialSilenceMs?: number;
  /** Any of these digits ends it. */
  readonly terminators?: string;
  readonly beep?: boolean;
  /** Digits are masked in the file (card mode). */
  readonly maskDigits?: boolean;
  /** Silence longer than half a second is left out of the file. */
  readonly trimSilence?: boolean;
  /** For this process only, and deleted soon: written plainly even when recordings are encrypted. */
  readonly temporary?: boolean;
}

/** Call classification. Milliseconds. */
export interface ClassifyHints {
  /** No verdict by then → `timeout`. Default 20,000. */
  readonly timeoutMs?: number;
  /** From `recorded_msg`; its end unheard by then → `timeout`. Default 30,000. */
  readonly recordedMsgTimeoutMs?: number;
  /** Listen to the tones before the answer too (early media). A second `classify` with `connected` goes on with the first. */
  readonly phase: 'progress' | 'connected';
  /** ISO 3166 alpha-2 of the called network: its tones decide where countries disagree. */
  readonly country?: string;
  /** Goes on after the verdict and may revise it. */
  readonly background?: boolean;
  /** A person or machine is told by then after speech began, unless the analyser leaves it open; more time makes it surer. Default 1,080. */
  readonly verdictMs?: number;
  /** How many times worse it is to take a person for a machine than a machine for a person. Default 1. */
  readonly missedPersonCost?: number;
  /** So long a silence after a recorded message is its end when no beep came. Default 2,400. */
  readonly messageEndSilenceMs?: number;
}

/** `callprogress` values. */
export type CallProgress =
  | 'start_of_voice' | 'live_voice' | 'recorded_msg' | 'msg_end' | 'busy_tone' | 'reorder' | 'ringing'
  | 'sit_tone' | 'sit_tone_reorder' | 'sit_tone_vacant' | 'sit_tone_no_circuit' | 'sit_tone_ineffective' | 'sit_tone_intercept'
  | 'fax_answer_tone' | 'fax_calling_tone' | 'timeout' | 'error';

export interface MediaEventMap {
  /** The endpoint's own SDP (offer or answer) is ready. */
  'endpoint.ready': { node: MediaId; sdp: string };
  'endpoint.negotiated': { node: MediaId; codec: string; dtmf: 'rfc4733' | 'inband'; direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'; remote: string };
  /** `noresource`: refused by load or ports; `unsupported`: no common codec or a broken SDP; `bad-sdp`. */
  'endpoint.failed': { node: MediaId; kind: 'noresource' | 'unsupported' | 'bad-sdp' | 'error'; reason: string };
  /** Nothing arrived for a while although the direction allows it, and when it comes back. */
  'endpoint.silent': { node: MediaId; silentMs: number };
  'endpoint.heard': { node: MediaId };
  /**
   * The first audio frame that endpoint `from` sent in has left towards endpoint `to`'s phone, straight or through a conference.
   * Told once per pair each time a path between the two comes into being. `atMs`: monotonic clock of the process (performance.now()
   * plus performance.timeOrigin differences between threads removed), so that it can be compared with other events' times.
   */
  'edge.flowing': { from: MediaId; to: MediaId; atMs: number };
  /** With an endpoint's figures over its life, once it had a far end. */
  'node.closed': { node: MediaId; leg?: LegStats };
  /** How an endpoint's phone was heard, and what it was sent, since `measure`. */
  'measure.done': { node: MediaId; measure: string; durationMs: number; leg: LegStats };
  'play.started': { node: MediaId; play: string };
  'play.mark': { node: MediaId; play: string; mark: string; atMs: number };
  'play.done': { node: MediaId; play: string; how: 'finished' | 'stopped' | 'barged' | 'failed'; playedMs: number; reason?: string };
  /** A digit from an endpoint's phone (`x` while it is hidden), or heard by a dialog or conference over an edge that passes it. Once per key press, at its end. */
  'digit': { node: MediaId; digit: string; durationMs: number; via: 'rfc4733' | 'inband' | 'info'; atMs: number };
  'digits.sent': { node: MediaId; digits: string };
  'record.done': { node: MediaId; record: string; path: string; durationMs: number; bytes: number; how: 'stopped' | 'maxtime' | 'silence' | 'nospeech' | 'digit' | 'closed' | 'failed'; digit?: string; reason?: string };
  'callprogress': { node: MediaId; progress: CallProgress; final: boolean; offsetMs: number; confidence: number; atMs: number };
  /** Speech began or ended on what the node hears (energy). `atMs` is when it did, not when it was known. */
  'speech': { node: MediaId; speaking: boolean; atMs: number };
  'audio': { node: MediaId; sampleRate: number; samples: Int16Array };
}

export type MediaEvent = { [N in keyof MediaEventMap]: { readonly name: N } & Readonly<MediaEventMap[N]> }[keyof MediaEventMap];

export interface MediaStats {
  readonly endpoints: number;
  readonly conferences: number;
  readonly dialogs: number;
  readonly openPorts: number;
  readonly packetIo: 'io_uring' | 'koffi' | 'dgram' | 'remote';
  /** Lateness of the 20 ms tick over the last minute, milliseconds. */
  readonly tickLatenessMs: { readonly p50: number; readonly p99: number };
  /** The same over the last 5 seconds, and how long the work of a tick took. */
  readonly recent?: { readonly latenessP99Ms: number; readonly workP50Ms: number; readonly workP99Ms: number };
  /** Since the start: recordings that ended by a full or slow disk and the like, and plays of which something could not be played. */
  readonly failed?: { readonly recordings: number; readonly plays: number };
  readonly legs: readonly LegStats[];
  /** Legs that are over, the newest last: as many as the adapter keeps. */
  readonly ended?: readonly LegStats[];
}

export interface LegStats {
  readonly node: MediaId;
  readonly codec: string;
  readonly packetsReceived: number;
  readonly packetsSent: number;
  readonly packetsLost: number;
  /** RFC 2198 packets whose headers do not fit what they hold. */
  readonly malformedRedundant: number;
  readonly jitterMs: number;
  /** E-model estimate, 1–4.5. */
  readonly mos: number;
}
