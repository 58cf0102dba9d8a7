import { createPacer } from '../../../src/core/pacing/create-pacer.ts';
import { defaultPromise, type ContactClass, type PacingFact, type PacingState } from '../../../src/core/pacing/pacing.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';

/** A dozen kinds of contacts: three lists, at four attempts. */
const kinds: readonly ContactClass[] = Array.from({ length: 12 }, (_, i) => ({ list: `list ${i % 3}`, attempt: 1 + Math.floor(i / 3), hour: 14 }));

export interface DecisionCost {
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** The cheapest of three: what else the machine does only adds to the cost, for as long as it does it. */
export function leastDecisionCost(finished: number, told = false): DecisionCost {
  return [1, 2, 3].map(() => decisionCost(finished, told)).reduce((a, b) => (a.medianMs <= b.medianMs ? a : b));
}

/**
 * Median and 99th percentile of one cruise decision at 1,000 agents and 3,000 ringing calls, milliseconds, after `finished` calls; `told`:
 * when it is told of the contacts.
 */
function decisionCost(finished: number, told: boolean): DecisionCost {
  const pacer = createPacer({ kind: 'cruise', promise: defaultPromise });
  if (typeof pacer === 'string') throw new Error(pacer);
  const random = new SeededRandom(7);
  const exp = (mean: number): number => -mean * Math.log(1 - random.next());
  let now = 0;
  const busy = Array.from({ length: 960 }, () => exp(120_000));
  const ringing = Array.from({ length: 3000 }, () => random.next() * 25_000);
  const state = (idle: number): PacingState => ({
    agents: { idle, talking: busy.slice(0, 960 - idle), wrapping: busy.slice(0, 40).map((age) => age / 6) },
    calls: { ringing, classifying: [200, 700, 1100, 400, 900], waiting: [], ...(told ? { ringingOf: ringing.map((_, i) => ({ ...kinds[i % kinds.length] })) } : {}) },
    ...(told ? { next: Array.from({ length: 50 }, (_, i) => ({ ...kinds[(5 * i) % kinds.length] })) } : {}),
    contactsLeft: 1e6,
    limits: { maxConcurrentCalls: 100_000, maxCallsPerSecond: 10_000 },
  });
  const facts: PacingFact[] = [];
  for (let i = 0; i < finished; i++) {
    const of = told ? { of: kinds[i % kinds.length] ?? {} } : {};
    if (random.next() < 0.08) facts.push({ what: 'answered', ringMs: 2000 + exp(8000), ...of }, { what: 'person', verdictMs: 1000, ...of }, { what: 'connected', waitMs: 0 }, { what: 'talkEnded', talkMs: exp(120_000) }, { what: 'wrapEnded', wrapMs: exp(20_000) });
    else facts.push({ what: 'noanswer', ...of });
    if (facts.length > 400) {
      now += 1000;
      pacer.observe(facts.splice(0), now);
      pacer.decide(state(20), now);
    }
  }
  const costs: number[] = [];
  for (let i = 0; i < 600; i++) {
    now += 1000;
    const snapshot = state(i % 40);
    pacer.observe(facts.splice(0, 60), now);
    const start = performance.now();
    pacer.decide(snapshot, now);
    costs.push(performance.now() - start);
  }
  costs.sort((a, b) => a - b);
  return { medianMs: costs[300] ?? 0, p99Ms: costs[594] ?? 0 };
}
