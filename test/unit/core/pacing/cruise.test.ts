import { AbandonmentPrice, type WorkingDay } from '../../../../src/core/pacing/cruise/abandonment-price.ts';
import { AnswerEstimate } from '../../../../src/core/pacing/cruise/answer-estimate.ts';
import { ArrivalProfile } from '../../../../src/core/pacing/cruise/arrival-profile.ts';
import { cruiseTuning } from '../../../../src/core/pacing/cruise/cruise-tuning.ts';
import { expectedExcess } from '../../../../src/core/pacing/cruise/crowd.ts';
import { mostDials } from '../../../../src/core/pacing/cruise/dial-search.ts';
import { CruisePacer } from '../../../../src/core/pacing/cruise/cruise.ts';
import { FreeingProfile } from '../../../../src/core/pacing/cruise/freeing-profile.ts';
import { LateVerdicts } from '../../../../src/core/pacing/cruise/late-verdicts.ts';
import { DurationHazard } from '../../../../src/core/pacing/cruise/duration-hazard.ts';
import { LookAhead, steps } from '../../../../src/core/pacing/cruise/look-ahead.ts';
import { Outlook } from '../../../../src/core/pacing/cruise/outlook.ts';
import { defaultPromise, type PacingState } from '../../../../src/core/pacing/pacing.ts';
import { simulate } from '../../../../src/core/pacing/simulation/simulate.ts';
import { SeededRandom } from '../../../../src/kernel/random.ts';
import { live, shortDay } from './worlds.ts';

const idleFloor = (idle: number): PacingState => ({
  agents: { idle, talking: [], wrapping: [] }, calls: { ringing: [], classifying: [], waiting: [] }, contactsLeft: 1000, limits: { maxConcurrentCalls: 1000, maxCallsPerSecond: 1000 },
});

describe('cruise control', () => {
  test('starts with one call per idle agent while it knows nothing', () => {
    expect(new CruisePacer({ promise: defaultPromise }).decide(idleFloor(10), 0).dial).toBe(10);
  });

  test('learns the answer share and the talk within half an hour', () => {
    const pacer = new CruisePacer({ promise: defaultPromise });
    live(pacer, shortDay(), 1, 1_800_000);
    const { answerShare, personShare, talkMs } = pacer.beliefs;
    expect(answerShare * personShare).toBeGreaterThan(0.22);
    expect(answerShare * personShare).toBeLessThan(0.4);
    expect(talkMs).toBeGreaterThan(42_000);
    expect(talkMs).toBeLessThan(80_000);
  });

  test('keeps agents busier than one call per agent, and keeps the promise', () => {
    const report = simulate(shortDay({ durationMs: 7_200_000, agents: [{ from: 0, to: 7_200_000, count: 8 }] }), 2, new CruisePacer({ promise: defaultPromise }));
    expect(report.occupancy).toBeGreaterThan(0.68);
    expect(report.worst24h).toBeLessThanOrEqual(0.03);
    expect(report.limitHits).toBe(0);
  });

  test('risks nobody once its ledger says that the windows bear no more', () => {
    const history = [{ ageMs: 3_000_000, answered: 200, abandoned: 6 }];
    const pacer = new CruisePacer({ promise: defaultPromise, history });
    const fresh = new CruisePacer({ promise: defaultPromise });
    const report = simulate(shortDay({ durationMs: 1_200_000 }), 5, pacer);
    expect(report.abandoned).toBe(0);
    expect(pacer.ledger.room(1)).toBeGreaterThan(0);
    expect(simulate(shortDay({ durationMs: 1_200_000 }), 5, fresh).occupancy).toBeGreaterThan(report.occupancy);
  });

  test('keeps the promise when all idle agents go to lunch at once', () => {
    const agents = [{ from: 0, to: 2_400_000, count: 12 }, { from: 2_400_000, to: 3_600_000, count: 3 }, { from: 3_600_000, to: 5_400_000, count: 12 }];
    for (const seed of [31, 32, 33]) expect(simulate(shortDay({ durationMs: 5_400_000, agents }), seed, new CruisePacer({ promise: defaultPromise })).worst24h).toBeLessThanOrEqual(0.03);
  });

  test('believes that a call may be answered that rings longer than any before', () => {
    const pacer = new CruisePacer({ promise: defaultPromise });
    const facts = Array.from({ length: 12 }, () => ({ what: 'answered', ringMs: 5000 }) as const);
    pacer.observe(facts, 60_000);
    const late = pacer.decide({ ...idleFloor(0), agents: { idle: 0, talking: [30_000, 30_000], wrapping: [] }, calls: { ringing: [20_000], classifying: [], waiting: [] } }, 60_000);
    expect(Number(/idle, ([\d.]+) people due/u.exec(late.why)?.[1])).toBeGreaterThan(0);
  });

  test('dials nothing when nobody is staffed', () => {
    expect(new CruisePacer({ promise: defaultPromise }).decide(idleFloor(0), 0)).toEqual({ dial: 0, why: 'nobody is staffed' });
  });

  test('keeps the promise when a list becomes four times as good in one moment', () => {
    const scenario = shortDay({ durationMs: 5_400_000, agents: [{ from: 0, to: 5_400_000, count: 15 }], answer: [{ from: 0, person: 0.12, machine: 0.25, busy: 0.05, invalid: 0.02 }, { from: 3_600_000, person: 0.48, machine: 0.25, busy: 0.05, invalid: 0.02 }] });
    for (const seed of [1, 2, 3]) expect(simulate(scenario, seed, new CruisePacer({ promise: defaultPromise })).worst24h).toBeLessThanOrEqual(0.03);
  });
});

