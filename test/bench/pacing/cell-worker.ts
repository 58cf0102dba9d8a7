import { parentPort } from 'node:worker_threads';
import { contenderOf } from '../../../src/core/pacing/simulation/baselines/contenders.ts';
import type { Scenario } from '../../../src/core/pacing/simulation/scenario.ts';

export interface CellTask {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly contender: string;
}

parentPort?.on('message', ({ scenario, seed, contender }: CellTask) => {
  parentPort?.postMessage(contenderOf(contender)?.run(scenario, seed));
});
