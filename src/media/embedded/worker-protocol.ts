import type { MessagePort } from 'node:worker_threads';
import type { MediaId } from '../../kernel/ids.ts';
import type { ClassifyHints, Edge, LegStats, MediaEvent, OpenEndpoint, Play, RecordAudio, SeekPlay } from '../media.ts';
import type { WorkerConfig } from './config.ts';
import type { RecordEnding } from './recorder.ts';

/** What a media worker is started with. */
export interface WorkerStart {
  readonly config: WorkerConfig;
  /** High-resolution time of the process at `performance.now()` 0 of the main thread, milliseconds. */
  readonly processOrigin: number;
  /** Float64 cells, see `loadCells`. */
  readonly load: SharedArrayBuffer;
}

/** Cells of the shared load array. */
export const loadCells = { workP99: 0, workP50: 1, endpoints: 2, count: 3 } as const;

/** Main thread → media worker, several in a message, in order. */
export type WorkerCommand =
  | { readonly op: 'openEndpoint'; readonly command: OpenEndpoint }
  | { readonly op: 'applyAnswer' | 'applyOffer'; readonly node: MediaId; readonly sdp: string }
  | { readonly op: 'makeOffer'; readonly node: MediaId; readonly direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive' }
  | { readonly op: 'openConference' | 'openDialog' | 'close' | 'stopClassify'; readonly node: MediaId }
  | { readonly op: 'connect'; readonly edge: Edge }
  | { readonly op: 'disconnect'; readonly from: MediaId; readonly to: MediaId }
  | { readonly op: 'play'; readonly command: Play }
  | { readonly op: 'stopPlay'; readonly node: MediaId; readonly play?: string }
  | { readonly op: 'seekPlay'; readonly node: MediaId; readonly seek: SeekPlay }
  | { readonly op: 'sendDigits'; readonly node: MediaId; readonly digits: string; readonly durationMs: number; readonly gapMs: number }
  | { readonly op: 'injectDigit'; readonly node: MediaId; readonly digit: string; readonly durationMs: number }
  | { readonly op: 'record'; readonly command: RecordAudio }
  | { readonly op: 'stopRecord'; readonly record: string }
  | { readonly op: 'pauseRecord'; readonly record: string; readonly paused: boolean }
  | { readonly op: 'classify'; readonly node: MediaId; readonly hints: ClassifyHints }
  | { readonly op: 'tap'; readonly node: MediaId; readonly on: boolean; readonly sampleRate: 8000 | 16000 }
  | { readonly op: 'hideDigits'; readonly node: MediaId; readonly on: boolean }
  | { readonly op: 'measure' | 'endMeasure'; readonly node: MediaId; readonly measure: string }
  | { readonly op: 'stats'; readonly query: number }
  | { readonly op: 'shutdown' };

/** Main thread → media worker as well: its line to a file thread, before all else and whenever that has been replaced. */
export interface FileLine {
  readonly op: 'files';
  readonly line: MessagePort;
}

/** Main thread → file thread: a media worker's line, and the key of its recordings. */
export interface FileThreadMessage {
  readonly line: MessagePort;
  readonly recordingKey: string | undefined;
}

/** Media worker → main thread. */
export type WorkerMessage =
  | { readonly kind: 'ready'; readonly packetIo: 'io_uring' | 'koffi' | 'dgram'; readonly why: string }
  | { readonly kind: 'events'; readonly events: readonly MediaEvent[] }
  | { readonly kind: 'stats'; readonly query: number; readonly stats: WorkerStats }
  | { readonly kind: 'log'; readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly fields: Readonly<Record<string, unknown>>; readonly message: string }
  | { readonly kind: 'stopped' };

export interface WorkerStats {
  readonly endpoints: number;
  readonly conferences: number;
  readonly dialogs: number;
  readonly openPorts: number;
  readonly packetIo: 'io_uring' | 'koffi' | 'dgram';
  readonly latenessP50: number;
  readonly latenessP99: number;
  readonly recentP99: number;
  readonly workP50: number;
  readonly workP99: number;
  readonly legs: readonly LegStats[];
}

/** Media worker → file thread. */
export type FileRequest =
  /** The part of the file matters where it comes in chunks; a whole file comes with all of it. */
  | { readonly op: 'load'; readonly id: number; readonly path: string; readonly fromMs?: number; readonly toMs?: number }
  /** A chunk has been taken up: one more may come. */
  | { readonly op: 'more'; readonly id: number }
  | { readonly op: 'unload'; readonly id: number }
  | { readonly op: 'open'; readonly record: string; readonly path: string; readonly sampleRate: number; readonly channels: number; readonly temporary: boolean }
  | { readonly op: 'write'; readonly record: string; readonly samples: Int16Array }
  | { readonly op: 'close'; readonly record: string; readonly ending: RecordEnding };

/** File thread → media worker. */
export type FileReply =
  | { readonly op: 'loaded'; readonly id: number; readonly samples: SharedArrayBuffer; readonly rate: number }
  | { readonly op: 'chunk'; readonly id: number; readonly samples: Int16Array; readonly rate: number }
  /** After the last chunk. */
  | { readonly op: 'streamed'; readonly id: number }
  /** Also midway, after the chunks that could be had. */
  | { readonly op: 'unloadable'; readonly id: number; readonly reason: string }
  /** Nothing more can be written to it; `closed` follows its `close` and says why. */
  | { readonly op: 'failed'; readonly record: string }
  | { readonly op: 'closed'; readonly record: string; readonly path: string; readonly ending: RecordEnding; readonly bytes: number; readonly failure: string | undefined };
