/** Bin edges in milliseconds: the first second, then steps of 15 % up to four hours. */
const edges: readonly number[] = (() => {
  const out = [0];
  for (let edge = 1000; edge < 4 * 3_600_000; edge *= 1.15) out.push(edge);
  return out;
})();
const bins = edges.length;
const width = (b: number): number => (edges[b + 1] ?? (edges[b] as number) * 1.15) - (edges[b] as number);

const perLog = 1 / Math.log(1.15);
/** The bins of ages up to ten minutes by the quarter second, where nearly all ages are. */
const quarterMs = 250;
const perQuarter = 1 / quarterMs;
const tableMs = 600_000;
const binTable = Uint8Array.from({ length: tableMs / quarterMs }, (_, i) => bin((i + 0.5) * quarterMs));

function bin(ms: number): number {
  if (!(ms >= 1000)) return 0;
  return Math.min(bins - 1, 1 + Math.floor(Math.log(ms / 1000) * perLog));
}

/** The bin of an age; near an edge the age counts as the middle of its quarter second. */
function binOf(ms: number): number {
  return ms >= 0 && ms < tableMs ? (binTable[(ms * perQuarter) | 0] as number) : bin(ms);
}

/**
 * How long talks (or wrap-ups) last, learned as a hazard per age: ended ones are events, the time that ended *and running* ones
 * have spent at each age is the exposure (Nelson 1972, Aalen 1978), so that long calls still running are not forgotten. Each bin
 * leans on its neighbours, they on the whole, and the whole on a prior. What is old fades.
 */
export class DurationHazard {
  readonly #ended = new Float64Array(bins);
  readonly #exposure = new Float64Array(bins);
  readonly #hazard = new Float64Array(bins);
  readonly #cumulative = new Float64Array(bins + 1);
  readonly #priorMeanMs: number;
  readonly #keep: number;
  #events = 0;

  /** `memory`: how many ended ones weigh in, about. */
  constructor(options: { readonly priorMeanMs: number; readonly memory: number }) {
    this.#priorMeanMs = options.priorMeanMs;
    this.#keep = Math.exp(-1 / options.memory);
    this.refresh([]);
  }

  /** How many ended ones have been seen. */
  get events(): number {
    return this.#events;
  }

  static bins(): number {
    return bins;
  }

  static binOf(ms: number): number {
    return binOf(ms);
  }

  /** An age that stands for a bin. */
  static ageOf(bin: number): number {
    return (edges[bin] as number) + width(bin) / 2;
  }

  ended(ms: number): void {
    const last = binOf(ms);
    // Fading is done by letting the new weigh more; `refresh` brings the scale back.
    this.#events += 1;
    this.#weight /= this.#keep;
    for (let b = 0; b < last; b++) this.#exposure[b] = (this.#exposure[b] as number) + width(b) * this.#weight;
    this.#exposure[last] = (this.#exposure[last] as number) + Math.max(0, ms - (edges[last] as number)) * this.#weight;
    this.#ended[last] = (this.#ended[last] as number) + this.#weight;
    if (this.#weight > 1e6) this.#rescale();
  }

  #weight = 1;

  #rescale(): void {
    for (let b = 0; b < bins; b++) {
      this.#exposure[b] = (this.#exposure[b] as number) / this.#weight;
      this.#ended[b] = (this.#ended[b] as number) / this.#weight;
    }
    this.#weight = 1;
  }

  /** Brings the curve up to date; `running` are the ages of those that have not ended. */
  refresh(running: readonly number[]): void {
    this.#rescale();
    const exposure = this.#exposure.slice();
    for (const age of running) {
      const last = binOf(age);
      for (let b = 0; b < last; b++) exposure[b] = (exposure[b] as number) + width(b);
      exposure[last] = (exposure[last] as number) + Math.max(0, age - (edges[last] as number));
    }
    let allEnded = 1;
    let allExposure = this.#priorMeanMs;
    for (let b = 0; b < bins; b++) {
      allEnded += this.#ended[b] as number;
      allExposure += exposure[b] as number;
    }
    const overall = allEnded / allExposure;
    let nearEnded = 0;
    let nearExposure = 0;
    const reach = 5;
    for (let b = 0; b < Math.min(reach, bins); b++) {
      nearEnded += this.#ended[b] as number;
      nearExposure += exposure[b] as number;
    }
    let total = 0;
    for (let b = 0; b < bins; b++) {
      if (b + reach < bins) {
        nearEnded += this.#ended[b + reach] as number;
        nearExposure += exposure[b + reach] as number;
      }
      if (b - reach - 1 >= 0) {
        nearEnded -= this.#ended[b - reach - 1] as number;
        nearExposure -= exposure[b - reach - 1] as number;
      }
      const near = (Math.max(0, nearEnded) + 2) / (Math.max(0, nearExposure) + 2 / overall);
      const hazard = ((this.#ended[b] as number) + 6) / ((exposure[b] as number) + 6 / near);
      this.#hazard[b] = hazard;
      this.#cumulative[b] = total;
      total += hazard * width(b);
    }
    this.#cumulative[bins] = total;
  }

  /** The share that lasts longer than `ms`. */
  survival(ms: number): number {
    const b = binOf(ms);
    return Math.exp(-((this.#cumulative[b] as number) + (this.#hazard[b] as number) * Math.max(0, ms - (edges[b] as number))));
  }

  /** Mean length in milliseconds, as far as the bins reach. */
  get meanMs(): number {
    let mean = 0;
    for (let b = 0; b < bins; b++) {
      const start = Math.exp(-(this.#cumulative[b] as number));
      const hazard = this.#hazard[b] as number;
      mean += (start * (1 - Math.exp(-hazard * width(b)))) / hazard;
    }
    return mean;
  }
}
