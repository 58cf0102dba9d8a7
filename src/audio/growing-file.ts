import { open, readFile, rm, writeFile, type FileHandle } from 'node:fs/promises';

/** `failed`: no more will come; why, as one sentence. */
export type Growth = 'growing' | 'complete' | { readonly failed: string };

/** Stands beside the file while it grows; after a failure it holds the reason. The two sides may be threads that share nothing else. */
const markOf = (path: string): string => `${path}.growing`;

/** How far a file is. One that nobody ever wrote as a growing one is complete. */
export async function growthOf(path: string): Promise<Growth> {
  try {
    const reason = await readFile(markOf(path), 'utf8');
    return reason === '' ? 'growing' : { failed: reason };
  } catch {
    return 'complete';
  }
}

/** A file that is read, by `growthOf` and its octets, while it is written. */
export class GrowingFile {
  readonly path: string;
  readonly #file: FileHandle;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  static async create(path: string): Promise<GrowingFile> {
    await writeFile(markOf(path), '');
    return new GrowingFile(path, await open(path, 'w', 0o600));
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#file.appendFile(bytes);
  }

  /** No more comes: the file is whole, or `failure` says why it is not. */
  async end(failure?: string): Promise<void> {
    await this.#file.close();
    if (failure === undefined) await rm(markOf(this.path), { force: true });
    else await writeFile(markOf(this.path), failure);
  }

  /** After `end`. A reader that has it open reads on. */
  async remove(): Promise<void> {
    await rm(this.path, { force: true });
    await rm(markOf(this.path), { force: true });
  }
}
