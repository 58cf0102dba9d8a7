import { CruisePacer } from '../../../../src/core/pacing/cruise/cruise.ts';
import type { ContactClass, Pacer } from '../../../../src/core/pacing/pacing.ts';
import { simulate } from '../../../../src/core/pacing/simulation/simulate.ts';
import type { ContactTurn, Scenario } from '../../../../src/core/pacing/simulation/scenario.ts';
import { Untold } from '../../../bench/pacing-lists/untold.ts';
import { live, shortDay } from './worlds.ts';

const turn = (of: ContactClass, count: number, person: number): ContactTurn => ({ of, count, person, machine: 0.25, busy: 0.05, invalid: 0.02 });
const warm = { list: 'warm', attempt: 1 };
const cold = { list: 'cold', attempt: 1 };

function day(agents: number, hours: number, turns: readonly ContactTurn[]): Scenario {
  const durationMs = hours * 3_600_000;
  return shortDay({ durationMs, agents: [{ from: 0, to: durationMs, count: agents }], talkMs: { lognormal: { mean: 120_000, cv: 0.9 } }, wrapMs: { const: 30_000 }, limits: { maxConcurrentCalls: 40 * agents + 200, maxCallsPerSecond: agents + 20 }, turns });
}

const cruise = (scenario: Scenario): CruisePacer => new CruisePacer({ promise: scenario.promise });

describe('cruise control that is told whom it dials', () => {
  const blocks = [turn(warm, 300, 0.45), turn(cold, 300, 0.12)];

  test('turns to a list as soon as it is next, before any of it has rung', () => {
    const scenario = day(30, 2, blocks);
    const dialled = [warm, cold].map((of) => {
      const pacer = cruise(scenario);
      const now = live(pacer, scenario, 7, 3_600_000) + 1000;
      const talking = Array.from({ length: 24 }, (_, i) => 20_000 + 15_000 * i);
      return pacer.decide({ agents: { idle: 4, talking, wrapping: [5_000, 20_000] }, calls: { ringing: [], classifying: [], waiting: [], ringingOf: [] }, next: Array.from({ length: 50 }, () => of), contactsLeft: 1000, limits: scenario.limits }, now).dial;
    });
    expect(dialled[1]).toBeGreaterThanOrEqual(2 * (dialled[0] as number));
  });

  test('keeps agents busier than one that is not told, and the promise', () => {
    const scenario = day(20, 4, [turn(warm, 60, 0.45), turn(cold, 60, 0.12)]);
    for (const seed of [1, 2]) {
      const told = simulate(scenario, seed, cruise(scenario));
      const untold = simulate(scenario, seed, new Untold(cruise(scenario)));
      expect(told.occupancy).toBeGreaterThan(untold.occupancy + 0.01);
      expect(told.worst24h).toBeLessThanOrEqual(0.03);
      expect(told.worst1h).toBeLessThanOrEqual(0.06);
    }
  });

  test('keeps the promise when what it has learned of the lists turns wrong, again and again', () => {
    const scenario = day(60, 2.5, [turn(warm, 600, 0.45), turn(cold, 600, 0.12), turn(cold, 600, 0.45), turn(warm, 600, 0.12)]);
    for (const seed of [1, 2, 3]) expect(simulate(scenario, seed, cruise(scenario)).worst24h).toBeLessThanOrEqual(0.03);
  });

  test('does as well as one that is not told when the kinds do not differ', () => {
    const scenario = day(20, 4, [turn(warm, 100, 0.3), turn({ list: 'cold', attempt: 2 }, 100, 0.3)]);
    const [told, untold] = [simulate(scenario, 5, cruise(scenario)), simulate(scenario, 5, new Untold(cruise(scenario)))];
    expect(told.occupancy).toBeGreaterThan(untold.occupancy - 0.015);
    expect(told.worst24h).toBeLessThanOrEqual(0.03);
  });

  test('leaves the kinds alone when it is told whom the calls are for but not who answered', () => {
    const scenario = day(10, 2, blocks);
    const pacer = cruise(scenario);
    const forgetful: Pacer = { kind: 'cruise', observe: (facts, now) => new Untold(pacer).observe(facts, now), decide: (state, now) => pacer.decide(state, now) };
    const report = simulate(scenario, 3, forgetful);
    const untold = simulate(scenario, 3, new Untold(cruise(scenario)));
    expect(report.worst24h).toBeLessThanOrEqual(0.03);
    expect(Math.abs(report.occupancy - untold.occupancy)).toBeLessThan(0.02);
  });
});
