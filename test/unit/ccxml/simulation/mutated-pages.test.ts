import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SeededRandom } from '../../../../src/kernel/random.ts';
import { packageRoot } from '../../../../src/kernel/package-root.ts';
import { CcxmlWorld } from '../ccxml-world.ts';

/** `MUTATED_PAGES=10000` for the long run. */
const count = Number(process.env['MUTATED_PAGES'] ?? 400);

/** Pages broken at random: none may break the interpreter, and none may leave a call, a timer or an object behind. */
describe('mutated pages', () => {
  const folder = fileURLToPath(new URL('../../../conformance/suites/ccxml/', import.meta.url));
  const sources = [
    ...readdirSync(folder).filter((f) => f.endsWith('.ccxml')).map((f) => readFileSync(join(folder, f), 'utf8')),
    ...['driver', 'nailer'].map((f) => readFileSync(join(packageRoot(), 'ccxml', `${f}.ccxml`), 'utf8')),
  ];
  const pieces = sources.flatMap((s) => s.match(/<[a-z][^>]*\/?>|"[^"]*"/g) ?? []);

  it(`survives ${count} of them`, async () => {
    const random = new SeededRandom(20110705);
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
        case 2: {
          const attributes = text.match(/"[^"]*"/g) ?? ['""'];
          return text.replace(pick(attributes), () => pick(pieces.filter((p) => p.startsWith('"'))));
        }
        case 3: {
          const elements = text.match(/<[a-z][^>]*\/>/g) ?? ['<x/>'];
          return text.replace(pick(elements), (whole) => (random.next() < 0.5 ? '' : whole + whole));
        }
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
    let loaded = 0;
    for (let i = 0; i < count; i++) {
      let text = pick(sources);
      for (let n = 1 + Math.floor(random.next() * 3); n > 0; n--) text = mutate(text);
      const { world, end } = await CcxmlWorld.run(text, { ms: 5000, values: { avaya: { ParameterMap: { dnis: 'sip:answer@sim', humanUrl: 'http://pages/d', noAnsTime: 5000, sovTimeout: 100, liveVoiceTimeout: 100, enhCCA: true, mode: 'dialog' } } } });
      if (end?.how !== 'load') loaded += 1;
      const left = [world.host.sessionCount, world.host.state.connections.size, world.host.state.dialogs.size, world.host.state.conferences.size, world.platform.open.calls, world.platform.open.paths, world.dialogs.reduce((n, d) => n + d.running, 0)];
      if (left.some((n) => n !== 0)) {
        await world.live(100);
        expect({ text, left: [world.host.sessionCount, world.host.state.connections.size, world.host.state.dialogs.size, world.platform.open.calls, world.dialogs.reduce((n, d) => n + d.running, 0)] }).toEqual({ text, left: [0, 0, 0, 0, 0] });
      }
    }
    expect(loaded).toBeGreaterThan(count / 10);
  }, 1_200_000);
});