describe('cruise control on a large floor', () => {
  test('knows what it pays for when hundreds of calls are answered sooner than it expected', () => {
    const pacer = new CruisePacer({ promise: defaultPromise });
    const early = shortDay({ agents: [{ from: 0, to: 3_600_000, count: 500 }], ringMs: { const: 1800 }, limits: { maxConcurrentCalls: 20_000, maxCallsPerSecond: 520 } });
    live(pacer, early, 1, 20_000);
    const { answerShare, personShare, price, honesty } = pacer.beliefs;
    for (const belief of [answerShare, personShare, price, honesty]) expect(Number.isFinite(belief)).toBe(true);
    expect(answerShare).toBeLessThanOrEqual(1);
  });

  test('keeps 94 in a hundred of 300 agents busy, and the promise', () => {
    const report = simulate(shortDay({ durationMs: 1_800_000, agents: [{ from: 0, to: 1_800_000, count: 300 }], limits: { maxConcurrentCalls: 12_000, maxCallsPerSecond: 320 } }), 3, new CruisePacer({ promise: defaultPromise }));
    expect(report.occupancy).toBeGreaterThan(0.94);
    expect(report.worst24h).toBeLessThanOrEqual(0.03);
  });
});

describe('the outlook', () => {
  const answer = new AnswerEstimate();
  const [talk, wrap] = [new DurationHazard({ priorMeanMs: 120_000, memory: 1500 }), new DurationHazard({ priorMeanMs: 25_000, memory: 1500 })];
  const ahead = new LookAhead();
  const outlook = new Outlook({ answer, arriving: new ArrivalProfile(answer), freeing: new FreeingProfile(talk, wrap), ahead, tuning: cruiseTuning });
  const sum = (values: Float64Array): number => values.reduce((all, v) => all + v, 0);
  const out = (ringing: readonly number[], classifying: readonly number[]): PacingState => ({ ...idleFloor(2), calls: { ringing, classifying, waiting: [] } });

  test('takes it that in a storm up to three times as many answer, and each call once', () => {
    outlook.look(out([1000, 4000, 9000, 9000], [500, 500]), 60_000, 1);
    outlook.lookAtStorm();
    expect(sum(ahead.feared)).toBeGreaterThan(1.25 * sum(ahead.arrivals));
    expect(sum(ahead.feared)).toBeLessThan(Math.min(6, 3 * sum(ahead.arrivals)));
    expect(ahead.fearedMean).toBeCloseTo(sum(ahead.feared), 6);
    expect(sum(ahead.fearedFresh)).toBeCloseTo(1 - (1 - sum(ahead.fresh)) ** 3, 6);
  });

  test('forgets what rang at the look before, and looks at a storm once however often it is asked', () => {
    outlook.look(out([2000], []), 61_000, 1);
    outlook.lookAtStorm();
    const once = sum(ahead.feared);
    outlook.lookAtStorm();
    expect(sum(ahead.feared)).toBe(once);
    expect(once).toBeLessThanOrEqual(1);
    expect(ahead.fearedMean).toBeCloseTo(once, 6);
  });
});

