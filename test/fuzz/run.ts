/** `npm run fuzz -- NAME [options]`: each fuzzer is `test/fuzz/<name>/fuzz.ts`; exits 1 when it finds a fault. */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Fuzzer } from './fuzz.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const names = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory() && existsSync(`${here}${entry.name}/fuzz.ts`)).map(({ name }) => name);
const [name, ...args] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  console.error(`usage: npm run fuzz -- NAME [options]\n  NAME: ${names.join(', ')}`);
  process.exit(2);
}
const { fuzzer } = (await import(new URL(`./${name}/fuzz.ts`, import.meta.url).href)) as { fuzzer: Fuzzer };
if (args.includes('--help')) {
  console.log(fuzzer.usage);
  process.exit(0);
}
try {
  const { summary, faults } = await fuzzer.run({ args, say: (line) => console.log(line) });
  for (const fault of faults) console.log(`FAULT ${fault}`);
  console.log(`${summary}: ${faults.length} faults`);
  process.exit(faults.length === 0 ? 0 : 1);
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  console.error(`fuzz: ${error.message}\n${fuzzer.usage}`);
  process.exit(2);
}
