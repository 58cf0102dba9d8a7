import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Which process, on which machine, in a form that survives the reuse of process ids: `<host>/<boot>/<pid>/<start>`, where
 * `start` is the 22nd field of /proc/PID/stat (clock ticks since boot, proc(5)). Without /proc, boot and start are `-`.
 */
export type ProcessIdentity = string;

export function ownIdentity(): ProcessIdentity {
  return `${machine()}/${process.pid}/${startOf(process.pid) ?? '-'}`;
}

/** `dead` is certain; `unknown` means another machine (or another boot's container), where only a heartbeat can tell. */
export function processState(identity: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  const parts = identity.split('/');
  const [host, boot, pidText, start] = parts;
  if (parts.length !== 4 || pidText === undefined) return 'unknown';
  if (`${host}/${boot}` !== machine()) return host === hostname() ? 'dead' : 'unknown';
  const pid = Number(pidText);
  if (!isRunning(pid)) return 'dead';
  return start === '-' || startOf(pid) === start ? 'alive' : 'dead';
}

/** Whether a process of that id exists, whoever owns it. A zombie counts as gone. */
export function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return statFields(pid)?.[0] !== 'Z';
}

function machine(): string {
  return `${hostname()}/${bootId()}`;
}

let boot: string | undefined;
function bootId(): string {
  if (boot !== undefined) return boot;
  try {
    boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    boot = '-';
  }
  return boot;
}

function startOf(pid: number): string | undefined {
  return statFields(pid)?.[19];
}

/** The fields after the command's closing parenthesis, so index 0 is field 3 (state) of proc(5). */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
