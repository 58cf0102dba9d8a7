import { CruisePacer } from '../../../src/core/pacing/cruise/cruise.ts';
import type { CruiseTuning } from '../../../src/core/pacing/cruise/cruise-tuning.ts';
import type { Pacer } from '../../../src/core/pacing/pacing.ts';
import { ProgressivePacer } from '../../../src/core/pacing/progressive.ts';
import { markovOptimum } from '../../../src/core/pacing/simulation/baselines/markov-optimum.ts';
import { simulate } from '../../../src/core/pacing/simulation/simulate.ts';
import type { SimulationReport } from '../../../src/core/pacing/simulation/simulation-report.ts';
import type { Cell } from '../pacing/cells.ts';
import { familiarPacer } from './familiar-pacer.ts';
import { abandonedAt, hull, occupancyAt, windowedBound, type FrontierPoint } from './windowed-bound.ts';

const prices = [0.02, 0.04, 0.06, 0.09, 0.14, 0.2];
/** A price that never moves; no window is watched. */
const fixedAt = (firstPrice: number): Partial<CruiseTuning> => ({ firstPrice, priceStep: 0, leastReserve: 0, reserveByAgent: 0, firmness: 0, boldness: 0, risk: 1 });
/** It fears neither storms nor lunches, dares the first people's room at once, and bears twenty times the chance of crossing the cap. */
const fearless: Partial<CruiseTuning> = { stormRisk: Number.POSITIVE_INFINITY, leaveRisk: Number.POSITIVE_INFINITY, atFirst: 0, risk: 1e-3 };

/** A mean over the seeds, and its standard error. */
export interface Difference {
  readonly mean: number;
  readonly error: number;
}

/** What one way of pacing reaches, over the seeds. */
export interface Reached {
  readonly occupancy: number;
  readonly abandoned: number;
  readonly worst24h: number;
}

/** Occupancies and what is abandoned are shares. */
export interface Study {
  readonly name: string;
  /** What is asked of the cell: an occupancy, or a share of the constrained optimum. */
  readonly goal: number;
  readonly optimum?: number;
  readonly people: number;
  readonly points: readonly FrontierPoint[];
  /** The frontier at the promised rate; and if the pacer is asked at every event, in Markovian cells. */
  readonly free: number;
  readonly atEveryEvent?: number;
  readonly bound: number;
  /** Where on the frontier the bound lies. */
  readonly boundAbandoned: number;
  readonly shipped: Reached;
  /** The price that brings 3 % on the frontier, and what is reached by who begins with it. */
  readonly price: number;
  readonly toldPrice: Reached;
  /** It has learned the floor on another day. */
  readonly knowing: Reached;
  readonly fearless: Reached;
  /** What the two bring, each and both, and what is missing then. */
  readonly information: Difference;
  readonly guards: Difference;
  readonly closed: Difference;
  readonly left: Difference;
}

export function studyOf(cell: Cell, seeds: readonly number[]): Study {
  const { name, scenario } = cell;
  const { promise } = scenario;
  const runs = (pacer: (seed: number) => Pacer, atEveryEvent = false): readonly SimulationReport[] => seeds.map((seed) => simulate(scenario, seed, pacer(seed), undefined, { atEveryEvent }));
  const cruise = (tuning: Partial<CruiseTuning> = {}): Pacer => new CruisePacer({ promise, tuning });
  const safe = runs(() => new ProgressivePacer());
  const fixed = prices.map((price) => runs(() => cruise(fixedAt(price))));
  const all = [safe, ...fixed];
  const frontierOf = (kept: (seed: number) => boolean): readonly FrontierPoint[] => hull(all.map((of) => pointOf(of.filter((_, i) => kept(i)))));
  const frontier = frontierOf(() => true);
  const people = Math.round(mean(fixed.flat().map((r) => r.answeredPeople)));
  const free = occupancyAt(frontier, promise.targetRate);
  const bound = windowedBound(frontier, people, promise.targetRate);
  const price = priceAt(fixed.map((of, i) => ({ price: prices[i] as number, abandoned: pointOf(of).abandoned })), promise.targetRate);
  const shipped = runs(() => cruise());
  const toldPrice = runs(() => cruise({ firstPrice: price }));
  const knowing = runs((seed) => familiarPacer(scenario, seed));
  const bold = runs((seed) => familiarPacer(scenario, seed, fearless));
  const optimum = cell.markovian === true ? markovOptimum({ agents: cell.agents, person: cell.answer, ringMs: 9500, busyMs: cell.talkMs, waitMs: promise.thresholdMs, targetRate: promise.targetRate }).occupancy : undefined;
  const asked = optimum === undefined ? undefined : [0.7, 1, 1.4].map((times) => pointOf(runs(() => cruise(fixedAt(times * price)), true)));
  // The bound moves with the frontier that it stands on: what leaving a seed out does to the frontier at 3 % it does to the bound.
  const leftWithout = seeds.map((_, out) => bound - free + occupancyAt(frontierOf((i) => i !== out), promise.targetRate) - mean(bold.filter((_run, i) => i !== out).map((r) => r.occupancy)));
  return {
    name, people, free, bound, price, points: all.map(pointOf),
    goal: cell.goal ?? (cell.agents >= 20 ? 0.99 : 0.985) * (optimum ?? 0),
    boundAbandoned: abandonedAt(frontier, bound),
    shipped: reached(shipped), toldPrice: reached(toldPrice), knowing: reached(knowing), fearless: reached(bold),
    information: difference(knowing, shipped), guards: difference(bold, knowing), closed: difference(bold, shipped),
    left: { mean: bound - reached(bold).occupancy, error: jackknifeError(leftWithout) },
    ...(optimum === undefined ? {} : { optimum }),
    ...(asked === undefined ? {} : { atEveryEvent: occupancyAt(hull([pointOf(safe), ...asked]), promise.targetRate) }),
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

function pointOf(runs: readonly SimulationReport[]): FrontierPoint {
  return { abandoned: mean(runs.map((r) => r.abandonRate)), occupancy: mean(runs.map((r) => r.occupancy)) };
}

function reached(runs: readonly SimulationReport[]): Reached {
  return { ...pointOf(runs), worst24h: mean(runs.map((r) => r.worst24h ?? 0)) };
}

/** Seed by seed, as both met the same contacts. */
function difference(runs: readonly SimulationReport[], others: readonly SimulationReport[]): Difference {
  const each = runs.map((r, i) => r.occupancy - (others[i]?.occupancy ?? Number.NaN));
  const middle = mean(each);
  return { mean: middle, error: Math.sqrt(mean(each.map((v) => (v - middle) ** 2)) / Math.max(1, each.length - 1)) };
}

/** From the values with each seed left out once (Quenouille 1956, Tukey 1958). */
function jackknifeError(without: readonly number[]): number {
  const middle = mean(without);
  return Math.sqrt((without.length - 1) * mean(without.map((v) => (v - middle) ** 2)));
}

/** The price that brings a rate, between two that were tried, by the logarithms. */
function priceAt(tried: readonly { readonly price: number; readonly abandoned: number }[], rate: number): number {
  const above = tried.findIndex(({ abandoned }) => abandoned >= rate);
  const [low, high] = [tried[above - 1], tried[above]];
  if (low === undefined || high === undefined) return tried.at(above < 0 ? -1 : 0)?.price ?? 0;
  return low.price * (high.price / low.price) ** (Math.log(rate / Math.max(1e-6, low.abandoned)) / Math.log(high.abandoned / Math.max(1e-6, low.abandoned)));
}
