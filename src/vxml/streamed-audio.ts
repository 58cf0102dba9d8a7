import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { GrowingFile } from '../audio/growing-file.ts';
import type { Resource, Rest } from '../fetch/fetch.ts';

interface Stream {
  readonly path: string;
  readonly rest: Rest;
  /** The file is there, be it empty. */
  readonly file: Promise<GrowingFile>;
  /** Settles when nothing more is written. */
  readonly written: Promise<void>;
  /** By the signal of each session that plays it: how often it is queued there. */
  readonly users: Map<AbortSignal, { count: number; readonly leave: () => void }>;
}

/** Long audio on its way into files that are played while they grow. A transfer and its file end with their last user. */
export class StreamedAudio {
  readonly #folder: string;
  readonly #byRest = new Map<Rest, Stream>();
  readonly #byPath = new Map<string, Stream>();
  readonly #underWay = new Map<string, Stream>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The file of the same request where it is still on its way. */
  join(key: string, signal: AbortSignal): string | undefined {
    const stream = this.#underWay.get(key);
    if (stream === undefined) return undefined;
    this.#use(stream, signal);
    return stream.path;
  }

  /** Begins, or joins, the writing of a resource that was handed on; answers its file. */
  async take(key: string, resource: Resource, rest: Rest, ending: string, signal: AbortSignal): Promise<string> {
    const stream = this.#byRest.get(rest) ?? this.#begin(key, resource.body, rest, ending);
    this.#use(stream, signal);
    await stream.file;
    return stream.path;
  }

  /** A play of the file is over, or will never be. */
  release(path: string, signal: AbortSignal): void {
    const stream = this.#byPath.get(path);
    const user = stream?.users.get(signal);
    if (stream === undefined || user === undefined) return;
    user.count -= 1;
    if (user.count === 0) this.#leave(stream, signal);
  }

  #begin(key: string, head: Uint8Array, rest: Rest, ending: string): Stream {
    const path = join(this.#folder, `${randomUUID()}${ending}`);
    const file = mkdir(this.#folder, { recursive: true }).then(() => GrowingFile.create(path));
    const stream: Stream = { path, rest, file, users: new Map(), written: file.then((opened) => write(opened, head, rest)).finally(() => this.#underWay.delete(key)) };
    // A file that cannot be made shows where it is awaited.
    stream.written.catch(() => rest.close());
    this.#byRest.set(rest, stream);
    this.#byPath.set(path, stream);
    this.#underWay.set(key, stream);
    return stream;
  }

  #use(stream: Stream, signal: AbortSignal): void {
    const user = stream.users.get(signal);
    if (user !== undefined) {
      user.count += 1;
      return;
    }
    const leave = (): void => this.#leave(stream, signal);
    stream.users.set(signal, { count: 1, leave });
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  }

  #leave(stream: Stream, signal: AbortSignal): void {
    const user = stream.users.get(signal);
    if (user === undefined) return;
    stream.users.delete(signal);
    signal.removeEventListener('abort', user.leave);
    if (stream.users.size > 0) return;
    this.#byRest.delete(stream.rest);
    this.#byPath.delete(stream.path);
    for (const [key, other] of this.#underWay) if (other === stream) this.#underWay.delete(key);
    stream.rest.close();
    // The folder itself may be gone by then.
    void stream.written.then(async () => (await stream.file).remove()).catch(() => undefined);
  }
}

async function write(file: GrowingFile, head: Uint8Array, rest: Rest): Promise<void> {
  let failure: string | undefined;
  try {
    await file.write(head);
    for await (const piece of rest) await file.write(piece);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
    rest.close();
  }
  await file.end(failure);
}
