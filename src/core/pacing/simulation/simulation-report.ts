import { worstWindow } from './rolling-windows.ts';

/** The figures of one run; rates and shares 0–1, times in milliseconds. docs/pacing.md says what each counts. */
export interface SimulationReport {
  readonly scenario: string;
  readonly seed: number;
  readonly occupancy: number;
  readonly usefulOccupancy: number;
  readonly answeredPeople: number;
  readonly abandoned: number;
  readonly abandonRate: number;
  readonly worst24h: number;
  readonly worst1h: number;
  readonly misjudgedPeople: number;
  readonly waitP50Ms: number;
  readonly waitP95Ms: number;
  readonly dials: number;
  readonly dialsPerConnect: number;
  readonly limitHits: number;
  readonly decisions: number;
  readonly contactsUsedUp: boolean;
}

const hourMs = 3_600_000;

/** What a run counts while it goes. */
export class SimulationTally {
  readonly outcomesAt: number[] = [];
  readonly outcomesAbandoned: boolean[] = [];
  readonly agentWaits: number[] = [];
  staffedMs = 0;
  usefulMs = 0;
  machineMs = 0;
  abandoned = 0;
  misjudgedPeople = 0;
  connectedPeople = 0;
  dials = 0;
  limitHits = 0;
  decisions = 0;

  report(scenario: string, seed: number, endMs: number, contactsUsedUp: boolean): SimulationReport {
    const answered = this.outcomesAt.length;
    const outcomes = { at: this.outcomesAt, abandoned: this.outcomesAbandoned };
    const waits = Float64Array.from(this.agentWaits).sort();
    const quantile = (q: number): number => waits[Math.min(waits.length - 1, Math.floor(q * waits.length))] ?? 0;
    return {
      scenario,
      seed,
      occupancy: this.staffedMs === 0 ? 0 : (this.usefulMs + this.machineMs) / this.staffedMs,
      usefulOccupancy: this.staffedMs === 0 ? 0 : this.usefulMs / this.staffedMs,
      answeredPeople: answered,
      abandoned: this.abandoned,
      abandonRate: answered === 0 ? 0 : this.abandoned / answered,
      worst24h: worstWindow(outcomes, 24 * hourMs, endMs),
      worst1h: worstWindow(outcomes, hourMs, endMs),
      misjudgedPeople: this.misjudgedPeople,
      waitP50Ms: quantile(0.5),
      waitP95Ms: quantile(0.95),
      dials: this.dials,
      dialsPerConnect: this.connectedPeople === 0 ? 0 : this.dials / this.connectedPeople,
      limitHits: this.limitHits,
      decisions: this.decisions,
      contactsUsedUp,
    };
  }
}
