import { createPacer } from '../../../../src/core/pacing/create-pacer.ts';
import { pacingOfText } from '../../../../src/core/pacing/pacing-text.ts';
import { simulate } from '../../../../src/core/pacing/simulation/simulate.ts';
import { shortDay } from './worlds.ts';
import type { Pacer, PacingFact, PacingState } from '../../../../src/core/pacing/pacing.ts';

function pacer(text: string): Pacer {
  const options = pacingOfText(text);
  const made = typeof options === 'string' ? options : createPacer(options);
  if (typeof made === 'string') throw new Error(made);
  return made;
}

function state(more: { idle?: number; talking?: number[]; wrapping?: number[]; ringing?: number; lines?: number; perSecond?: number; floor?: number; ceiling?: number; contacts?: number; skill?: PacingState['skill'] } = {}): PacingState {
  return {
    agents: { idle: more.idle ?? 0, talking: more.talking ?? [], wrapping: more.wrapping ?? [] },
    calls: { ringing: new Array<number>(more.ringing ?? 0).fill(1_000), classifying: [], waiting: [] },
    contactsLeft: more.contacts ?? 1_000,
    limits: {
      maxConcurrentCalls: more.lines ?? 1_000, maxCallsPerSecond: more.perSecond ?? 1_000,
      ...(more.floor === undefined ? {} : { floor: more.floor }), ...(more.ceiling === undefined ? {} : { ceiling: more.ceiling }),
    },
    ...(more.skill === undefined ? {} : { skill: more.skill }),
  };
}

const many = (n: number, ...facts: PacingFact[]): PacingFact[] => Array.from({ length: n }, () => facts).flat();

describe('kinds of pacing', () => {
  test('manual never dials', () => {
    expect(pacer('manual').decide(state({ idle: 9, floor: 5 }), 0).dial).toBe(0);
  });

  test('preview asks for one contact for each idle agent who has none', () => {
    expect(pacer('preview:20').decide(state({ idle: 5, ringing: 2 }), 0).dial).toBe(3);
  });

  test('progressive makes one call for each idle agent, times its over-dial', () => {
    expect(pacer('progressive').decide(state({ idle: 5, ringing: 2, talking: [1_000], wrapping: [1_000] }), 0).dial).toBe(3);
    expect(pacer('progressive:1.5').decide(state({ idle: 4 }), 0).dial).toBe(6);
  });

  test('rate keeps its number per second, minute and hour, evenly, and within the ports', () => {
    for (const [text, perHour] of [['rate:2/s', 7_200], ['rate:120/m', 7_200], ['rate:720/h', 720]] as const) {
      const each = pacer(text);
      let dialled = 0;
      let mostInASecond = 0;
      for (let second = 0; second < 3_600; second++) {
        const { dial } = each.decide(state(), second * 1_000);
        dialled += dial;
        mostInASecond = Math.max(mostInASecond, dial);
      }
      expect(Math.abs(dialled - perHour)).toBeLessThanOrEqual(2);
      expect(mostInASecond).toBeLessThanOrEqual(Math.ceil(perHour / 3_600) + 1);
    }
    expect(pacer('rate:50').decide(state({ lines: 10, ringing: 9 }), 0).dial).toBe(1);
  });

  test('rate does not make up for a full trunk by a burst', () => {
    const each = pacer('rate:5');
    for (let second = 0; second < 60; second++) each.decide(state({ lines: 0 }), second * 1_000);
    expect(each.decide(state(), 60_000).dial).toBeLessThanOrEqual(10);
  });

  test('skill follows the queue, the wait or the free agents of the inbound skill, and stops without its figures', () => {
    const figures = { queued: 2, longestWaitMs: 4_000, freeAgents: 6 };
    expect(pacer('skill:sales:queue:5').decide(state({ skill: figures, ringing: 1 }), 0).dial).toBe(2);
    expect(pacer('skill:sales:freeAgents:2').decide(state({ skill: figures }), 0).dial).toBe(4);
    expect(pacer('skill:sales:waitMs:5000').decide(state({ skill: figures }), 0).dial).toBe(1);
    expect(pacer('skill:sales:waitMs:3000').decide(state({ skill: figures }), 0).dial).toBe(0);
    expect(pacer('skill:sales:queue:5').decide(state(), 0)).toEqual({ dial: 0, why: 'no figures of the inbound skill' });
  });
});

