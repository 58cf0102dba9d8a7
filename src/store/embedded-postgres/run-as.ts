import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { NailupError } from '../../kernel/nailup-error.ts';

/** The account under which the server runs. PostgreSQL refuses to run as root. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

/** Undefined when we are not root: then the server runs as we do. As root: whoever owns the existing cluster, else nobody. */
export async function chooseAccount(cluster: string): Promise<RunAs | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const owner = await stat(cluster).then((s) => s.uid, () => 0);
  const account = accounts.find((fields) => (owner === 0 ? fields[0] === 'nobody' : Number(fields[2]) === owner));
  if (account === undefined) {
    throw new NailupError('STORE_NO_ACCOUNT', `no account to run the database: ${owner === 0 ? 'nobody' : `uid ${owner}`} is not in /etc/passwd`, {
      mend: 'PostgreSQL does not run as root. Start Nailup as an ordinary user, or set DATABASE_URL.',
    });
  }
  return { uid: Number(account[2]), gid: Number(account[3]), name: account[0] ?? 'nobody' };
}

/** Whether the account may pass through every folder down to `path` (which must exist). */
export async function canReach(path: string, account: RunAs): Promise<boolean> {
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
