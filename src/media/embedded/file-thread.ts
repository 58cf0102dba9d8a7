import type { MessagePort } from 'node:worker_threads';
import type { MediaEvent } from '../media.ts';
import type { ItemRenderer } from './play-item.ts';
import type { RecordEnding, RecordSink } from './recorder.ts';
import type { FileReply, FileRequest } from './worker-protocol.ts';
import type { MediaId } from '../../kernel/ids.ts';

/** A media worker's line to the file thread: prompts come in, recordings go out; nothing here ever waits. */
export class FileThread implements RecordSink {
  readonly #port: MessagePort;
  readonly #emit: (event: MediaEvent) => void;
  readonly #loading = new Map<number, ItemRenderer>();
  #nextId = 1;
  #openRecordings = 0;
  #onIdle: (() => void) | undefined;

  constructor(port: MessagePort, emit: (event: MediaEvent) => void) {
    this.#port = port;
    this.#emit = emit;
    port.on('message', (reply: FileReply) => this.#reply(reply));
  }

  /** Asks for a prompt's samples at 8 kHz, or 16 kHz when the file has them: whole, or chunk by chunk where it is long or still comes. */
  load(path: string, renderer: ItemRenderer): void {
    const { item } = renderer;
    const { fromMs, toMs } = item.kind === 'file' ? item : {};
    const begin = (): number => {
      const id = this.#nextId++;
      this.#loading.set(id, renderer);
      this.#post({ op: 'load', id, path, ...(fromMs === undefined ? {} : { fromMs }), ...(toMs === undefined ? {} : { toMs }) });
      return id;
    };
    let id = begin();
    const close = (): void => {
      if (this.#loading.delete(id)) this.#post({ op: 'unload', id });
    };
    renderer.stream = {
      close,
      more: () => {
        if (this.#loading.has(id)) this.#post({ op: 'more', id });
      },
      restart: () => {
        close();
        id = begin();
      },
    };
  }

  open(record: string, path: string, sampleRate: number, channels: number, temporary: boolean): void {
    this.#openRecordings += 1;
    this.#post({ op: 'open', record, path, sampleRate, channels, temporary });
  }

  write(record: string, samples: Int16Array): void {
    this.#port.postMessage({ op: 'write', record, samples } satisfies FileRequest, [samples.buffer as ArrayBuffer]);
  }

  close(record: string, ending: RecordEnding): void {
    this.#post({ op: 'close', record, ending });
  }

  /** Calls back once every recording has been closed and told. */
  whenIdle(done: () => void): void {
    if (this.#openRecordings === 0) done();
    else this.#onIdle = done;
  }

  disconnect(): void {
    this.#port.close();
  }

  #post(request: FileRequest): void {
    this.#port.postMessage(request);
  }

  #reply(reply: FileReply): void {
    if (reply.op === 'closed') return this.#closed(reply);
    const renderer = this.#loading.get(reply.id);
    if (renderer === undefined) return;
    if (reply.op === 'chunk') return renderer.provideNext({ samples: reply.samples, rate: reply.rate });
    this.#loading.delete(reply.id);
    if (reply.op === 'loaded') renderer.provide({ samples: new Int16Array(reply.samples), rate: reply.rate });
    else renderer.provideEnd(reply.op === 'unloadable' ? reply.reason : undefined);
  }

  #closed({ record, path, ending, bytes, failure }: Extract<FileReply, { op: 'closed' }>): void {
    this.#openRecordings -= 1;
    const { durationMs, digit } = ending;
    this.#emit({
      name: 'record.done', node: ending.node as MediaId, record, path, durationMs, bytes, how: failure === undefined ? ending.how : 'failed',
      ...(digit === undefined ? {} : { digit }), ...(failure === undefined ? {} : { reason: failure }),
    });
    if (this.#openRecordings === 0) this.#onIdle?.();
  }
}
