import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning } from '../../kernel/process-identity.ts';
import { NailupError } from '../../kernel/nailup-error.ts';
import type { RunAs } from './run-as.ts';

export interface PostmasterPlace {
  readonly postgres: string;
  /** PGDATA. */
  readonly data: string;
  readonly sockets: string;
  readonly log: string;
  readonly runAs: RunAs | undefined;
}

const settings: Readonly<Record<string, string>> = {
  listen_addresses: '',
  max_connections: '60',
  unix_socket_permissions: '0700',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Backends of a killed client notice it within a second, so that their locks do not outlive it.
  client_connection_check_interval: '1000',
  idle_in_transaction_session_timeout: '60000',
  logging_collector: 'on',
  log_directory: 'log',
  log_filename: 'postgres-%a.log',
  log_rotation_age: '1440',
  log_truncate_on_rotation: 'on',
  log_min_messages: 'warning',
};

/** The postmaster that holds this data directory, ours or one that outlived a killed Nailup; undefined when none does. */
export async function runningPostmaster(data: string): Promise<number | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  if (!isRunning(pid)) return undefined;
  // Process ids are reused, all the more in containers: a stale file may name a stranger.
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.split('\0').includes(data) ? pid : undefined;
}

/** The same, for the end of a process, when nothing can be awaited: asks it to stop and does not wait. */
export function stopPostmasterAtExit(data: string): void {
  const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  if (command.split('\0').includes(data)) process.kill(pid, 'SIGINT');
}

/** Starts the postmaster apart from us: it does not get our terminal's signals, and outlives us if we are killed. */
export async function startPostmaster(place: PostmasterPlace): Promise<ChildProcess> {
  // Left by a dead server, or by a reused process id: PostgreSQL would refuse to start on the latter.
  await rm(join(place.data, 'postmaster.pid'), { force: true });
  const args = ['-D', place.data, '-k', place.sockets, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])];
  const log = openSync(place.log, 'w', 0o600);
  try {
    const child = spawn(place.postgres, args, {
      cwd: place.data,
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      detached: true,
      stdio: ['ignore', log, log],
      ...(place.runAs === undefined ? {} : { uid: place.runAs.uid, gid: place.runAs.gid }),
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) =>
        reject(new NailupError('STORE_NOT_STARTED', `cannot run the embedded PostgreSQL: ${cause.message}`, { place: place.postgres, mend: 'Check that the file may be executed (no "noexec" mount), or set DATABASE_URL.', cause })),
      );
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/** Fast shutdown (SIGINT), then immediate (SIGQUIT), then SIGKILL (PostgreSQL docs 19.5). */
export async function stopPostmaster(pid: number, patienceMs = 10_000): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    for (const end = performance.now() + patienceMs; performance.now() < end; ) {
      if (!isRunning(pid)) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
