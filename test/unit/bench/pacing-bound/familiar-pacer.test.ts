import { CruisePacer } from '../../../../src/core/pacing/cruise/cruise.ts';
import type { PacingState } from '../../../../src/core/pacing/pacing.ts';
import { familiarPacer } from '../../../bench/pacing-bound/familiar-pacer.ts';
import { shortDay } from '../../core/pacing/worlds.ts';

describe('a pacer that knows the floor', () => {
  test('begins its day with what it learned on another, and owes the windows nothing', () => {
    const scenario = shortDay();
    const idle: PacingState = { agents: { idle: 8, talking: [], wrapping: [] }, calls: { ringing: [], classifying: [], waiting: [] }, contactsLeft: 1000, limits: scenario.limits };
    const stranger = new CruisePacer({ promise: scenario.promise }).decide(idle, 0);
    const familiar = familiarPacer(scenario, 3, { stormRisk: Number.POSITIVE_INFINITY, leaveRisk: Number.POSITIVE_INFINITY }).decide(idle, 0);
    expect(stranger.dial).toBe(8);
    expect(familiar.dial).toBeGreaterThan(stranger.dial);
    // Three of the first hundred may be lost.
    expect(familiar.why).toContain('room 3.0');
  });
});
