import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Logger } from '../../kernel/logger.ts';
import { NailupError } from '../../kernel/nailup-error.ts';
import { findBinaries, makeShelf, shelf, type Binaries } from './binaries.ts';
import { runningPostmaster, startPostmaster, stopPostmaster, stopPostmasterAtExit } from './postmaster.ts';
import { canReach, chooseAccount, type RunAs } from './run-as.ts';
import { Users } from './users.ts';

export interface EmbeddedConnection {
  /** The folder of the Unix socket; nobody but us and the server can enter it. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

interface Place {
  readonly home: string;
  readonly sockets: string;
  readonly runAs: RunAs | undefined;
  readonly binaries: Binaries;
}

const port = 5432;
const user = 'nailup';

/**
 * A PostgreSQL of our own in a data directory: made on first use, started by the first process that needs it and stopped by
 * the last, adopted when a killed process left it running, started again when it crashed. It listens on a Unix socket alone.
 */
export class EmbeddedPostgres {
  readonly #dataDirectory: string;
  readonly #logger: Logger;
  readonly #users: Users;
  #place: Place | undefined;
  #restarting: Promise<void> | undefined;
  #closed = false;

  constructor(dataDirectory: string, logger: Logger) {
    this.#dataDirectory = resolve(dataDirectory);
    this.#logger = logger;
    this.#users = new Users(this.#dataDirectory);
  }

