import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ownIdentity, processState } from '../kernel/process-identity.ts';

const name = /^run-(.+)-[A-Za-z0-9]{6}$/;

/**
 * A folder below `parent` for files that nobody needs once this process is over (recordings of callers, audio on its way), for its owner's eyes
 * alone. What processes left there that died without removing theirs goes.
 */
export async function openRunFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  for (const entry of await readdir(parent)) {
    const identity = name.exec(entry)?.[1];
    if (identity !== undefined && processState(decodeURIComponent(identity)) === 'dead') await rm(join(parent, entry), { recursive: true, force: true });
  }
  return mkdtemp(join(parent, `run-${encodeURIComponent(ownIdentity())}-`));
}
