import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownIdentity } from '../../../src/kernel/process-identity.ts';
import { openRunFolder } from '../../../src/wiring/run-folder.ts';

describe('the folder of a run', () => {
  const parent = mkdtempSync(join(tmpdir(), 'nailup-run-folder-'));
  afterAll(() => rmSync(parent, { recursive: true }));
  const left = (identity: string): string => {
    const entry = `run-${encodeURIComponent(identity)}-abc123`;
    mkdirSync(join(parent, entry, 'recordings'), { recursive: true });
    writeFileSync(join(parent, entry, 'recordings', 'half.wav'), 'RIFF');
    return entry;
  };

  it('takes away what a process left that died, and nothing else', async () => {
    const [host, boot, pid, start] = ownIdentity().split('/');
    // The same process id, begun at another time: that process is gone.
    const dead = left(`${host}/${boot}/${pid}/${Number(start) - 1}`);
    const alive = left(ownIdentity());
    const elsewhere = left('another-host/boot/1/1');
    writeFileSync(join(parent, 'notes.txt'), 'of somebody');
    const own = await openRunFolder(parent);
    const entries = readdirSync(parent);
    expect(entries).not.toContain(dead);
    expect(entries).toEqual(expect.arrayContaining([alive, elsewhere, 'notes.txt']));
    expect(statSync(own).mode & 0o777).toBe(0o700);
    expect(await openRunFolder(parent)).not.toBe(own);
  });
});