  async open(): Promise<EmbeddedConnection> {
    try {
      await mkdir(this.#dataDirectory, { recursive: true });
      await this.#users.enter();
    } catch (cause) {
      throw new NailupError('STORE_DATA_DIRECTORY', `cannot write to the data directory: ${(cause as Error).message}`, { place: this.#dataDirectory, mend: 'Choose another with the data directory setting, or mend its permissions.', cause });
    }
    try {
      await this.#users.alone(() => this.#ensureRunning());
    } catch (error) {
      await this.#users.leave();
      throw error;
    }
    process.once('exit', this.#atExit);
    return { host: this.#where().sockets, port, user, password: await this.#password() };
  }

  /** Starts it again if it is gone. Several callers at once share one try. */
  revive(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#restarting ??= this.#users.alone(() => this.#ensureRunning()).finally(() => (this.#restarting = undefined));
    return this.#restarting;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    process.off('exit', this.#atExit);
    await this.#restarting?.catch(() => undefined);
    await this.#users.alone(async () => {
      if ((await this.#users.leave()) > 0) return;
      const pid = await runningPostmaster(join(this.#where().home, 'data'));
      if (pid !== undefined) await stopPostmaster(pid);
    });
  }

  /** A process that ends without closing (an uncaught error, process.exit) stops the server all the same; a killed one cannot. */
  readonly #atExit = (): void => {
    try {
      if (this.#users.leaveAtExit()) stopPostmasterAtExit(join(this.#where().home, 'data'));
    } catch (error) {
      this.#logger.warn({ reason: (error as Error).message }, 'the embedded PostgreSQL was not stopped');
    }
  };

  async #ensureRunning(): Promise<void> {
    const home = await this.#home();
    const runAs = await chooseAccount(home);
    await own(home, runAs);
    if (this.#place === undefined && runAs === undefined && (await stat(home)).uid !== process.getuid?.()) {
      throw new NailupError('STORE_DATA_DIRECTORY', 'the data directory belongs to another account', { place: home, mend: 'Start Nailup as its owner or as root, or choose another data directory.' });
    }
    const binaries = this.#place?.binaries ?? (await findBinaries(runAs));
    const sockets = await socketFolder(home, runAs);
    this.#place = { home, sockets, runAs, binaries };
    const data = join(home, 'data');
    await this.#initialise(data, runAs, binaries);
    const socket = join(sockets, `.s.PGSQL.${port}`);
    const pid = await runningPostmaster(data);
    if (pid !== undefined) {
      if (await answers(socket, 5_000)) return void this.#logger.info({ pid }, 'the embedded PostgreSQL is running already');
      this.#logger.warn({ pid }, 'an embedded PostgreSQL does not answer and is stopped');
      await stopPostmaster(pid, 5_000);
    }
    await this.#start(data, socket);
  }

  async #start(data: string, socket: string): Promise<void> {
    const { home, sockets, runAs, binaries } = this.#where();
    const log = join(home, 'postgres.log');
    // After a postmaster was killed its backends may hold the shared memory for a moment: start again until they are gone.
    for (let attempt = 1; ; attempt++) {
      const child = await startPostmaster({ postgres: binaries.postgres, data, sockets, log, runAs });
      let exited = false;
      child.once('exit', (code, signal) => {
        exited = true;
        if (!this.#closed && this.#restarting === undefined) {
          this.#logger.warn({ code, signal }, 'the embedded PostgreSQL ended');
          this.revive().catch((error: Error) => this.#logger.error({ reason: error.message }, 'the embedded PostgreSQL does not start again'));
        }
      });
      if (await answers(socket, 60_000, () => exited)) return void this.#logger.info({ pid: child.pid, home }, 'the embedded PostgreSQL runs');
      const lines = (await readFile(log, 'utf8').catch(() => '')).trim().split('\n').slice(-5).join(' | ');
      if (attempt < 20 && /shared memory block|lock file/.test(lines)) {
        await new Promise((done) => setTimeout(done, 250));
        continue;
      }
      throw new NailupError('STORE_NOT_STARTED', `the embedded PostgreSQL does not start: ${lines || 'no output'}`, { place: log, mend: 'See the log; a full disk and a data directory of another version are the usual causes.' });
    }
  }

  /** `initdb` runs aside and its result is renamed, so that a data directory is whole or absent. */
  async #initialise(data: string, runAs: RunAs | undefined, binaries: Binaries): Promise<void> {
    if (existsSync(join(data, 'PG_VERSION'))) {
      const found = (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim();
      const ours = binaries.version.split('.')[0];
      if (found !== ours) {
        throw new NailupError('STORE_VERSION', `the data directory was made by PostgreSQL ${found}, ours is ${ours}`, { place: data, mend: `Dump it with PostgreSQL ${found} and load it into a new data directory.` });
      }
      return;
    }
    const aside = `${data}.new`;
    await rm(aside, { recursive: true, force: true });
    const passwordFile = join(dirname(data), 'password.new');
    await writeFile(passwordFile, await this.#password(), { mode: 0o600 });
    if (runAs !== undefined) await chown(passwordFile, runAs.uid, runAs.gid);
    const args = ['-D', aside, '-U', user, '--pwfile', passwordFile, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-instructions'];
    await new Promise<void>((done, failed) => {
      const account = runAs === undefined ? {} : { uid: runAs.uid, gid: runAs.gid };
      execFile(binaries.initdb, args, { cwd: dirname(data), env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }, ...account }, (cause, _out, err) => {
        if (cause === null) done();
        else failed(new NailupError('STORE_NOT_STARTED', `initdb failed: ${err.trim() || cause.message}`, { place: aside, mend: 'A full disk and missing permissions are the usual causes; or set DATABASE_URL.', cause }));
      });
    }).finally(() => rm(passwordFile, { force: true }));
    await rename(aside, data);
    this.#logger.info({ data }, 'database cluster made');
  }

  /** Generated once, readable by our account alone. */
  async #password(): Promise<string> {
    const file = join(this.#dataDirectory, 'postgres.password');
    const known = await readFile(file, 'utf8').catch(() => '');
    if (known !== '') return known;
    const password = randomBytes(24).toString('base64url');
    await writeFile(file, password, { mode: 0o600, flush: true });
    return password;
  }

  /**
   * `<data directory>/postgres`. As root, where the server's account cannot get there (root's home), a folder of
   * /var/lib/nailup named by a hash of the data directory; `postgres.location` then says where.
   */
  async #home(): Promise<string> {
    const inside = join(this.#dataDirectory, 'postgres');
    const elsewhere = await readFile(join(this.#dataDirectory, 'postgres.location'), 'utf8').catch(() => '');
    if (elsewhere !== '') return elsewhere;
    if (process.getuid?.() === 0) {
      const runAs = await chooseAccount(inside);
      if (runAs !== undefined) {
        const { mode, uid } = await stat(this.#dataDirectory);
        if (uid === 0 && (mode & 0o001) === 0) await chmod(this.#dataDirectory, (mode & 0o777) | 0o011);
        if (!(await canReach(this.#dataDirectory, runAs))) {
          return this.#homeElsewhere();
        }
      }
    }
    await mkdir(inside, { recursive: true, mode: 0o700 });
    return inside;
  }

  async #homeElsewhere(): Promise<string> {
    await makeShelf();
    for (const name of await readdir(shelf)) {
      // Left by a data directory that was removed since.
      const origin = await readFile(join(shelf, name, 'origin'), 'utf8').catch(() => '');
      if (origin !== '' && !existsSync(join(origin, 'postgres.location')) && (await runningPostmaster(join(shelf, name, 'data'))) === undefined) await rm(join(shelf, name), { recursive: true, force: true });
    }
    const place = join(shelf, createHash('sha256').update(this.#dataDirectory).digest('hex').slice(0, 16));
    await mkdir(place, { recursive: true });
    await writeFile(join(this.#dataDirectory, 'postgres.location'), place);
    await writeFile(join(place, 'origin'), this.#dataDirectory);
    return place;
  }

  #where(): Place {
    if (this.#place === undefined) throw new Error('the embedded PostgreSQL was not opened');
    return this.#place;
  }
}

async function own(folder: string, runAs: RunAs | undefined): Promise<void> {
  if (runAs === undefined) return;
  if ((await stat(folder)).uid !== runAs.uid) await chown(folder, runAs.uid, runAs.gid);
  await chmod(folder, 0o700);
}

/** A Unix socket's path has 107 bytes (unix(7)); a deep data directory gets a private folder under the temporary one. */
async function socketFolder(home: string, runAs: RunAs | undefined): Promise<string> {
  const inside = join(home, 'run');
  const folder = Buffer.byteLength(inside) <= 85 ? inside : join(tmpdir(), `nailup-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`);
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await own(folder, runAs);
  if (runAs === undefined && (await stat(folder)).uid !== process.getuid?.()) {
    throw new NailupError('STORE_DATA_DIRECTORY', 'the folder of the database socket belongs to another account', { place: folder, mend: 'Remove it, or choose a shorter data directory.' });
  }
  return folder;
}

/** Whether the server accepts sessions: not only the socket opens, but the start-up packet is not answered by "starting up". */
async function answers(socket: string, patienceMs: number, givenUp: () => boolean = () => false): Promise<boolean> {
  for (const end = performance.now() + patienceMs; performance.now() < end && !givenUp(); ) {
    if (await ready(socket)) return true;
    await new Promise((done) => setTimeout(done, 20));
  }
  return false;
}

/** Sends a StartupMessage (protocol 3.0): `R` asks for the password, so the server is up; `E` says that it is not yet (57P03). */
function ready(socket: string): Promise<boolean> {
  return new Promise((done) => {
    const parameters = Buffer.from(`user\0${user}\0database\0postgres\0\0`);
    const packet = Buffer.alloc(8 + parameters.length);
    packet.writeInt32BE(packet.length, 0);
    packet.writeInt32BE(196_608, 4);
    parameters.copy(packet, 8);
    const link = connect(socket);
    const end = (value: boolean): void => {
      link.destroy();
      done(value);
    };
    link.setTimeout(2_000, () => end(false));
    link.once('connect', () => link.write(packet));
    link.once('data', (answer) => end(answer[0] === 0x52));
    link.once('error', () => end(false));
    link.once('close', () => done(false));
  });
}
