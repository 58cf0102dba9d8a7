import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../src/kernel/package-root.ts';
import { unpackAsterisk } from './asterisk-root.ts';
import { asteriskCases, asteriskNot } from './cases/asterisk.ts';
import { baresipCases, baresipNot } from './cases/baresip.ts';
import { campaignCases } from './cases/campaign.ts';
import { ccxmlPageCases } from './cases/ccxml-pages.ts';
import { clampCases } from './cases/clamp.ts';
import { dialogCases } from './cases/dialog.ts';
import { kamailioCases } from './cases/kamailio.ts';
import { linphoneCases, linphoneNot } from './cases/linphone.ts';
import { secondOpinionCases } from './cases/second-opinion.ts';
import { sippCases, sippNot } from './cases/sipp.ts';
import { speechCases } from './cases/speech.ts';
import { traceCases } from './cases/trace.ts';
import { installPeers } from './debian-packages.ts';
import type { InteropCase } from './interop-case.ts';
import { pause, Scope } from './scope.ts';
import { interopTable, type Outcome } from './table.ts';
import { Unsupported } from './unsupported.ts';

/**
 * `npm run test:interop [-- --only NAME] [--without NAME] [--write]`: Nailup with the programs of others, one case after the other.
 * Exit code 1 when a case fails or a peer cannot be had. `--write` makes docs/interop.md.
 */
const cases: readonly InteropCase[] = [...campaignCases, ...ccxmlPageCases, ...clampCases, ...secondOpinionCases, ...dialogCases, ...baresipCases, ...asteriskCases, ...sippCases, ...kamailioCases, ...linphoneCases, ...traceCases, ...speechCases];
const impossible = [...baresipNot, ...asteriskNot, ...sippNot, ...linphoneNot];
const limitOf = (one: InteropCase): number => one.limitMs ?? 45_000;
/** Of the cases that say so, this many run at once. */
const besideEachOther = 3;

const usage = 'usage: npm run test:interop -- [--only NAME] [--without NAME] [--write]';

const options = readOptions(process.argv.slice(2));
const { only, without, write } = options;
const partial = only !== undefined || without !== undefined;
if (partial && write) leave('--write needs the whole run: leave --only and --without away');
const chosen = cases.filter(({ name }) => (only === undefined || name.includes(only)) && (without === undefined || !name.includes(without)));
if (chosen.length === 0) leave(`no case is called so: ${cases.map(({ name }) => name).join(', ')}`);
const tell = (line: string): void => console.log(line);
const trouble = installPeers(tell);
if (trouble !== undefined) leave(trouble);
const missing = chosen.some(({ peers }) => peers.includes('asterisk')) ? unpackAsterisk(tell) : undefined;
if (missing !== undefined) leave(`${missing}\nAll other cases: npm run test:interop -- --without asterisk`);
build();

const open = new Set<Scope>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void Promise.all([...open].map((scope) => scope.close())).then(() => process.exit(130)));

const outcomes: Outcome[] = [];
const startedAt = performance.now();
for (const one of chosen) if (one.beside !== true) await run(one);
const waiting = chosen.filter((one) => one.beside === true).sort((a, b) => limitOf(b) - limitOf(a));
await Promise.all(Array.from({ length: besideEachOther }, async () => {
  for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await run(one);
}));
outcomes.sort((a, b) => cases.indexOf(a.case) - cases.indexOf(b.case));
for (const { peer, capability, why } of impossible) if (!partial) console.log(`not possible: ${peer}, ${capability}: ${why}`);
const failed = outcomes.filter(({ passed }) => !passed).length;
if (write) writeFileSync(join(packageRoot(), 'docs', 'interop.md'), interopTable(outcomes, impossible));
console.log(`${outcomes.length - failed} passed, ${failed} failed (${Math.round((performance.now() - startedAt) / 1_000)} s)`);
process.exit(failed === 0 ? 0 : 1);

async function run(one: InteropCase): Promise<void> {
  const from = performance.now();
  const outcome = await outcomeOf(one);
  if (outcome === undefined) return;
  outcomes.push(outcome);
  console.log(`${outcome.passed ? 'PASS' : 'FAIL'} ${one.name} (${((performance.now() - from) / 1_000).toFixed(1)} s): ${outcome.words}`);
}

/** Undefined: it turned out that one side cannot; that is noted, not counted. */
async function outcomeOf(one: InteropCase): Promise<Outcome | undefined> {
  const scope = new Scope();
  open.add(scope);
  try {
    const limitMs = limitOf(one);
    const work = one.run(scope);
    // Past its time it may still fail: nobody listens any more.
    work.catch(() => undefined);
    const words = await Promise.race([work, pause(limitMs).then(() => undefined)]);
    if (words === undefined) throw new Error(`not done within ${limitMs / 1_000} s`);
    return { case: one, passed: true, words };
  } catch (error) {
    if (error instanceof Unsupported) {
      for (const peer of one.peers) impossible.push({ peer, capability: one.capability, why: error.message });
      return undefined;
    }
    return { case: one, passed: false, words: `${(error as Error).message}\n${scope.lastWords()}` };
  } finally {
    await scope.close();
    open.delete(scope);
  }
}

/** The server under test is the built one. */
function build(): void {
  const made = spawnSync('npm', ['run', '-s', 'build'], { cwd: packageRoot(), stdio: ['ignore', 'ignore', 'inherit'] });
  if (made.status !== 0) leave('the build failed');
}

function readOptions(args: string[]): { only?: string | undefined; without?: string | undefined; write?: boolean | undefined } {
  try {
    return parseArgs({ args, options: { only: { type: 'string' }, without: { type: 'string' }, write: { type: 'boolean' } } }).values;
  } catch {
    return leave(usage);
  }
}

function leave(why: string): never {
  console.error(`test:interop: ${why}`);
  process.exit(1);
}
