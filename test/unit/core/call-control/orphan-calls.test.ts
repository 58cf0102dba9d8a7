import { OrphanCalls, orphansOf } from '../../../../src/core/call-control/orphan-calls.ts';
import { SimulatedClock } from '../../../../src/kernel/clock.ts';
import { CountingIds } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { accepted, refused } from '../../../../src/kernel/result.ts';
import type { EndOrphan, Signalling } from '../../../../src/signalling/signalling.ts';

function setUp(answer: Signalling['endOrphan'] = () => accepted) {
  const clock = new SimulatedClock();
  const asked: EndOrphan[] = [];
  const signalling = { endOrphan: (command: EndOrphan) => (asked.push(command), answer?.(command) ?? accepted) };
  const orphans = new OrphanCalls({ signalling, ids: new CountingIds(), clock, logger: silentLogger });
  return { clock, asked, orphans };
}

const calls = (n: number): { identity: string; to: string }[] => Array.from({ length: n }, (_, i) => ({ identity: `attempt-${i}`, to: `+4930${i}` }));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('calls that a dead server left behind', () => {
  it('tells in order what became of each', async () => {
    const { asked, orphans, clock } = setUp();
    const outcomes = orphans.end(calls(2), 1_000);
    orphans.ended({ call: asked[1]!.call, outcome: 'none' });
    orphans.ended({ call: asked[0]!.call, outcome: 'ended' });
    expect(await outcomes).toEqual(['ended', 'none']);
    expect(clock.openTimers).toBe(0);
  });

  it('does not wait longer than the limit, all together', async () => {
    const { orphans, clock, asked } = setUp();
    const outcomes = orphans.end(calls(60), 1_000);
    expect(asked).toHaveLength(50);
    clock.advance(1_000);
    await turn();
    expect(asked).toHaveLength(60);
    clock.advance(0);
    expect(await outcomes).toEqual(new Array(60).fill('unknown'));
    orphans.ended({ call: asked[0]!.call, outcome: 'ended' });
    expect(clock.openTimers).toBe(0);
  });

  it('takes a refusal for not knowing', async () => {
    const { orphans, clock } = setUp(() => refused('bad-argument', 'no trunk'));
    expect(await orphans.end(calls(1), 1_000)).toEqual(['unknown']);
    expect(clock.openTimers).toBe(0);
  });

  it('are read from what was noted: several calls of a session, and the dialogs of those that were answered', () => {
    const dialog = { callId: 'c', localTag: 'l', remoteTag: 'r', remoteTarget: 'sip:x@y' };
    const facts = { answeredAt: 1, 'call.1': { identity: 'a', to: '+491', trunk: 't' }, 'call.2': { identity: 'a.2', to: '+492' }, 'dialog.2': dialog };
    expect(orphansOf(facts)).toEqual([{ identity: 'a', to: '+491', trunk: 't' }, { identity: 'a.2', to: '+492', dialog }]);
    expect(orphansOf({})).toEqual([]);
    expect(orphansOf({ 'call.1': { identity: 'a', to: '+491' }, 'dialog.1': {} })).toEqual([{ identity: 'a', to: '+491' }]);
  });
});
