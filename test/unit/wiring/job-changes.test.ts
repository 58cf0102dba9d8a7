import { changedPacing, changedSharing } from '../../../src/wiring/job-changes.ts';
import { defaultSharing } from '../../../src/core/allocation/job-sharing.ts';
import { pacerOf, pacingOptions } from '../../../src/wiring/pacers.ts';
import { instantOf, jobStart, pacingChange, sharingChange, skillReport } from '../../../src/api/job-requests.ts';

describe('a change of pacing', () => {
  it('keeps what is not named, and takes a bound away with null', () => {
    const before = { pacing: 'cruise', floor: 2, ceiling: 40 };
    expect(changedPacing(before, { ceiling: null })).toEqual({ pacing: 'cruise', floor: 2 });
    expect(changedPacing(before, { pacing: 'ratio:1.5' })).toEqual({ pacing: 'ratio:1.5', floor: 2, ceiling: 40 });
  });

  it('completes a promise of which only some is given, and lets the newest rate win', () => {
    const usual = { thresholdMs: 2_000, from: 'greetingEnd', windowMs: 86_400_000 };
    const first = changedPacing({ pacing: 'cruise' }, { promise: { targetRate: 0.02 } });
    expect(first).toEqual({ pacing: 'cruise', promise: { targetRate: 0.02, ...usual } });
    expect(pacingOptions(changedPacing(first, { pacing: 'cruise:0.01' })).promise?.targetRate).toBe(0.01);
    expect(pacingOptions(changedPacing({ pacing: 'cruise:0.01' }, { promise: { thresholdMs: 1_500 } })).promise).toEqual({ targetRate: 0.01, ...usual, thresholdMs: 1_500 });
  });

  it.each([
    [{ pacing: 'psychic' }, 'kind "psychic" is unknown'], [{ pacing: 'ratio:99' }, 'ratio 99'], [{ pacing: 'preview:0' }, 'a preview is dialled after 1 to 600 seconds'], [{ floor: 9, ceiling: 3 }, 'floor 9: above the ceiling of 3'],
    [{ pacing: 'progressive', promise: { targetRate: 0.02 } }, 'progressive promises nothing'],
  ])('refuses %j', (change, sentence) => {
    expect(() => changedPacing({ pacing: 'cruise' }, change)).toThrow(sentence);
  });

  it('refuses a window or threshold that no promise has', () => {
    const promise = { targetRate: 0.03, thresholdMs: 2_000, from: 'greetingEnd', windowMs: 86_400_000 } as const;
    expect(() => pacerOf({ pacing: 'cruise', promise: { ...promise, windowMs: 60_000 } })).toThrow('not from 1 to 24 hours');
    expect(() => pacerOf({ pacing: 'cruise', promise: { ...promise, thresholdMs: 90_000 } })).toThrow('not from 0 to 60 seconds');
  });
});

describe('a change of sharing', () => {
  it('keeps what is not named', () => {
    expect(changedSharing(defaultSharing, { priority: 9, maxAgents: 4 })).toEqual({ ...defaultSharing, priority: 9, maxAgents: 4 });
    expect(changedSharing({ ...defaultSharing, maxAgents: 4 }, { maxAgents: null })).toEqual(defaultSharing);
  });

  it('refuses a maximum below the minimum', () => {
    expect(() => changedSharing(defaultSharing, { minAgents: 5, maxAgents: 2 })).toThrow('maxAgents: 2 is below minAgents 5');
  });
});

describe('bodies of requests', () => {
  it.each([
    [() => jobStart({}), 'campaign'], [() => jobStart({ campaign: 3 }), 'campaign'], [() => jobStart({ campaign: 'spring', priority: 11 }), 'priority'], [() => jobStart({ campaign: 'spring', prio: 3 }), 'prio'],
    [() => pacingChange({ floor: -1 }), 'floor'], [() => pacingChange({ promise: { from: 'ring' } }), 'promise.from'], [() => pacingChange({ promise: { targetRate: 3 } }), 'promise.targetRate'], [() => pacingChange('cruise'), ''],
    [() => sharingChange({ allocation: 'mine' }), 'allocation'], [() => sharingChange({ minAgents: 1.5 }), 'minAgents'], [() => skillReport({ queued: 1 }), 'longestWaitMs'],
    [() => instantOf('yesterday', 'at'), 'at'], [() => instantOf(undefined, 'at'), 'at'],
  ])('name the field that is wrong: %s', (read, field) => {
    expect(read).toThrow(expect.objectContaining({ code: 'API_BAD_FIELD', place: field }));
  });

  it.each([[() => pacingChange({})], [() => sharingChange(undefined)]])('say that nothing was to be changed', (read) => {
    expect(read).toThrow('nothing to change');
  });

  it('are split into campaign, pacing and sharing', () => {
    expect(jobStart({ campaign: 'spring', pacing: 'cruise', ceiling: 9, priority: 2 })).toEqual({ campaign: 'spring', pacing: { pacing: 'cruise', ceiling: 9 }, sharing: { priority: 2 } });
    expect(instantOf('2026-11-29T14:05:00Z', 'at')).toBe(Date.UTC(2026, 10, 29, 14, 5));
  });
});
