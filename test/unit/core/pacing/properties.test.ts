import { createPacer } from '../../../../src/core/pacing/create-pacer.ts';
import type { Pacer, PacingOptions, PacingState } from '../../../../src/core/pacing/pacing.ts';
import { Simulation } from '../../../../src/core/pacing/simulation/simulation.ts';
import { SeededRandom } from '../../../../src/kernel/random.ts';
import { anyState, live, shortDay } from './worlds.ts';

const kinds: readonly PacingOptions[] = [{ kind: 'manual' }, { kind: 'preview' }, { kind: 'progressive' }, { kind: 'progressive', ratio: 1.5 }, { kind: 'ratio', ratio: 2 }, { kind: 'ratio', ratio: 1, watch: 'update', minHitRate: 0.2 }, { kind: 'ratio', ratio: 1.2, watch: 'work', minHitRate: 0.2 },
  { kind: 'rate', rate: { count: 30, perMs: 1000 } }, { kind: 'skill', skill: { measure: 'queue', keep: 6 } }, { kind: 'skill', skill: { measure: 'waitMs', keep: 8000 } }, { kind: 'skill', skill: { measure: 'freeAgents', keep: 1 } }, { kind: 'cruise' }];

function made(options: PacingOptions): Pacer {
  const pacer = createPacer(options);
  if (typeof pacer === 'string') throw new Error(pacer);
  return pacer;
}

const outOf = (state: PacingState): number => state.calls.ringing.length + state.calls.classifying.length + state.calls.waiting.length;

describe.each(kinds.map((options) => [`${options.kind}${options.ratio === undefined ? '' : `:${options.ratio}`}${options.watch === undefined ? '' : `:${options.watch}`}${options.skill === undefined ? '' : `:${options.skill.measure}`}`, options] as const))('the pacer %s', (_name, options) => {
  test('never dials past the ceiling, the lines, the calls a second or the contacts, whatever it has seen', () => {
    const random = new SeededRandom(11);
    const pacer = made(options);
    let now = live(pacer, shortDay(), 3, 600_000);
    const recent: { at: number; dial: number }[] = [];
    let dialled = 0;
    now += 1000;
    for (let i = 0; i < 1500; i++) {
      now += Math.floor(random.next() * 900);
      const state = anyState(random, { maxConcurrentCalls: 10 + Math.floor(random.next() * 60), maxCallsPerSecond: 7, ...(random.next() < 0.4 ? { ceiling: Math.floor(random.next() * 30) } : {}), ...(random.next() < 0.3 ? { floor: 5 } : {}) });
      const { dial } = pacer.decide(state, now);
      expect(Number.isInteger(dial) && dial >= 0).toBe(true);
      if (dial > 0) {
        expect(outOf(state) + state.agents.talking.length + dial).toBeLessThanOrEqual(state.limits.maxConcurrentCalls);
        expect(outOf(state) + dial).toBeLessThanOrEqual(state.limits.ceiling ?? Infinity);
        expect(dial).toBeLessThanOrEqual(state.contactsLeft);
      }
      if (state.contactsLeft === 0) expect(dial).toBe(0);
      dialled += dial;
      recent.push({ at: now, dial });
      expect(recent.filter((r) => r.at > now - 1000).reduce((sum, r) => sum + r.dial, 0)).toBeLessThanOrEqual(7);
    }
    // Whoever never dials keeps every limit.
    if (options.kind === 'manual') expect(dialled).toBe(0);
    else expect(dialled).toBeGreaterThan(50);
  });

  test('never dials fewer when one more agent is idle and all else is equal', () => {
    const random = new SeededRandom(5);
    for (let i = 0; i < 24; i++) {
      // Two of one past, so that what they believe is the same.
      const [one, other] = [made(options), made(options)];
      const now = live(one, shortDay(), 4 + i, 200_000 + 10_000 * i) + 2000;
      live(other, shortDay(), 4 + i, 200_000 + 10_000 * i);
      const state = anyState(random, { maxConcurrentCalls: 500, maxCallsPerSecond: 100 });
      const more = { ...state, agents: { ...state.agents, idle: state.agents.idle + 1 } };
      expect(other.decide(more, now).dial).toBeGreaterThanOrEqual(one.decide(state, now).dial);
    }
  });

  test('decides the same from the same facts, and nothing of the future changes a decision', () => {
    const trace = (seed: number, step: number): string[] => {
      const scenario = shortDay({ answer: [{ from: 0, person: 0.3, machine: 0.2, busy: 0, invalid: 0 }, { from: step, person: 0.9, machine: 0, busy: 0, invalid: 0 }] });
      const pacer = made(options);
      const run = new Simulation(scenario, seed).run();
      const out: string[] = [];
      let at = run.next(0);
      while (at.done !== true && at.value.now < 900_000) {
        pacer.observe(at.value.facts, at.value.now);
        const decision = pacer.decide(at.value.state, at.value.now);
        out.push(`${at.value.now} ${decision.dial} ${decision.why}`);
        at = run.next(decision.dial);
      }
      return out;
    };
    expect(trace(9, 900_000)).toEqual(trace(9, 900_000));
    expect(trace(9, 900_000)).toEqual(trace(9, 3_000_000));
  });
});