describe('expert call ratio', () => {
  const learned = many(600, { what: 'answered', ringMs: 9_000 }, { what: 'person', verdictMs: 1_000 }, { what: 'noanswer' }, { what: 'noanswer' }, { what: 'noanswer' }, { what: 'talkEnded', talkMs: 100_000 }, { what: 'wrapEnded', wrapMs: 20_000 });

  test('a plain ratio looks at idle agents alone', () => {
    const each = pacer('ratio:2');
    each.observe(learned, 0);
    expect(each.decide(state({ idle: 3, wrapping: [19_000], talking: [99_000] }), 0).dial).toBe(6);
  });

  test('update counts those whose wrap-up is due by the time that a dial brings a person', () => {
    const each = pacer('ratio:1:update');
    each.observe(learned, 0);
    // A quarter of the dials bring a person; 10 s from the dial to the verdict.
    const { dial, why } = each.decide(state({ idle: 1, wrapping: [19_000, 2_000], talking: [119_000] }), 0);
    expect(why).toContain('1 idle, 1 wrapping up and 0 talking due in 10 s');
    expect([8, 9]).toContain(dial);
  });

  test('work counts those who talk, too, when talk and wrap-up are due', () => {
    const each = pacer('ratio:1:work');
    each.observe(many(600, { what: 'answered', ringMs: 24_000 }, { what: 'person', verdictMs: 1_000 }, { what: 'noanswer' }, { what: 'talkEnded', talkMs: 100_000 }, { what: 'wrapEnded', wrapMs: 20_000 }), 0);
    const { dial, why } = each.decide(state({ idle: 0, talking: [98_000, 10_000] }), 0);
    expect(why).toContain('0 idle, 0 wrapping up and 1 talking due in 25 s');
    expect([2, 3]).toContain(dial);
  });

  test('the hit rate is never taken below the least, so that a bad list does not flood the lines', () => {
    const bad = many(600, { what: 'noanswer' });
    const careful = pacer('ratio:1:update:0.25');
    const bold = pacer('ratio:1:update:0.02');
    for (const each of [careful, bold]) each.observe(bad, 0);
    expect(careful.decide(state({ idle: 2 }), 0).dial).toBe(8);
    expect(bold.decide(state({ idle: 2 }), 0).dial).toBeGreaterThan(50);
  });
});

describe('a supervisor’s floor and ceiling', () => {
  test.each(['preview', 'progressive', 'ratio:3', 'cruise', 'rate:40'])('hold %s', (text) => {
    const low = pacer(text);
    expect(low.decide(state({ idle: 1, floor: 6 }), 0).dial).toBeGreaterThanOrEqual(text === 'rate:40' ? 1 : 6);
    const high = pacer(text).decide(state({ idle: 30, ringing: 2, ceiling: 5 }), 0);
    expect(high.dial).toBeLessThanOrEqual(3);
    const reason = pacer('ratio:3').decide(state({ idle: 30, ringing: 2, ceiling: 5 }), 0).why;
    expect(reason).toContain('the ceiling of 5');
  });

  test('give way to lines and contacts', () => {
    expect(pacer('progressive').decide(state({ idle: 1, floor: 50, lines: 20 }), 0).dial).toBe(20);
    expect(pacer('progressive').decide(state({ idle: 1, floor: 50, contacts: 7 }), 0).dial).toBe(7);
  });
});

describe('a campaign whose budget is used up', () => {
  type History = readonly { readonly ageMs: number; readonly answered: number; readonly abandoned: number }[];
  const halfAnHour = shortDay({ durationMs: 1_800_000, agents: [{ from: 0, to: 1_800_000, count: 8 }] });
  /** Half an hour of eight agents, with what the campaign spent before. */
  const run = (history: History): { abandoned: number; occupancy: number; whys: readonly string[] } => {
    const made = createPacer({ kind: 'cruise', history, now: 0 });
    if (typeof made === 'string') throw new Error(made);
    const whys: string[] = [];
    const { abandoned, occupancy } = simulate(halfAnHour, 3, made, (s) => whys.push(s.why));
    return { abandoned, occupancy, whys };
  };
  const progressive = simulate(halfAnHour, 3, pacer('progressive'));

  test('is dialled ahead of free agents as long as every window has room', () => {
    const { abandoned, occupancy } = run([{ ageMs: 3_600_000, answered: 3_000, abandoned: 15 }]);
    expect(abandoned).toBeGreaterThan(0);
    expect(occupancy).toBeGreaterThan(progressive.occupancy + 0.03);
  });

  test.each([
    ['24 hours', [{ ageMs: 8 * 3_600_000, answered: 5_000, abandoned: 250 }]],
    ['30 days', [{ ageMs: 20 * 24 * 3_600_000, answered: 100_000, abandoned: 3_300 }, { ageMs: 3_600_000, answered: 500, abandoned: 0 }]],
  ])('has one call for each idle agent, and abandons nobody, when %s have no room', (_window, history) => {
    const { abandoned, occupancy, whys } = run(history);
    expect(abandoned).toBe(0);
    expect(occupancy).toBeGreaterThan(progressive.occupancy - 0.02);
    expect(whys.some((why) => why.includes('no room in a window'))).toBe(true);
  });

  test('is held by the last hour until that hour is over', () => {
    const made = createPacer({ kind: 'cruise', history: [{ ageMs: 3_300_000, answered: 200, abandoned: 40 }, { ageMs: 5 * 3_600_000, answered: 9_000, abandoned: 0 }], now: 0 });
    if (typeof made === 'string') throw new Error(made);
    const abandonedAt: number[] = [];
    simulate(halfAnHour, 3, made, (s) => abandonedAt.push(s.abandoned));
    expect(abandonedAt[5]).toBe(0);
    expect(abandonedAt.at(-1)).toBeGreaterThan(0);
  });

  test('counts what another job of the campaign has spent', () => {
    const made = createPacer({ kind: 'cruise', now: 0 });
    if (typeof made === 'string') throw new Error(made);
    made.observe([{ what: 'elsewhere', answered: 1_000, abandoned: 80 }], 0);
    expect(made.account?.()?.room).toBeLessThan(0);
    expect(simulate(halfAnHour, 3, made).abandoned).toBe(0);
  });
});
