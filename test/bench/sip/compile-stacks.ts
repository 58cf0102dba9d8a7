import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const compilerOptions: ts.CompilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, rewriteRelativeImportExtensions: true, verbatimModuleSyntax: true };

/**
 * Compiles the sources under measurement as `npm run build` does, because the development loader adds work to every closure that
 * no installation has. Answers the path of the compiled `stack-child.js`.
 */
export function compileStacks(root: string): string {
  const out = join(root, 'node_modules', '.cache', 'nailup-bench-sip');
  for (const folder of ['src/kernel', 'src/sip', 'test/bench/sip']) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
      const file = join(entry.parentPath, entry.name);
      const target = join(out, file.slice(root.length)).replace(/\.ts$/, '.js');
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, ts.transpileModule(readFileSync(file, 'utf8'), { compilerOptions, fileName: file }).outputText);
    }
  }
  writeFileSync(join(out, 'package.json'), '{"type":"module"}');
  return join(out, 'test/bench/sip/stack-child.js');
}
