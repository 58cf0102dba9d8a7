import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/kernel/package-root.ts';

/** A page of the project's documentation. */
export const page = (name: string): string => readFileSync(join(packageRoot(), name), 'utf8');

/** Every TypeScript file below the folders, with its text. */
export function sources(...folders: readonly string[]): readonly { readonly file: string; readonly text: string }[] {
  return folders.flatMap((folder) =>
    readdirSync(join(packageRoot(), folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => ({ file: join(folder, file), text: page(join(folder, file)) })));
}
