import { BridgeGraph } from '../../../../src/ccxml/objects/bridges.ts';

describe('bridges (§10.4)', () => {
  let graph: BridgeGraph;
  const join = (a: string, b: string, duplex: 'half' | 'full' = 'full') => {
    const plan = graph.planJoin(a, b, duplex);
    graph.apply(plan);
    graph.tell(a, b);
    return plan;
  };
  beforeEach(() => {
    graph = new BridgeGraph();
    for (const id of ['a', 'b', 'c']) graph.add(id, 'connection');
    graph.add('room', 'conference');
    graph.add('d', 'dialog');
  });

  it('makes both directions by default, and id1 hear id2 alone in half duplex', () => {
    join('a', 'b');
    expect([graph.input('a'), graph.input('b')]).toEqual(['b', 'a']);
    join('c', 'a', 'half');
    expect([graph.input('c'), graph.input('a'), graph.outputs('a')]).toEqual(['a', 'b', ['b', 'c']]);
  });

  it('replaces an input and leaves the other direction of the old bridge alone', () => {
    join('a', 'b');
    expect(join('a', 'c')).toEqual([
      { type: 'disconnect', from: 'b', to: 'a' }, { type: 'connect', from: 'c', to: 'a' }, { type: 'connect', from: 'a', to: 'c' },
    ]);
    expect([graph.input('a'), graph.input('b'), graph.outputs('b')]).toEqual(['c', 'a', []]);
  });

  it('lets a conference hear everybody and every member hear the conference', () => {
    join('a', 'room');
    join('b', 'room');
    expect([graph.inputs('room'), graph.outputs('room'), graph.input('room')]).toEqual([['a', 'b'], ['a', 'b'], undefined]);
  });

  it('ends both directions by unjoin, and has nothing to end when there is no bridge', () => {
    join('a', 'b');
    graph.apply(graph.planUnjoin('b', 'a'));
    expect([graph.input('a'), graph.input('b')]).toEqual([undefined, undefined]);
    expect(graph.planUnjoin('a', 'b')).toEqual([]);
  });

  it('names, when an endpoint goes, the partners a page had bridged it with, but not its dialog', () => {
    join('a', 'room');
    graph.apply(graph.planJoin('a', 'd', 'full'));
    const { unjoined, changes } = graph.remove('a');
    expect(unjoined).toEqual(['room']);
    expect(changes).toHaveLength(3);
    expect(graph.has('a')).toBe(false);
  });

  it('forgets that a bridge is to be told once its last direction was taken over', () => {
    join('a', 'b');
    join('a', 'c');
    join('b', 'room');
    expect(graph.remove('b').unjoined).toEqual(['room']);
  });
});
