import { CallDraws } from '../../../../src/core/pacing/simulation/call-draws.ts';
import { clairvoyant } from '../../../../src/core/pacing/simulation/baselines/clairvoyant.ts';
import { contenders } from '../../../../src/core/pacing/simulation/baselines/contenders.ts';
import { markovOptimum } from '../../../../src/core/pacing/simulation/baselines/markov-optimum.ts';
import { EventQueue } from '../../../../src/core/pacing/simulation/event-queue.ts';
import { sampler, type Distribution } from '../../../../src/core/pacing/simulation/distribution.ts';
import { worstWindow } from '../../../../src/core/pacing/simulation/rolling-windows.ts';
import { parseScenario } from '../../../../src/core/pacing/simulation/scenario.ts';
import { simulate } from '../../../../src/core/pacing/simulation/simulate.ts';
import { RatioPacer } from '../../../../src/core/pacing/ratio.ts';
import { ProgressivePacer } from '../../../../src/core/pacing/progressive.ts';
import type { Pacer } from '../../../../src/core/pacing/pacing.ts';
import { SeededRandom } from '../../../../src/kernel/random.ts';
import { shortDay } from './worlds.ts';

describe('distributions', () => {
  test.each<[Distribution, number]>([
    [{ const: 5 }, 5], [{ exp: { mean: 40 } }, 40], [{ lognormal: { mean: 40, cv: 0.9 } }, 40], [{ gamma: { mean: 40, cv: 1.4 } }, 40], [{ gamma: { mean: 40, cv: 0.4 } }, 40],
    [{ uniform: [10, 30] }, 20], [{ empirical: [1, 2, 9] }, 4], [{ mixture: [{ w: 1, d: { const: 10 } }, { w: 3, d: { const: 20 } }] }, 17.5],
  ])('%j has its mean', (d, mean) => {
    const random = new SeededRandom(1);
    const draw = sampler(d);
    let sum = 0;
    for (let i = 0; i < 60_000; i++) sum += draw(random);
    expect(Math.abs(sum / 60_000 / mean - 1)).toBeLessThan(0.03);
  });

  test('are clipped to min and max', () => {
    const random = new SeededRandom(2);
    const draw = sampler({ exp: { mean: 40 }, min: 30, max: 50 });
    for (let i = 0; i < 500; i++) expect(draw(random)).toBeGreaterThanOrEqual(30);
    for (let i = 0; i < 500; i++) expect(draw(random)).toBeLessThanOrEqual(50);
  });
});

