import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { installDebianPackages } from './debian-packages.ts';

/** Debian 12 has no asterisk, its release before has. The number is raised when what is to be in the folder changes. */
const suite = 'bullseye';
const name = `asterisk-${suite}-1`;
/** It takes a quarter of a minute. */
const limitMs = 300_000;
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'nailup');
const folder = join(cache, name);
const architecture = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch as string];
const libraries = [`usr/lib/${architecture ?? ''}`, `lib/${architecture ?? ''}`, 'usr/lib'].map((path) => join(folder, path));

/** Where it is unpacked. Its program runs there with the libraries of its own release, as whoever we are, and sees this system's files. */
export const asteriskFiles = {
  data: join(folder, 'usr/share/asterisk'),
  modules: join(folder, 'usr/lib/asterisk/modules'),
  command: [join(folder, 'lib', architecture ?? '', 'ld-2.31.so'), '--library-path', libraries.join(':'), join(folder, 'usr/sbin/asterisk')],
} as const;

/**
 * Unpacks Asterisk and the libraries of its release into a folder of its own (240 MB), where it stays for later runs; nothing of it is
 * installed in this system, and nobody has to be root for it. @returns why it could not be had, undefined when it is there
 */
export function unpackAsterisk(tell: (line: string) => void): string | undefined {
  if (architecture === undefined) return `Asterisk is not looked for on a machine of the kind ${process.arch}.`;
  if (existsSync(folder)) return undefined;
  const trouble = installDebianPackages([{ name: 'mmdebstrap', program: 'mmdebstrap' }], tell);
  if (trouble !== undefined) return trouble;
  tell(`Unpacking asterisk of Debian ${suite} …`);
  mkdirSync(cache, { recursive: true });
  removeLeftovers();
  // Half of it is never taken for the whole: it gets its name when it is complete.
  const made = mkdtempSync(`${folder}-`);
  const done = spawnSync('mmdebstrap', ['--quiet', '--mode=chrootless', '--variant=extract', '--include=asterisk', suite, made], { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], timeout: limitMs });
  try {
    if (done.status === 0 && existsSync(join(made, 'usr/sbin/asterisk'))) renameSync(made, folder);
  } catch {
    // Another run was faster.
  }
  rmSync(made, { recursive: true, force: true });
  return existsSync(folder) ? undefined : `Could not be unpacked: asterisk of Debian ${suite}: ${/^E: .*/m.exec(done.stderr)?.[0] ?? 'mmdebstrap failed'}`;
}

/** What runs left that were ended in the middle of it. */
function removeLeftovers(): void {
  for (const entry of readdirSync(cache).filter((found) => found.startsWith(`${name}-`)).map((found) => join(cache, found))) {
    if (Date.now() - statSync(entry).ctimeMs > 2 * limitMs) rmSync(entry, { recursive: true, force: true });
  }
}

/** As it says itself; undefined when it is not there. */
export function asteriskVersion(): string | undefined {
  const [command = '', ...args] = asteriskFiles.command;
  return /^Asterisk (\S+)/m.exec(spawnSync(command, [...args, '-V'], { encoding: 'utf8' }).stdout)?.[1];
}
