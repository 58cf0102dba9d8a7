import { createPacer } from '../../create-pacer.ts';
import type { Pacer, PacingOptions } from '../../pacing.ts';
import type { Scenario } from '../scenario.ts';
import { simulate, type SimulationSample } from '../simulate.ts';
import type { SimulationReport } from '../simulation-report.ts';
import { AdaptiveLevel, type AdaptiveMode } from './adaptive-level.ts';
import { clairvoyant } from './clairvoyant.ts';
import { GainController } from './gain-controller.ts';

/** A way of pacing that can be run through a scenario. */
export interface Contender {
  readonly name: string;
  /** Where its rule is described in public; our own: docs/pacing.md. */
  readonly source?: string;
  /** It knows what no dialer can: a bound, not a rival. */
  readonly foresight?: boolean;
  run(scenario: Scenario, seed: number, sample?: (s: SimulationSample) => void): SimulationReport;
}

const paced = (name: string, source: string, make: (scenario: Scenario) => Pacer): Contender => ({ name, source, run: (scenario, seed, sample) => simulate(scenario, seed, make(scenario), sample) });

function product(options: PacingOptions): Pacer {
  const pacer = createPacer(options);
  if (typeof pacer === 'string') throw new Error(pacer);
  return pacer;
}

const manual = 'VICIdial manager manual, campaign dial methods';
const adaptive = (mode: AdaptiveMode) => (scenario: Scenario): Pacer => new AdaptiveLevel({ mode, limit: scenario.promise.targetRate, shiftMs: scenario.durationMs });

export const contenders: readonly Contender[] = [
  paced('cruise', 'docs/pacing.md', (scenario) => product({ kind: 'cruise', promise: scenario.promise })),
  paced('progressive', 'one call for each idle agent: Samuelson 1999, Interfaces 29(5)', () => product({ kind: 'progressive' })),
  paced('ratio 1.2', 'fixed over-dial ratio', () => product({ kind: 'ratio', ratio: 1.2 })),
  paced('ratio 1.5', 'fixed over-dial ratio', () => product({ kind: 'ratio', ratio: 1.5 })),
  paced('ratio 2', 'fixed over-dial ratio', () => product({ kind: 'ratio', ratio: 2 })),
  paced('adaptive hard limit', manual, adaptive('hardLimit')),
  paced('adaptive average', manual, adaptive('average')),
  paced('adaptive tapered', manual, adaptive('tapered')),
  paced('gain controller', 'Cisco Unified CCX administration guide, outbound campaign: predictive settings', (scenario) => new GainController({ limit: scenario.promise.targetRate })),
  { name: 'clairvoyant', source: 'a bound: knows every call in advance', foresight: true, run: clairvoyant },
];

export function contenderOf(name: string): Contender | undefined {
  return contenders.find((c) => c.name === name);
}
