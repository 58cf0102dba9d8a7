import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../src/kernel/package-root.ts';
import { makeContacts } from './contacts-file.ts';
import { Demo } from './demo.ts';
import { integrityFigures, readable } from './report.ts';

const usage = `usage: npm run demo -- [--contacts-file FILE] [--contacts N] [--agents N] [--seed N] [--pacing progressive|ratio:1.5|cruise]
                      [--classify on|off] [--shares person=0.4,machine=0.3,…] [--json FILE] [--keep]`;

function fail(sentence: string): never {
  process.stderr.write(`demo: ${sentence}\n${usage}\n`);
  process.exit(2);
}

function readArguments(): Record<string, string | boolean | undefined> {
  try {
    return parseArgs({
      options: {
        'contacts-file': { type: 'string' }, contacts: { type: 'string' }, agents: { type: 'string', default: '12' }, seed: { type: 'string', default: '1' },
        pacing: { type: 'string', default: 'progressive' }, classify: { type: 'string', default: 'on' }, shares: { type: 'string', default: '' }, json: { type: 'string' },
        keep: { type: 'boolean', default: false }, 'kill-at': { type: 'string', default: '' }, help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return fail((error as Error).message);
  }
}

function wholeNumber(name: string, value: unknown, min: number, max: number): number {
  const n = Number(value);
  if (!Number.isInteger(n) || n < min || n > max) fail(`--${name} ${String(value)}: must be a whole number from ${min} to ${max}`);
  return n;
}

const given = readArguments();
if (given['help'] === true) {
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}
const seed = wholeNumber('seed', given['seed'], 0, 2 ** 31);
const agents = wholeNumber('agents', given['agents'], 1, 500);
if (given['classify'] !== 'on' && given['classify'] !== 'off') fail(`--classify ${String(given['classify'])}: must be on or off`);
const contactsFile = contacts();
const killAtMs = String(given['kill-at'] ?? '').split(',').filter((t) => t !== '').map((t) => wholeNumber('kill-at', t, 0, 600_000));
const demo = new Demo({
  contactsFile, agents, seed, pacing: String(given['pacing']), classify: given['classify'] === 'on', shares: String(given['shares']), keep: given['keep'] === true, killAtMs, out: process.stdout,
});
let interrupted = false;
process.on('SIGINT', () => {
  if (interrupted) process.exit(130);
  interrupted = true;
  void demo.close().finally(() => process.exit(130));
});
try {
  const report = await demo.run();
  process.stdout.write(readable(report));
  if (typeof given['json'] === 'string') writeFileSync(given['json'], JSON.stringify(report, null, 2) + '\n');
  process.exitCode = integrityFigures.every((figure) => report.integrity[figure] === 0) ? 0 : 1;
  if (given['keep'] === true) await new Promise(() => undefined);
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
await demo.close();
process.exit();

function contacts(): string {
  const file = given['contacts-file'];
  if (typeof file === 'string') {
    if (!existsSync(file)) fail(`--contacts-file ${file}: no such file`);
    return file;
  }
  if (given['contacts'] === undefined) return join(packageRoot(), 'examples', 'contacts.csv');
  const made = join(mkdtempSync(join(tmpdir(), 'nailup-contacts-')), 'contacts.csv');
  writeFileSync(made, makeContacts(wholeNumber('contacts', given['contacts'], 1, 5_000), seed));
  return made;
}