describe('the price of an abandonment', () => {
  const price = (): AbandonmentPrice => new AbandonmentPrice(cruiseTuning, 0.03);
  const day = (peopleToCome: number): WorkingDay => ({ staff: 20, people: 3500, peopleToCome });

  test('rises with the room that the windows have', () => {
    const at = [0, 1, 3, 8, 20].map((room) => price().at(room, room, day(1000)));
    for (let i = 1; i < at.length; i++) expect(at[i]).toBeGreaterThan(at[i - 1] as number);
  });

  test('rises towards the end of the day, when the room that is left will not be needed', () => {
    const few = { staff: 5, people: 800 };
    expect(price().at(3, 20, { ...few, peopleToCome: 50 })).toBeGreaterThan(price().at(3, 20, { ...few, peopleToCome: 750 }));
  });

  test('falls when a brief window is nearly full, however much the day still bears', () => {
    expect(price().at(20, 0.5, day(1000))).toBeLessThan(price().at(20, 20, day(1000)) / 2);
    expect(price().at(20, 9, day(1000))).toBe(price().at(20, 20, day(1000)));
  });

  test('climbs while the room stays above the reserve and falls while it stays below', () => {
    const [plenty, short] = [price(), price()];
    for (let i = 0; i < 2000; i++) {
      plenty.at(20, 20, day(1000));
      plenty.bought(1);
      short.at(1, 1, day(1000));
      short.bought(1);
    }
    expect(plenty.base).toBeGreaterThan(1.5 * cruiseTuning.firstPrice);
    expect(short.base).toBeLessThan(cruiseTuning.firstPrice / 1.5);
  });
});

describe('people whom no way of dialling saves', () => {
  test('want no margin while there are next to none', () => {
    const late = new LateVerdicts(0.03);
    late.saw(500, 0);
    expect(late.margin).toBe(0);
  });

  test('want the margin at which a walk of gains and losses hardly ever crosses 0', () => {
    const late = new LateVerdicts(0.03);
    late.saw(2000, 30);
    const random = new SeededRandom(21);
    let crossed = 0;
    const walks = 4000;
    for (let w = 0; w < walks; w++) {
      let room = 1 + late.margin;
      for (let n = 0; n < 2000 && room >= 0; n++) room += 0.03 - (random.next() < 0.015 ? 1 : 0);
      if (room < 0) crossed += 1;
    }
    expect(late.margin).toBeGreaterThan(1);
    expect(crossed / walks).toBeLessThan(0.013);
  });

  test('are told from those who found nobody', () => {
    const slow = shortDay({ durationMs: 7_200_000, promise: { ...defaultPromise, from: 'answer' }, verdictMs: { mixture: [{ w: 0.985, d: { const: 800 } }, { w: 0.015, d: { const: 2300 } }] } });
    const pacer = new CruisePacer({ promise: slow.promise });
    live(pacer, slow, 3, 7_200_000);
    expect(pacer.beliefs.lateShare).toBeGreaterThan(0.005);
    expect(pacer.beliefs.lateShare).toBeLessThan(0.03);
    const prompt = new CruisePacer({ promise: defaultPromise });
    live(prompt, shortDay({ durationMs: 7_200_000 }), 3, 7_200_000);
    expect(prompt.beliefs.lateShare).toBeLessThan(0.002);
  });
});

describe('the search for dials', () => {
  test.each([1, 2, 3, 7, 8, 40])('finds the last of %i that is allowed, and asks for no more than may be', (last) => {
    for (const near of [0, 1, 3, 16, 1000]) {
      expect(mostDials(last + 5, 20, near, (k) => k <= last)).toBe(last);
      expect(mostDials(last, 20, near, () => true)).toBe(last);
      expect(mostDials(last, 20, near, () => false)).toBe(0);
    }
  });

  test.each([0, 1, 17, 90, 400])('that begins near %i ends where one from the beginning does, among many dials too', (near) => {
    for (let last = 1; last < 300; last++) expect(mostDials(250, 3, near, (k) => k <= last)).toBe(mostDials(250, 3, 0, (k) => k <= last));
  });
});

describe('the excess of a crowd', () => {
  test('is what is drawn, or up to a fifth more: it errs on the safe side', () => {
    const steps = 16;
    const random = new SeededRandom(8);
    const poisson = (mean: number): number => {
      let n = -1;
      for (let product = 1; product > Math.exp(-mean); product *= 1 - random.next()) n += 1;
      return n;
    };
    for (const free of [0, 4, 9]) {
      let lost = 0;
      const days = 20_000;
      for (let day = 0; day < days; day++) {
        let sum = 0;
        let most = 0;
        for (let j = 0; j < steps; j++) {
          sum += poisson(2.2) - poisson(2);
          most = Math.max(most, sum - free);
        }
        lost += most;
      }
      const come = { mean: new Float64Array(steps).fill(2.2), variance: new Float64Array(steps).fill(2.2) };
      const go = { mean: new Float64Array(steps).fill(2), variance: new Float64Array(steps).fill(2) };
      const excess = expectedExcess(free, come, go);
      expect(excess).toBeGreaterThan(0.98 * (lost / days));
      expect(excess).toBeLessThan(1.2 * (lost / days));
    }
  });
});