describe('the queue of events', () => {
  test('hands out both its lanes in one order of time, and of scheduling where times are equal', () => {
    const random = new SeededRandom(6);
    const queue = new EventQueue(2);
    const expected: { time: number; of: number }[] = [];
    let last = 0;
    for (let of = 0; of < 3000; of++) {
      const inLane = random.next() < 0.5;
      const time = inLane ? (last += Math.floor(random.next() * 3)) : Math.floor(random.next() * 4000);
      if (inLane) queue.addLast(time, of);
      else queue.add(time, 0, 0, of);
      expected.push({ time, of });
    }
    expected.sort((a, b) => a.time - b.time || a.of - b.of);
    for (const { time, of } of expected) {
      expect(queue.nextTime).toBe(time);
      queue.take();
      expect(queue.of).toBe(of);
    }
    expect(queue.nextTime).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('rolling windows', () => {
  test('count from the first moment at which they hold enough people', () => {
    const at = Array.from({ length: 120 }, (_, i) => i * 1000);
    const abandoned = at.map((_, i) => i < 5);
    expect(worstWindow({ at, abandoned }, 86_400_000, 1e9)).toBeCloseTo(0.05);
    expect(worstWindow({ at: at.slice(0, 99), abandoned }, 86_400_000, 1e9)).toBe(0);
  });

  test('see the rate rise when people served leave the window', () => {
    const at = [...Array.from({ length: 100 }, (_, i) => i), ...Array.from({ length: 100 }, (_, i) => 5000 + i)];
    const abandoned = at.map((_, i) => i >= 196);
    expect(worstWindow({ at, abandoned }, 5050, 1e6)).toBeGreaterThan(0.025);
  });
});

describe('a simulation', () => {
  const day = shortDay();

  test('gives the same figures from the same seed and others from another', () => {
    const run = (seed: number): unknown => simulate(day, seed, new ProgressivePacer());
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  test('loses nobody with one call per agent', () => {
    const report = simulate(day, 1, new ProgressivePacer());
    expect(report.abandoned).toBe(0);
    expect(report.answeredPeople).toBeGreaterThan(100);
  });

  test('connects at once whoever is judged while an agent is idle, and abandons at the deadline otherwise', () => {
    const exact = shortDay({
      durationMs: 60_000, agents: [{ from: 0, to: 60_000, count: 1 }], contacts: 2, answer: [{ from: 0, person: 1, machine: 0, busy: 0, invalid: 0 }], ringMs: { const: 5000 }, personTakenAsMachine: 0,
      talkMs: { const: 30_000 }, wrapMs: { const: 5000 },
    });
    const twoAtOnce: Pacer = { kind: 'ratio', observe: () => undefined, decide: (_state, now) => ({ dial: now === 0 ? 2 : 0, why: '' }) };
    const report = simulate(exact, 1, twoAtOnce);
    expect(report.answeredPeople).toBe(2);
    expect(report.abandoned).toBe(1);
    expect(report.occupancy).toBeCloseTo(35_000 / 60_000, 6);
  });

  test('takes an agent who becomes free exactly at the threshold as in time', () => {
    // Answers at 5 s and 4.001 s later; verdict 1 s, deadline 3 s after the answer: the agent is free at 6 + 3 = 9 s.
    const exact = shortDay({
      durationMs: 60_000, agents: [{ from: 0, to: 60_000, count: 1 }], contacts: 2, answer: [{ from: 0, person: 1, machine: 0, busy: 0, invalid: 0 }], ringMs: { const: 5000 }, personTakenAsMachine: 0,
      talkMs: { const: 1000 }, wrapMs: { const: 1000 },
    });
    const twoAtOnce: Pacer = { kind: 'ratio', observe: () => undefined, decide: (_state, now) => ({ dial: now === 0 ? 2 : 0, why: '' }) };
    expect(simulate(exact, 1, twoAtOnce).abandoned).toBe(0);
  });

  test('cuts what a limit does not allow and counts it', () => {
    const tight = shortDay({ limits: { maxConcurrentCalls: 3, maxCallsPerSecond: 1 } });
    const greedy: Pacer = { kind: 'ratio', observe: () => undefined, decide: () => ({ dial: 5, why: '' }) };
    const report = simulate(tight, 1, greedy);
    expect(report.limitHits).toBeGreaterThan(1000);
    expect(report.dials).toBeLessThanOrEqual(3601);
  });

  test('counts staffed time and lets who talks at the end of a shift finish', () => {
    const shift = shortDay({ agents: [{ from: 0, to: 1_800_000, count: 8 }] });
    const report = simulate(shift, 1, new ProgressivePacer());
    expect(report.occupancy).toBeGreaterThan(0.3);
    expect(report.occupancy).toBeLessThan(1);
  });

  test('asks the pacer after whatever happens, if it is to, also while a person waits', () => {
    const waitingSeen = (atEveryEvent: boolean): { asked: number; between: number } => {
      let [asked, between] = [0, 0];
      const pacer: Pacer = {
        kind: 'ratio', observe: () => undefined,
        decide: ({ agents, calls, contactsLeft }, now) => {
          asked += 1;
          if (now % 1000 !== 0 && calls.waiting.length > 0) between += 1;
          return { dial: Math.min(contactsLeft, Math.max(0, 3 * agents.idle - calls.ringing.length)), why: '' };
        },
      };
      simulate(shortDay(), 5, pacer, undefined, { atEveryEvent });
      return { asked, between };
    };
    const [seldom, often] = [waitingSeen(false), waitingSeen(true)];
    expect(seldom.between).toBe(0);
    expect(often.between).toBeGreaterThan(0);
    expect(often.asked).toBeGreaterThan(seldom.asked + 500);
  });

  test('draws the same contacts for two pacers', () => {
    const [a, b] = [new CallDraws(day, 4), new CallDraws(day, 4)];
    for (let i = 0; i < 50; i++) expect(a.draw(i)).toEqual(b.draw(i));
  });

  test('abandons more the more it over-dials', () => {
    const [some, many] = [1.5, 3].map((ratio) => simulate(day, 1, new RatioPacer({ ratio })));
    expect(many!.abandonRate).toBeGreaterThan(some!.abandonRate);
  });

  test('shows its floor to whoever reads it as JSON as to whoever reads its lists and counts', () => {
    let busy = 0;
    simulate(shortDay({ durationMs: 120_000 }), 1, {
      kind: 'ratio', observe: () => undefined,
      decide: (state) => {
        const { agents, calls } = state;
        busy += agents.talking.length;
        expect(JSON.parse(JSON.stringify({ agents, calls }))).toEqual({
          agents: { idle: agents.idle, talking: [...agents.talking], wrapping: [...agents.wrapping] },
          calls: { ringing: [...calls.ringing], classifying: [...calls.classifying], waiting: [...calls.waiting] },
        });
        expect([agents.talkingCount, agents.wrappingCount, calls.outCount]).toEqual([agents.talking.length, agents.wrapping.length, calls.ringing.length + calls.classifying.length + calls.waiting.length]);
        return { dial: 1, why: '' };
      },
    });
    expect(busy).toBeGreaterThan(0);
  });
});

describe('contacts that differ', () => {
  const share = { machine: 0, busy: 0, invalid: 0 };
  const turns = [{ of: { list: 'yes' }, count: 2, person: 1, ...share }, { of: { list: 'no', attempt: 2 }, count: 3, person: 0, ...share }];

  test('are dialled in turn, each with the shares of its kind, and told with what becomes of them', () => {
    const scenario = shortDay({ durationMs: 60_000, agents: [{ from: 0, to: 60_000, count: 9 }], contacts: 8, personTakenAsMachine: 0, turns });
    const known: string[] = [];
    const ringing: string[] = [];
    const facts: string[] = [];
    const all: Pacer = {
      kind: 'ratio',
      observe: (seen) => void facts.push(...seen.flatMap((f) => ('of' in f && f.of !== undefined ? [`${f.what} ${f.of.list}`] : []))),
      decide: (state, now) => {
        if (now === 0) known.push(...(state.next ?? []).map(({ list }) => String(list)));
        if (now === 1000) ringing.push(...(state.calls.ringingOf ?? []).map(({ list }) => String(list)));
        return { dial: now === 0 ? 8 : 0, why: '' };
      },
    };
    simulate(scenario, 1, all);
    expect(known).toEqual(['yes', 'yes', 'no', 'no', 'no', 'yes', 'yes', 'no']);
    expect(ringing).toEqual(known);
    expect(facts.filter((f) => f === 'person yes')).toHaveLength(4);
    expect(facts.filter((f) => f === 'noanswer no')).toHaveLength(4);
    expect(facts.filter((f) => f.endsWith('no') && !f.startsWith('noanswer'))).toEqual([]);
  });

  test('tell nothing where the scenario does not', () => {
    const states: unknown[] = [];
    simulate(shortDay({ durationMs: 2000 }), 1, { kind: 'ratio', observe: () => undefined, decide: (state) => ({ dial: states.push(state.calls.ringingOf), why: '' }) });
    expect(states.every((of) => of === undefined)).toBe(true);
  });

  test.each([
    [{ turns: [] }, 'turns: not a list'], [{ turns: [{ ...turns[0], count: 0 }] }, 'turns[0].count'], [{ turns: [{ ...turns[0], of: 'warm' }] }, 'turns[0].of'],
    [{ turns: [turns[0], { ...turns[1], of: { attempt: 0 } }] }, 'turns[1].of.attempt'], [{ turns: [{ ...turns[0], of: { hour: 24 } }] }, 'turns[0].of.hour'], [{ turns: [{ ...turns[0], person: 2 }] }, 'turns[0].person'],
  ])('are refused with the name of the field: %j', (over, field) => {
    expect(String(parseScenario({ ...shortDay(), ...over })).startsWith(field)).toBe(true);
  });
});

describe('the baselines', () => {
  test.each(contenders.filter((c) => c.foresight !== true).map((c) => [c.name, c] as const))('%s dials and connects', (_name, contender) => {
    expect(contender.run(shortDay({ durationMs: 1_200_000 }), 1).answeredPeople).toBeGreaterThan(20);
    expect(contender.source).toMatch(/\w/);
  });

  test('the clairvoyant keeps nearly everybody busy and loses next to nobody', () => {
    const report = clairvoyant(shortDay(), 1);
    expect(report.occupancy).toBeGreaterThan(0.95);
    expect(report.abandonRate).toBeLessThan(0.01);
  });

  test('the constrained optimum spends the promise and grows with the number of agents', () => {
    const cell = { person: 0.3, ringMs: 9500, busyMs: 150_000, waitMs: 2000, targetRate: 0.03 };
    const [two, four] = [2, 4].map((agents) => markovOptimum({ ...cell, agents }));
    expect(two!.abandonRate).toBeCloseTo(0.03, 3);
    expect(four!.occupancy).toBeGreaterThan(two!.occupancy);
    expect(four!.occupancy).toBeLessThan(0.9);
  });
});

describe('a scenario', () => {
  test('is read as it stands', () => {
    expect(parseScenario(JSON.parse(JSON.stringify(shortDay())))).toEqual(shortDay());
  });

  test.each([
    [{ durationMs: 'long' }, 'durationMs'], [{ ringMs: { gamma: { mean: 5 } } }, 'ringMs.gamma.cv'], [{ answer: [{ from: 0, person: 2, machine: 0, busy: 0, invalid: 0 }] }, 'answer[0].person'],
    [{ talkMs: [{ from: 0, d: {} }] }, 'talkMs[0].d'], [{ promise: {} }, 'promise.targetRate'], [{ limits: { maxConcurrentCalls: 1 } }, 'limits.maxCallsPerSecond'],
  ])('is refused with the name of the field: %j', (over, field) => {
    expect(String(parseScenario({ ...shortDay(), ...over })).startsWith(field)).toBe(true);
  });
});
