import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../../src/kernel/package-root.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';

/** Pages to break: the suite and the shipped pages; each call of the result gives one broken at random, the same for the same seed. */
export function mutatedPages(seed: number): () => string {
  const folder = fileURLToPath(new URL('../../conformance/suites/ccxml/', import.meta.url));
  const sources = [
    ...readdirSync(folder).filter((f) => f.endsWith('.ccxml')).map((f) => readFileSync(join(folder, f), 'utf8')),
    ...['driver', 'nailer'].map((f) => readFileSync(join(packageRoot(), 'ccxml', `${f}.ccxml`), 'utf8')),
  ];
  const pieces = sources.flatMap((s) => s.match(/<[a-z][^>]*\/?>|"[^"]*"/g) ?? []);
  const values = pieces.filter((p) => p.startsWith('"'));
  const random = new SeededRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T;
  const place = (text: string): number => Math.floor(random.next() * text.length);
  const mutate = (text: string): string => {
    switch (Math.floor(random.next() * 7)) {
      case 0: {
        const at = place(text);
        return text.slice(0, at) + text.slice(at + 1 + Math.floor(random.next() * 30));
      }
      case 1: {
        const at = place(text);
        return text.slice(0, at) + pick(pieces) + text.slice(at);
      }
      case 2:
        return text.replace(pick(text.match(/"[^"]*"/g) ?? ['""']), () => pick(values));
      case 3:
        return text.replace(pick(text.match(/<[a-z][^>]*\/>/g) ?? ['<x/>']), (whole) => (random.next() < 0.5 ? '' : whole + whole));
      case 4: {
        const at = place(text);
        return text.slice(0, at) + String.fromCharCode(Math.floor(random.next() * 256)) + text.slice(at + 1);
      }
      case 5:
        return text.replace(/'[^']*'/g, (whole) => (random.next() < 0.1 ? pick(['undefined', 'null', '{}', '[]', "''", '1e99', 'event$', 'session', 'nothing', "'\\u0000'"]) : whole));
      default:
        return text.slice(0, place(text)) + text.slice(place(text));
    }
  };
  return () => {
    let text = pick(sources);
    for (let n = 1 + Math.floor(random.next() * 3); n > 0; n--) text = mutate(text);
    return text;
  };
}
