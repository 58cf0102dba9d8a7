/**
 * `npm run bench -- NAME [--json FILE] [args]`: prints a table, closes with a line that names each goal and what was measured,
 * and exits 1 when one is missed. Each benchmark is `test/bench/<name>/benchmark.ts`.
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Benchmark } from './benchmark.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const names = readdirSync(here, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => e.name);
const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !names.includes(name) || !existsSync(`${here}${name}/benchmark.ts`)) {
  console.error(`usage: npm run bench -- NAME [--json FILE]\n  NAME: ${names.join(', ')}`);
  process.exit(2);
}
const at = rest.indexOf('--json');
const json = at < 0 ? undefined : rest.splice(at, 2)[1];
if (at >= 0 && json === undefined) {
  console.error('bench: --json needs a file name');
  process.exit(2);
}
const { benchmark } = (await import(new URL(`./${name}/benchmark.ts`, import.meta.url).href)) as { benchmark: Benchmark };
const outcome = await benchmark.run({ args: rest });
const cells = [outcome.columns, ...outcome.rows].map((row) => row.map(String));
const widths = outcome.columns.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
console.log(`\n${outcome.title}\n`);
for (const row of cells) console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '));
if (json !== undefined) writeFileSync(json, JSON.stringify({ name, ...outcome }, null, 2) + '\n');
const missed = outcome.goals.filter((g) => !g.met);
console.log(`\n${outcome.goals.map((g) => `${g.met ? 'met' : 'MISSED'}: ${g.name} (${g.goal}): ${g.measured}`).join('; ')}`);
process.exit(missed.length === 0 ? 0 : 1);
