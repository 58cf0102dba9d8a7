import { mkdir, open, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WavFileWriter } from '../../audio/wav-writer.ts';
import { EncryptedRecordingWriter } from './encrypted-recording.ts';
import type { FileReply, FileRequest } from './worker-protocol.ts';

/** More than this waiting for a slow disk: the recording fails, the call goes on. Octets. */
const maxPendingBytes = 8 * 1024 * 1024;

/** Half seconds: so often a file is brought up to date. */
const syncEvery = 20;

/** A file that takes samples: WAV, or encrypted. */
interface RecordingWriter {
  readonly fileBytes: number;
  write(samples: Int16Array): Promise<void>;
  /** Makes the file say how long it is so far: should the server die, it is whole up to here. */
  sync?(): Promise<void>;
  close(): Promise<void>;
}

interface Recording {
  readonly path: string;
  readonly opened: Promise<RecordingWriter | undefined>;
  pending: number;
  writes: number;
  failure: string | undefined;
}

/** Writes recordings as their samples come, in order per file; a failure ends that recording alone. */
export class RecordingFiles {
  readonly #recordings = new Map<string, Recording>();
  readonly #key: Uint8Array | undefined;
  readonly #onFailure: (record: string) => void;

  /** With a key of 32 octets recordings are encrypted, and their files called `.nailrec` besides. `onFailure` is told of one that nothing more can be written to; why, `close` answers. */
  constructor(key?: Uint8Array, onFailure: (record: string) => void = () => undefined) {
    this.#key = key;
    this.#onFailure = onFailure;
  }

  open({ record, path: asked, sampleRate, channels, temporary }: Extract<FileRequest, { op: 'open' }>): void {
    const key = temporary ? undefined : this.#key;
    const path = key === undefined ? asked : `${asked}.nailrec`;
    const recording: Recording = {
      path, pending: 0, writes: 0, failure: undefined,
      opened: makeFolder(dirname(path))
        .then(() => newFile(path, key === undefined ? 0o666 : 0o600))
        .then((file): Promise<RecordingWriter> => (key === undefined ? WavFileWriter.on(file, { encoding: 'linear16', sampleRate, channels }) : EncryptedRecordingWriter.on(file, key, { sampleRate, channels })))
        .catch((error: unknown) => {
          this.#fail(record, recording, reasonOf(error));
          return undefined;
        }),
    };
    this.#recordings.set(record, recording);
  }

  write({ record, samples }: Extract<FileRequest, { op: 'write' }>): void {
    const recording = this.#recordings.get(record);
    if (recording === undefined || recording.failure !== undefined) return;
    if (recording.pending > maxPendingBytes) {
      return this.#fail(record, recording, 'the disk is too slow');
    }
    recording.pending += samples.byteLength;
    void recording.opened
      .then((writer) => {
        recording.writes += 1;
        // One after the other in the writer's own queue, before its close.
        return Promise.all([writer?.write(samples), recording.writes % syncEvery === 0 ? writer?.sync?.() : undefined]);
      })
      .catch((error: unknown) => this.#fail(record, recording, reasonOf(error)))
      .finally(() => {
        recording.pending -= samples.byteLength;
      });
  }

  #fail(record: string, recording: Recording, reason: string): void {
    if (recording.failure !== undefined) return;
    recording.failure = reason;
    this.#onFailure(record);
  }

  /** The media thread that wrote them is gone: what came is kept. */
  async closeAll(): Promise<void> {
    const recordings = [...this.#recordings.values()];
    this.#recordings.clear();
    await Promise.all(recordings.map(({ opened }) => opened.then((writer) => writer?.close()).catch(() => undefined)));
  }

  async close({ record, ending }: Extract<FileRequest, { op: 'close' }>): Promise<FileReply> {
    const recording = this.#recordings.get(record);
    this.#recordings.delete(record);
    if (recording === undefined) return { op: 'closed', record, path: '', ending, bytes: 0, failure: 'it was never opened' };
    const writer = await recording.opened;
    let bytes = 0;
    try {
      await writer?.close();
      bytes = writer?.fileBytes ?? 0;
    } catch (error) {
      recording.failure ??= reasonOf(error);
    }
    return { op: 'closed', record, path: recording.path, ending, bytes, failure: recording.failure };
  }
}

/** One recording never takes another's place; what is no file, such as a pipe, is written to. */
async function newFile(path: string, mode: number): Promise<FileHandle> {
  try {
    return await open(path, 'wx', mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if ((await stat(path)).isFile()) throw new Error(`there is a file ${path} already`, { cause: error });
    return open(path, 'w', mode);
  }
}

/** Not `recursive: true`: that never returns where the kernel answers ENOENT for a child of an existing folder, as in /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path).catch((again: NodeJS.ErrnoException) => {
      if (again.code !== 'EEXIST') throw again;
    });
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
