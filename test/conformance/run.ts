/**
 * `npm run conformance -- SUITE PATH [--over-sip] [--json FILE] [--only NAME]`: runs any folder (or file) of the documented
 * form. Each suite is `test/conformance/<suite>/suite.ts`. Prints a line per failure and closes with `N passed, N failed`.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ConformanceSuite } from './conformance-suite.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'over-sip': { type: 'boolean', default: false }, json: { type: 'string' }, only: { type: 'string', multiple: true } },
});
const [name, path] = positionals;
const known = ['sip', 'ccxml', 'vxml', 'srgs-dtmf', 'srgs', 'media', 'pacing'];
if (name === undefined || path === undefined || !known.includes(name)) {
  console.error(`usage: npm run conformance -- SUITE PATH [--over-sip] [--json FILE] [--only NAME]\n  SUITE: ${known.join(', ')}`);
  process.exit(2);
}
if (!existsSync(path)) {
  console.error(`conformance: ${path}: no such file or folder; name a folder of the form of the ${name} suite`);
  process.exit(2);
}
const module = (await import(new URL(`./${name}/suite.ts`, import.meta.url).href)) as { suite: ConformanceSuite };
const outcome = await module.suite.run({ path: resolve(path), overSip: values['over-sip'], only: values.only ?? [] });
for (const line of outcome.notes) console.log(line);
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(outcome, null, 2) + '\n');
console.log(`${outcome.passed} passed, ${outcome.failed} failed`);
process.exit(outcome.failed === 0 && outcome.passed > 0 ? 0 : 1);
