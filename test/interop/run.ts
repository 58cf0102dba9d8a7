import { baresipCases } from './cases/baresip.ts';
import { campaignCases } from './cases/campaign.ts';
import { clampCases } from './cases/clamp.ts';
import { dialogCases } from './cases/dialog.ts';
import type { InteropCase } from './interop-case.ts';
import { Scope } from './scope.ts';

const cases: readonly InteropCase[] = [...campaignCases, ...clampCases, ...dialogCases, ...baresipCases];
const only = process.argv.indexOf('--only') < 0 ? undefined : process.argv[process.argv.indexOf('--only') + 1];
let failed = 0;
let passed = 0;
for (const one of cases) {
  if (only !== undefined && !one.name.includes(only)) continue;
  const scope = new Scope();
  const startedAt = performance.now();
  try {
    const words = await one.run(scope);
    passed++;
    console.log(`PASS ${one.name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s) ${words}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${one.name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s) ${(error as Error).message}\n${scope.lastWords()}`);
  }
  await scope.close();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
