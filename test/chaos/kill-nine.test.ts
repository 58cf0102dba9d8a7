import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DemoReport } from '../../sim/demo/report.ts';
import { packageRoot } from '../../src/kernel/package-root.ts';
import { SeededRandom } from '../../src/kernel/random.ts';

/** Another seed, other moments: NAILUP_CHAOS_SEED=n. */
const seed = Number(process.env['NAILUP_CHAOS_SEED'] ?? 4);
const kills = 10;

/** Milliseconds after the campaign's start. A start takes about 2 s, so some of them hit a server that has just come up. */
function moments(): number[] {
  const random = new SeededRandom(seed);
  const at: number[] = [];
  for (let time = 1_500; at.length < kills; time += 2_000 + random.next() * 5_000) at.push(Math.round(time));
  return at;
}

/** Runs the built demo; it is the carrier's ear and the store that give the figures. */
function demo(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(packageRoot(), 'bin', 'nailup-demo.js'), ...args], { cwd: packageRoot() });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.on('close', (code) => resolve({ code, output }));
  });
}

it('a campaign whose server is killed ten times ends: each attempt one result, no contact lost or dialled twice at once, no call left up', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nailup-chaos-'));
  try {
    const file = join(folder, 'report.json');
    const killAt = moments();
    console.log(`seed ${seed}: the server is killed ${killAt.map((ms) => `${(ms / 1_000).toFixed(1)} s`).join(', ')} after the start`);
    const { code, output } = await demo(['--seed', String(seed), '--contacts', '60', '--agents', '6', '--kill-at', killAt.join(), '--json', file]);
    if (code !== 0) console.log(output.slice(-6_000));
    const report = JSON.parse(readFileSync(file, 'utf8')) as DemoReport;
    expect(report.kills).toBe(kills);
    expect(report.integrity).toEqual({
      attemptsWithoutResult: 0, attemptsWithTwoResults: 0, contactsLost: 0, contactsDialledTwiceAtOnce: 0, openDialogs: 0, openRtpPorts: 0, openTimers: 0, carrierCallsUnaccounted: 0,
    });
    // Servers that died in the middle of calls, not between them.
    expect(report.byCompletionCode['Disconnected_By_System']).toBeGreaterThanOrEqual(kills);
    expect(report.contacts.dialled).toBe(report.contacts.read - report.contacts.rejected);
    expect(code).toBe(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 240_000);
