import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { NailupError } from '../kernel/nailup-error.ts';
import { configSchema, type Config } from './schema.ts';

/** Reads and checks `nailup.yaml`. Every fault is named with file, line, column, key and mend; all faults in one error. */
export function loadConfig(file: string): Config {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new NailupError('CONFIG_UNREADABLE', `the configuration cannot be read: ${(error as Error).message}`, { place: file, mend: 'Name a readable file with --config.', cause: error });
  }
  const config = parseConfig(text, file);
  // A relative directory belongs beside the file, wherever the command is run.
  return { ...config, database: { ...config.database, directory: resolve(dirname(file), config.database.directory) } };
}

export function parseConfig(text: string, file: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const at = lines.linePos(broken.pos[0]);
    throw new NailupError('CONFIG_NOT_YAML', broken.message.split('\n')[0] ?? 'not YAML', { place: `${file}:${at.line}:${at.col}`, mend: 'Correct the YAML.' });
  }
  const checked = configSchema.safeParse(document.toJS() ?? {});
  if (checked.success) return checked.data;
  const faults = checked.error.issues.flatMap((issue) => describe(issue, document, lines, file));
  const first = faults[0];
  throw new NailupError('CONFIG_INVALID', faults.map((f, i) => (i === 0 ? f.text : `${f.place}: ${f.text}`)).join('\n'), {
    ...(first === undefined ? {} : { place: first.place }),
    mend: 'See docs/configuration.md for the keys and their values.',
  });
}

interface Fault {
  readonly place: string;
  readonly text: string;
}

function describe(issue: z.core.$ZodIssue, document: Document, lines: LineCounter, file: string): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      const known = knownKeys(issue.path);
      const near = nearest(key, known);
      const hint = near === undefined ? (known.length === 0 ? '' : `; known keys are ${known.join(', ')}`) : `; did you mean "${near}"?`;
      return { place: where(document, lines, file, path), text: `unknown key "${path.join('.')}"${hint}` };
    });
  }
  return [{ place: where(document, lines, file, issue.path), text: `"${issue.path.join('.')}": ${issue.message}` }];
}

/** The position of the deepest existing node on the path: the key itself where it is in a map. */
function where(document: Document, lines: LineCounter, file: string, path: readonly PropertyKey[]): string {
  for (let depth = path.length; depth > 0; depth--) {
    const parent = document.getIn(path.slice(0, depth - 1), true) as { items?: { key?: { value?: unknown; range?: [number, number, number] } }[] } | undefined;
    const pair = parent?.items?.find((item) => item.key?.value === path[depth - 1]);
    const node = document.getIn(path.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
    const range = pair?.key?.range ?? node?.range;
    if (range !== undefined) {
      const at = lines.linePos(range[0]);
      return `${file}:${at.line}:${at.col}`;
    }
  }
  return file;
}

interface ShapeHolder {
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly element?: unknown;
  readonly def?: { readonly innerType?: unknown };
}

function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let schema: unknown = configSchema;
  for (const step of path) {
    const holder = unwrap(schema);
    schema = typeof step === 'number' ? holder.element : holder.shape?.[String(step)];
    if (schema === undefined) return [];
  }
  return Object.keys(unwrap(schema).shape ?? {});
}

function unwrap(schema: unknown): ShapeHolder {
  let at = schema as ShapeHolder;
  while (at.shape === undefined && at.element === undefined && at.def?.innerType !== undefined) at = at.def.innerType as ShapeHolder;
  return at;
}

function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const d = distance(word.toLowerCase(), candidate.toLowerCase());
    if (d < least) [best, least] = [candidate, d];
  }
  return best;
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length] ?? 0;
}
