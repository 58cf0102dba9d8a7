import type { MessagePort } from 'node:worker_threads';
import type { MediaEvent } from '../media.ts';
import type { ItemRenderer } from './play-item.ts';
import type { RecordEnding, RecordSink } from './recorder.ts';
import type { FileReply, FileRequest } from './worker-protocol.ts';
import type { MediaId } from '../../kernel/ids.ts';

const threadGone = 'the file thread failed';

interface OpenRecording {
  readonly path: string;
  readonly failed: () => void;
  /** Once it is over, until its file is closed. */
  ending: RecordEnding | undefined;
}

/** A media worker's line to the file thread: prompts come in, recordings go out; nothing here ever waits. While there is no file thread, all of it fails. */
export class FileThread implements RecordSink {
  #line: MessagePort | undefined;
  readonly #emit: (event: MediaEvent) => void;
  readonly #loading = new Map<number, ItemRenderer>();
  readonly #recordings = new Map<string, OpenRecording>();
  #nextId = 1;
  #onIdle: (() => void) | undefined;

  constructor(emit: (event: MediaEvent) => void) {
    this.#emit = emit;
  }

  /** A line to a file thread that takes the place of what was there. */
  attach(line: MessagePort): void {
    this.#lost();
    this.#line = line;
    line.on('message', (reply: FileReply) => {
      if (this.#line === line) this.#reply(reply);
    });
    line.on('close', () => {
      if (this.#line === line) this.#lost();
    });
  }

  /** Asks for a prompt's samples at 8 kHz, or 16 kHz when the file has them: whole, or chunk by chunk where it is long or still comes. */
  load(path: string, renderer: ItemRenderer): void {
    const { item } = renderer;
    const { fromMs: first, toMs } = item.kind === 'file' ? item : {};
    const begin = (atMs: number): number => {
      const fromMs = atMs === 0 ? first : (first ?? 0) + atMs;
      const id = this.#nextId++;
      if (this.#line === undefined) {
        renderer.provideEnd(threadGone);
        return id;
      }
      this.#loading.set(id, renderer);
      this.#post({ op: 'load', id, path, ...(fromMs === undefined ? {} : { fromMs }), ...(toMs === undefined ? {} : { toMs }) });
      return id;
    };
    let id = begin(0);
    const close = (): void => {
      if (this.#loading.delete(id)) this.#post({ op: 'unload', id });
    };
    renderer.stream = {
      close,
      more: () => {
        if (this.#loading.has(id)) this.#post({ op: 'more', id });
      },
      restart: (atMs) => {
        close();
        id = begin(atMs);
      },
    };
  }

  open(record: string, path: string, sampleRate: number, channels: number, temporary: boolean, failed: () => void): void {
    this.#recordings.set(record, { path, failed, ending: undefined });
    if (this.#line !== undefined) this.#post({ op: 'open', record, path, sampleRate, channels, temporary });
    // Not at once: who opens it does not have it yet.
    else queueMicrotask(failed);
  }

  write(record: string, samples: Int16Array): void {
    this.#line?.postMessage({ op: 'write', record, samples } satisfies FileRequest, [samples.buffer as ArrayBuffer]);
  }

  close(record: string, ending: RecordEnding): void {
    const recording = this.#recordings.get(record);
    if (recording === undefined) return;
    recording.ending = ending;
    if (this.#line === undefined) this.#closed({ record, path: recording.path, ending, bytes: 0, failure: threadGone });
    else this.#post({ op: 'close', record, ending });
  }

  /** Calls back once every recording has been closed and told. */
  whenIdle(done: () => void): void {
    if (this.#recordings.size === 0) done();
    else this.#onIdle = done;
  }

  disconnect(): void {
    this.#line?.close();
  }

  #post(request: FileRequest): void {
    this.#line?.postMessage(request);
  }

  /** Nothing comes over the line any more: what was to come has failed. */
  #lost(): void {
    if (this.#line === undefined) return;
    this.#line = undefined;
    const loading = [...this.#loading.values()];
    this.#loading.clear();
    for (const renderer of loading) renderer.provideEnd(threadGone);
    for (const [record, { ending, failed }] of [...this.#recordings]) {
      if (ending === undefined) failed();
      else this.close(record, ending);
    }
  }

  #reply(reply: FileReply): void {
    if (reply.op === 'closed') return this.#closed(reply);
    if (reply.op === 'failed') {
      const recording = this.#recordings.get(reply.record);
      if (recording?.ending === undefined) recording?.failed();
      return;
    }
    const renderer = this.#loading.get(reply.id);
    if (renderer === undefined) return;
    if (reply.op === 'chunk') return renderer.provideNext({ samples: reply.samples, rate: reply.rate });
    this.#loading.delete(reply.id);
    if (reply.op === 'loaded') renderer.provide({ samples: new Int16Array(reply.samples), rate: reply.rate });
    else renderer.provideEnd(reply.op === 'unloadable' ? reply.reason : undefined);
  }

  #closed({ record, path, ending, bytes, failure }: Omit<Extract<FileReply, { op: 'closed' }>, 'op'>): void {
    this.#recordings.delete(record);
    const { durationMs, digit } = ending;
    this.#emit({
      name: 'record.done', node: ending.node as MediaId, record, path, durationMs, bytes, how: failure === undefined ? ending.how : 'failed',
      ...(digit === undefined ? {} : { digit }), ...(failure === undefined ? {} : { reason: failure }),
    });
    if (this.#recordings.size === 0) this.#onIdle?.();
  }
}
