import type { PromptStore } from './prompt-store.ts';
import { PromptStream } from './prompt-stream.ts';
import type { FileReply, FileRequest } from './worker-protocol.ts';

/** Chunks, of about a second each, that may be ahead of a play. */
const aheadChunks = 3;

interface Load {
  closed: boolean;
  stream: PromptStream | undefined;
  /** Chunks that may still be sent. */
  credit: number;
  wake: () => void;
}

/** What one media worker has asked for: short files come whole and are kept, long and growing ones a little ahead of their play. */
export class PromptLoads {
  readonly #store: PromptStore;
  readonly #reply: (message: FileReply, moved?: ArrayBuffer[]) => void;
  readonly #loads = new Map<number, Load>();

  constructor(store: PromptStore, reply: (message: FileReply, moved?: ArrayBuffer[]) => void) {
    this.#store = store;
    this.#reply = reply;
  }

  async load({ id, path, fromMs, toMs }: Extract<FileRequest, { op: 'load' }>): Promise<void> {
    const load: Load = { closed: false, stream: undefined, credit: aheadChunks, wake: () => undefined };
    this.#loads.set(id, load);
    try {
      const part = { ...(fromMs === undefined ? {} : { fromMs }), ...(toMs === undefined ? {} : { toMs }) };
      const stream = await PromptStream.open(path, part, () => load.closed);
      load.stream = stream;
      if (stream !== undefined) await this.#send(id, load, stream);
      else if (!load.closed) await this.#sendWhole(id, path);
    } catch (error) {
      this.#reply({ op: 'unloadable', id, reason: error instanceof Error ? error.message : String(error) });
    } finally {
      this.#loads.delete(id);
      await load.stream?.close();
    }
  }

  /** A chunk has been taken up. */
  more(id: number): void {
    const load = this.#loads.get(id);
    if (load === undefined) return;
    load.credit += 1;
    load.wake();
  }

  unload(id: number): void {
    const load = this.#loads.get(id);
    if (load === undefined) return;
    load.closed = true;
    load.wake();
  }

  close(): void {
    for (const id of this.#loads.keys()) this.unload(id);
  }

  async #sendWhole(id: number, path: string): Promise<void> {
    const result = await this.#store.load(path);
    if (result.ok) this.#reply({ op: 'loaded', id, samples: result.value.samples, rate: result.value.rate });
    else this.#reply({ op: 'unloadable', id, reason: result.error });
  }

  async #send(id: number, load: Load, stream: PromptStream): Promise<void> {
    while (!load.closed) {
      if (load.credit === 0) {
        await new Promise<void>((resolve) => (load.wake = resolve));
        continue;
      }
      const chunk = await stream.next();
      if (load.closed) return;
      if (chunk === undefined) return this.#reply({ op: 'streamed', id });
      load.credit -= 1;
      this.#reply({ op: 'chunk', id, samples: chunk.samples, rate: chunk.rate }, [chunk.samples.buffer as ArrayBuffer]);
    }
  }
}
