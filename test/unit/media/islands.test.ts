import { SeededRandom } from '../../../src/kernel/random.ts';
import type { EdgeLine } from '../../../src/media/embedded/edge.ts';
import { Island } from '../../../src/media/embedded/island.ts';
import { Islands } from '../../../src/media/embedded/islands.ts';
import type { MediaNode } from '../../../src/media/embedded/media-node.ts';

type Bare = MediaNode & { id: string };
const node = (id: string): Bare => ({ kind: 'endpoint', id, edgesIn: [], edgesOut: [] }) as unknown as Bare;
function join(from: Bare, to: Bare): void {
  const edge = { from, to } as EdgeLine;
  from.edgesOut.push(edge);
  to.edgesIn.push(edge);
}
function part(edge: EdgeLine): void {
  edge.from.edgesOut.splice(edge.from.edgesOut.indexOf(edge), 1);
  edge.to.edgesIn.splice(edge.to.edgesIn.indexOf(edge), 1);
}
const named = (islands: readonly Island[]): string[] => islands.map((island) => island.nodes().map(({ id }) => String(id)).sort().join(' ')).sort();

test('a graph that grows and shrinks at random has at each moment the islands that it would have anew', () => {
  const random = new SeededRandom(5);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random.next() * of.length)] as T;
  const islands = new Islands();
  const nodes: Bare[] = [];
  let most = 0;
  for (let step = 0; step < 3_000; step++) {
    const kind = random.next();
    if (nodes.length < 4 || kind < 0.25) {
      nodes.push(node(`n${step}`));
      islands.changed(nodes.at(-1)!);
    } else if (kind < 0.6) {
      const [from, to] = [pick(nodes), pick(nodes)];
      if (from === to) continue;
      join(from, to);
      islands.changed(from);
      islands.changed(to);
    } else if (kind < 0.85) {
      const edge = pick(nodes).edgesOut[0];
      if (edge === undefined) continue;
      part(edge);
      islands.changed(edge.from);
      islands.changed(edge.to);
    } else {
      const gone = pick(nodes);
      for (const edge of [...gone.edgesIn, ...gone.edgesOut]) {
        part(edge);
        islands.changed(edge.from);
        islands.changed(edge.to);
      }
      nodes.splice(nodes.indexOf(gone), 1);
      islands.gone(gone);
    }
    // Several changes may come between two ticks.
    if (random.next() < 0.5) expect(named(islands.current)).toEqual(named(Island.all(nodes)));
    most = Math.max(most, islands.current.length);
  }
  expect(most).toBeGreaterThan(10);
});

test('islands at which nothing changed are the same objects as before', () => {
  const islands = new Islands();
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(node) as [Bare, Bare, Bare, Bare];
  join(a, b);
  for (const one of [a, b, c, d]) islands.changed(one);
  const before = islands.current.find((island) => island.nodes().includes(a));
  join(c, d);
  islands.changed(c);
  islands.changed(d);
  expect(islands.current.find((island) => island.nodes().includes(a))).toBe(before);
  expect(named(islands.current)).toEqual(['a b', 'c d']);
});
