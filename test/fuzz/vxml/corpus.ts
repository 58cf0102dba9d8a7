import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/kernel/package-root.ts';

/** Our own pages, shipped and of the suites, and the suites that are expected beside the project, where they are. */
const folders = ['vxml', 'examples', 'test/conformance/suites/vxml', '../shared/conformance/vxml'].map((folder) => join(packageRoot(), folder));

/** Every page below the folders. */
export function pagesBelow(below: readonly string[] = folders): readonly string[] {
  return below.filter((folder) => existsSync(folder)).flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.vxml')).sort().map((file) => readFileSync(join(folder, file), 'utf8')));
}