describe('the hazard of durations', () => {
  test('agrees with the share that in fact lasts longer, also when most talks are still running', () => {
    const random = new SeededRandom(3);
    const hazard = new DurationHazard({ priorMeanMs: 120_000, memory: 5000 });
    const running: number[] = [];
    for (let i = 0; i < 3000; i++) {
      const length = -90_000 * Math.log(1 - random.next());
      const looked = 60_000;
      if (length > looked) running.push(looked);
      else hazard.ended(length);
    }
    hazard.refresh(running);
    for (const ms of [10_000, 30_000, 55_000]) expect(Math.abs(hazard.survival(ms) - Math.exp(-ms / 90_000))).toBeLessThan(0.06);
  });
});

describe('the look-ahead', () => {
  const set = (free: number, calls: number, chance: number): LookAhead => {
    const ahead = new LookAhead();
    ahead.clear();
    ahead.free = free;
    ahead.freshChance = chance;
    ahead.addCalls(calls, chance);
    const inStorm = 1 - (1 - chance) ** 2;
    ahead.addFeared(calls, inStorm);
    ahead.fearedChance = inStorm;
    for (let j = 0; j < steps; j++) {
      ahead.arrivals[j] = (calls * chance) / steps;
      ahead.fresh[j] = chance / steps;
      ahead.feared[j] = (calls * inStorm) / steps;
      ahead.fearedFresh[j] = inStorm / steps;
    }
    ahead.prepare();
    return ahead;
  };

  test('sees nobody lost while there is an agent for every call', () => {
    expect(set(3, 3, 0.4).abandoned(0)).toBe(0);
  });

  test('is exact for two calls and one agent: both answer', () => {
    expect(set(1, 2, 0.3).abandoned(0)).toBeCloseTo(0.09, 6);
    expect(set(1, 1, 0.3).abandoned(1)).toBeCloseTo(0.09, 6);
  });

  test('agrees with the binomial for many calls and no agent becoming free', () => {
    let expected = 0;
    let chance = 0.7 ** 40;
    for (let n = 0; n <= 40; n++) {
      expected += chance * Math.max(0, n - 14);
      chance *= ((40 - n) / (n + 1)) * (0.3 / 0.7);
    }
    expect(Math.abs(set(14, 40, 0.3).abandoned(0) / expected - 1)).toBeLessThan(0.15);
  });

  test('counts those who find nobody when the idle agents go home, and in a storm', () => {
    const ahead = set(4, 12, 0.3);
    expect(ahead.deserted(0, 0, 0.5)).toBeGreaterThan(3.4);
    expect(ahead.deserted(0, 0, 0.5)).toBeLessThan(3.9);
    expect(ahead.deserted(8, 0, 0.5)).toBeLessThan(0.1);
    // Of 12 calls that answer with 0.51, beyond four agents: the binomial.
    let expected = 0;
    let chance = 0.49 ** 12;
    for (let n = 0; n <= 12; n++) {
      expected += chance * Math.max(0, n - 4);
      chance *= ((12 - n) / (n + 1)) * (0.51 / 0.49);
    }
    expect(Math.abs(ahead.stressed(0, 0) / expected - 1)).toBeLessThan(0.05);
    expect(ahead.stressed(0, 4)).toBeGreaterThan(ahead.stressed(0, 0) + 1.5);
  });

  test('knows that a call brings one person at most, whatever the storm', () => {
    // Counted thrice each, they would be seven beyond the four that may be lost.
    const ahead = set(0, 4, 0.9);
    expect(ahead.stressed(4, 0)).toBeLessThan(0.5);
    expect(ahead.stressed(3, 0)).toBeGreaterThan(0.8);
  });

  test('never makes an abandonment likelier when more may be borne', () => {
    const ahead = set(2, 6, 0.3);
    expect(ahead.exceeding(1, 0)).toBeLessThanOrEqual(ahead.abandoned(0));
    expect(ahead.exceeding(2, 0)).toBeLessThanOrEqual(ahead.exceeding(1, 0));
  });
});

test('answers that come sooner than any before, of nearly every dial, leave the estimate and the price numbers', () => {
  const scenario = shortDay({
    durationMs: 60_000, agents: [{ from: 0, to: 60_000, count: 2 }, { from: 20_000, to: 60_000, count: 3 }],
    answer: [{ from: 0, person: 0.7, machine: 0.1, busy: 0.2, invalid: 0 }], ringMs: { uniform: [250, 1_400] }, busyMs: { const: 100 }, verdictMs: { uniform: [1_500, 3_000] }, talkMs: { uniform: [1_000, 2_500] }, wrapMs: { uniform: [200, 500] },
  });
  for (const seed of [7, 8, 9, 10, 11]) {
    const pacer = new CruisePacer({ promise: scenario.promise });
    live(pacer, scenario, seed, 60_000);
    const { answerShare, personShare, price } = pacer.beliefs;
    expect([answerShare, personShare, price].every((value) => value > 0 && value <= 1)).toBe(true);
  }
});
