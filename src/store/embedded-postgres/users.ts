import { mkdir, open, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { ownIdentity, processState } from '../../kernel/process-identity.ts';
import { NailupError } from '../../kernel/nailup-error.ts';

/**
 * The processes that use one embedded server, as files in a folder: the last one out stops it. A process that was killed
 * leaves its file behind; it counts as gone because the process is.
 */
export class Users {
  readonly #folder: string;
  readonly #lock: string;
  readonly #name: string;

  constructor(dataDirectory: string) {
    this.#folder = join(dataDirectory, 'postgres-users');
    this.#lock = join(dataDirectory, 'postgres.lock');
    this.#name = `${process.pid}-${randomBytes(4).toString('hex')}`;
  }

  async enter(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFile(join(this.#folder, this.#name), ownIdentity());
  }

  /** Answers how many living users are left. */
  async leave(): Promise<number> {
    await rm(join(this.#folder, this.#name), { force: true });
    let left = 0;
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const identity = await readFile(join(this.#folder, name), 'utf8').catch(() => '');
      if (identity !== '' && processState(identity) !== 'dead') left += 1;
      else await rm(join(this.#folder, name), { force: true });
    }
    return left;
  }

  /** For the end of a process that forgot to close: true when it was the last user. */
  leaveAtExit(): boolean {
    rmSync(join(this.#folder, this.#name), { force: true });
    return readdirSync(this.#folder).every((name) => processState(readFileSync(join(this.#folder, name), 'utf8')) === 'dead');
  }

  /** Runs `work` while no other process starts, stops or initialises this server. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + 60_000;
    for (;;) {
      try {
        const file = await open(this.#lock, 'wx', 0o600);
        await file.writeFile(ownIdentity());
        await file.close();
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = await readFile(this.#lock, 'utf8').catch(() => '');
      // An empty lock is one being written, or left by a crash within that instant: it gets until the deadline.
      const late = performance.now() > deadline;
      if (late && (holder === '' || processState(holder) !== 'dead')) {
        throw new NailupError('STORE_LOCKED', `another process has been starting or stopping the database for a minute (${holder || 'unknown'})`, {
          place: this.#lock,
          mend: 'Wait for it, or remove the lock file when no Nailup is running.',
        });
      }
      if (holder !== '' && processState(holder) === 'dead') await this.#breakLock();
      else await new Promise((resolve) => setTimeout(resolve, 20));
    }
    try {
      return await work();
    } finally {
      await rm(this.#lock, { force: true });
    }
  }

  /** Two who find the same dead holder must not each remove "its" lock: the second one's would be the first one's new lock. */
  async #breakLock(): Promise<void> {
    const breaking = `${this.#lock}.break`;
    try {
      await (await open(breaking, 'wx', 0o600)).close();
    } catch {
      // Somebody else is at it; or was, and died in these few instructions.
      const age = await stat(breaking).then((facts) => Date.now() - facts.mtimeMs, () => 0);
      if (age > 5_000) await rm(breaking, { force: true });
      await new Promise((resolve) => setTimeout(resolve, 20));
      return;
    }
    try {
      const holder = await readFile(this.#lock, 'utf8').catch(() => '');
      if (holder !== '' && processState(holder) === 'dead') await rm(this.#lock, { force: true });
    } finally {
      await rm(breaking, { force: true });
    }
  }
}
