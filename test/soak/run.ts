/** `npm run soak -- NAME [--minutes N] [args]`: each soak is `test/soak/<name>/soak.ts`; exits 1 when a check fails. */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { argument, type Soak } from './soak.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const names = readdirSync(here, { withFileTypes: true }).filter((e) => e.isDirectory() && existsSync(`${here}${e.name}/soak.ts`)).map((e) => e.name);
const [name, ...args] = process.argv.slice(2);
const minutes = argument(args, '--minutes', 20);
if (name === undefined || !names.includes(name) || !(minutes > 0)) {
  console.error(`usage: npm run soak -- NAME [--minutes N]\n  NAME: ${names.join(', ')}`);
  process.exit(2);
}
const { soak } = (await import(new URL(`./${name}/soak.ts`, import.meta.url).href)) as { soak: Soak };
const checks = await soak.run({ minutes, args, say: (line) => console.log(line) });
for (const check of checks) console.log(`${check.met ? 'met' : 'MISSED'}: ${check.name} (${check.goal}): ${check.measured}`);
process.exit(checks.every((check) => check.met) ? 0 : 1);
