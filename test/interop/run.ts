import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/kernel/package-root.ts';
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
 * `npm run test:interop [-- --only NAME] [--write]`: Nailup with the programs of others, one case after the other. Exit code 1
 * when a case fails or a peer cannot be installed. `--write` makes docs/interop.md.
 */
const cases: readonly InteropCase[] = [...campaignCases, ...ccxmlPageCases, ...clampCases, ...secondOpinionCases, ...dialogCases, ...baresipCases, ...sippCases, ...kamailioCases, ...linphoneCases, ...traceCases, ...speechCases];
const impossible = [...baresipNot, ...sippNot, ...linphoneNot];
const usualLimitMs = 45_000;

const args = process.argv.slice(2);
const onlyAt = args.indexOf('--only');
const only = onlyAt < 0 ? undefined : args[onlyAt + 1];
const unknown = args.find((arg, i) => arg !== '--write' && arg !== '--only' && (onlyAt < 0 || i !== onlyAt + 1));
if (unknown !== undefined || (onlyAt >= 0 && only === undefined)) leave(`usage: npm run test:interop -- [--only NAME] [--write]`);
if (only !== undefined && args.includes('--write')) leave('--write needs the whole run: leave --only away');
const chosen = cases.filter(({ name }) => only === undefined || name.includes(only));
if (chosen.length === 0) leave(`no case is called ${only ?? ''}: ${cases.map(({ name }) => name).join(', ')}`);
const trouble = installPeers((line) => console.log(line));
if (trouble !== undefined) leave(trouble);
build();

let open: Scope | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void open?.close().then(() => process.exit(130)));

const outcomes: Outcome[] = [];
const startedAt = performance.now();
for (const one of chosen) {
  const from = performance.now();
  const outcome = await run(one);
  const seconds = ((performance.now() - from) / 1_000).toFixed(1);
  if (outcome === undefined) continue;
  outcomes.push(outcome);
  console.log(`${outcome.passed ? 'PASS' : 'FAIL'} ${one.name} (${seconds} s): ${outcome.words}`);
}
for (const { peer, capability, why } of impossible) if (only === undefined) console.log(`not possible: ${peer}, ${capability}: ${why}`);
const failed = outcomes.filter(({ passed }) => !passed).length;
if (args.includes('--write')) writeFileSync(join(packageRoot(), 'docs', 'interop.md'), interopTable(outcomes, impossible));
console.log(`${outcomes.length - failed} passed, ${failed} failed (${Math.round((performance.now() - startedAt) / 1_000)} s)`);
process.exit(failed === 0 ? 0 : 1);

/** Undefined: it turned out that one side cannot; that is noted, not counted. */
async function run(one: InteropCase): Promise<Outcome | undefined> {
  const scope = new Scope();
  open = scope;
  try {
    const limitMs = one.limitMs ?? usualLimitMs;
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
    open = undefined;
  }
}

/** The server under test is the built one. */
function build(): void {
  const made = spawnSync('npm', ['run', '-s', 'build'], { cwd: packageRoot(), stdio: ['ignore', 'ignore', 'inherit'] });
  if (made.status !== 0) leave('the build failed');
}

function leave(why: string): never {
  console.error(`test:interop: ${why}`);
  process.exit(1);
}
