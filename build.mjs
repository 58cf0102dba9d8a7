// `npm run build`: src/ and sim/ as JavaScript in dist/, one file for one file, imports of `.ts` rewritten to `.js`, with source
// maps. Types are checked by `npm run typecheck`; here they are only taken out. What has not changed is not written anew, so that
// a running process may be rebuilt under; what has no source any more is removed.
import { transform } from '@swc/core';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const startedAt = performance.now();
const filesBelow = (folder, ending) =>
  existsSync(folder) ? readdirSync(folder, { recursive: true }).map((name) => join(folder, name)).filter((file) => file.endsWith(ending)) : [];

const made = new Set();
let written = 0;

function write(file, text) {
  made.add(file);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  mkdirSync(dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, text);
  renameSync(aside, file);
  written += 1;
}

async function compile(source) {
  const target = join(root, 'dist', relative(root, source)).replace(/\.ts$/, '.js');
  const { code, map } = await transform(readFileSync(source, 'utf8'), {
    filename: source,
    sourceFileName: relative(dirname(target), source),
    sourceMaps: true,
    inlineSourcesContent: false,
    swcrc: false,
    isModule: true,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript' },
      transform: { verbatimModuleSyntax: true },
      rewriteRelativeImportExtensions: true,
    },
  });
  write(`${target}.map`, map);
  write(target, `${code}//# sourceMappingURL=${target.slice(dirname(target).length + 1)}.map\n`);
}

const sources = ['src', 'sim'].flatMap((part) => filesBelow(join(root, part), '.ts')).filter((file) => !file.endsWith('.d.ts'));
await Promise.all(sources.map(compile));
let removed = 0;
for (const file of [...filesBelow(join(root, 'dist'), '.js'), ...filesBelow(join(root, 'dist'), '.map')]) {
  if (made.has(file)) continue;
  rmSync(file);
  removed += 1;
}
console.log(`build: ${sources.length} files, ${written} written, ${removed} removed, ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
