/**
 * `npx tsx test/bench/call-progress/train-greeting-model.ts [CALLS] [SEED]`: tunes the greeting model on the tuning part of
 * the corpus alone and writes `src/audio/call-progress/greeting-trees.ts`. How sure it must be to speak is chosen on log-odds
 * that come from models which had not seen the call's language.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decide, oddsOf, type BoostedTrees, type Sureness } from '../../../src/audio/call-progress/greeting-model.ts';
import { packageRoot } from '../../../src/kernel/package-root.ts';
import { boosted } from './gradient-boosting.ts';
import { FIRST_MS, LAST_MS, trainingSet } from './training-set.ts';

const count = Number(process.argv[2] ?? 5000);
const seed = Number(process.argv[3] ?? 20);
const FOLDS = 4;
/** The goal's time, from the true beginning of the speech; so many verdicts may come later. */
const ASKED_MS = 1_200;
const LATER = 0.045;

const tell = (line: string): void => console.error(line);
const { rows, rowWidth, calls } = trainingSet(count, seed, tell);
const width = rowWidth - 1;
const total = rows.length / rowWidth;
const languages = [...new Set(calls.map((c) => c.language))].sort();
const foldOf = calls.map((c) => languages.indexOf(c.language) % FOLDS);
const callOf = (row: number): number => rows[row * rowWidth] as number;
const elapsed = (row: number): number => rows[row * rowWidth + 1] as number;

/** A different grid for each call, so that the trees see all times; denser where most is decided. */
const taken = Array.from({ length: total }, (_, row) => row).filter((row) => {
  const ms = elapsed(row);
  return (ms + (callOf(row) % 6) * 20) % (ms >= 860 && ms <= 1300 ? 40 : 120) === 0;
});

function trained(use: (call: number) => boolean): Pick<BoostedTrees, 'depth' | 'bias' | 'trees'> {
  const mine = taken.filter((row) => use(callOf(row)));
  const values = new Float32Array(mine.length * width);
  const labels = new Uint8Array(mine.length);
  mine.forEach((row, i) => {
    values.set(rows.subarray(row * rowWidth + 1, (row + 1) * rowWidth), i * width);
    labels[i] = calls[callOf(row)]?.machine === true ? 1 : 0;
  });
  return boosted({ width, values, labels });
}

/** Log-odds of every call over time, from models that never heard its language: index = (elapsed − FIRST_MS) / 20. */
const odds = calls.map(() => new Float32Array((LAST_MS - FIRST_MS) / 20 + 1).fill(Number.NaN));
const x = new Float64Array(width);
for (let fold = 0; fold < FOLDS; fold++) {
  const model = trained((call) => foldOf[call] !== fold);
  for (let row = 0; row < total; row++) {
    const call = callOf(row);
    if (foldOf[call] !== fold) continue;
    for (let f = 0; f < width; f++) x[f] = rows[row * rowWidth + 1 + f] as number;
    (odds[call] as Float32Array)[(elapsed(row) - FIRST_MS) / 20] = oddsOf(model, x);
  }
  tell(`model ${fold + 1} of ${FOLDS} for calls in ${languages.filter((_, i) => i % FOLDS === fold).join(', ')}`);
}

interface Outcome {
  readonly people: number;
  readonly machines: number;
  readonly later: number;
  readonly meanMs: number;
}

/** What the calls would have come to. One without a voice counts as wrong. */
function outcome(sureness: Sureness, verdictMs: number): Outcome {
  const right = [0, 0];
  const all = [0, 0];
  const late = [0, 0];
  let sum = 0;
  calls.forEach(({ machine, lateMs }, i) => {
    const y = machine ? 1 : 0;
    all[y] = (all[y] as number) + 1;
    const track = odds[i] as Float32Array;
    for (let k = 0; k < track.length; k++) {
      const at = FIRST_MS + k * 20;
      const verdict = Number.isNaN(track[k] as number) ? undefined : decide(track[k] as number, at, verdictMs, sureness);
      if (verdict === undefined) continue;
      if ((verdict === 'recorded_msg') === machine) right[y] = (right[y] as number) + 1;
      if (at + lateMs > ASKED_MS) late[y] = (late[y] as number) + 1;
      sum += at + lateMs;
      break;
    }
  });
  const part = (of: readonly number[], y: number): number => (of[y] as number) / (all[y] as number);
  return { people: part(right, 0), machines: part(right, 1), later: Math.max(part(late, 0), part(late, 1)), meanMs: sum / calls.length };
}

const GRID = [-0.4, -0.2, 0, 0.2, 0.4, 0.7, 1, 1.4, 2];
let best: { sureness: Sureness; worth: number; outcome: Outcome } | undefined;
for (const verdictMs of [1_080, 1_120, 1_160]) {
  for (const liveEarly of [2, 2.5, 3, 4]) {
    for (const recordedEarly of [2, 2.5, 3, 4]) {
      for (const live of GRID) {
        for (const recorded of GRID.filter((r) => r + live >= 0)) {
          const sureness = { verdictMs, liveEarly, recordedEarly, live, recorded };
          const found = outcome(sureness, verdictMs);
          if (found.later > LATER) continue;
          // Both must be right; among equals the quicker.
          const worth = Math.min(found.people, found.machines) + 0.1 * (found.people + found.machines) - found.meanMs * 5e-6;
          if (best === undefined || worth > best.worth) best = { sureness, worth, outcome: found };
        }
      }
    }
  }
}
if (best === undefined) throw new Error('no sureness keeps the time');
tell(JSON.stringify(best));
for (const verdictMs of [800, best.sureness.verdictMs, 1_400, 1_800, 2_400]) {
  const { people, machines } = outcome(best.sureness, verdictMs);
  tell(`unheard languages of the tuning part, verdictMs ${verdictMs}: people ${(people * 100).toFixed(1)} %, machines ${(machines * 100).toFixed(1)} %`);
}

const model: BoostedTrees = { ...trained(() => true), sureness: best.sureness };
writeFileSync(
  join(packageRoot(), 'src/audio/call-progress/greeting-trees.ts'),
  `import type { BoostedTrees } from './greeting-model.ts';

/** Made by test/bench/call-progress/train-greeting-model.ts from ${calls.length} calls of the tuning part, seed ${seed}. Not edited by hand. */
export const greetingTrees: BoostedTrees = {
  sureness: { verdictMs: ${model.sureness.verdictMs}, liveEarly: ${model.sureness.liveEarly}, recordedEarly: ${model.sureness.recordedEarly}, live: ${model.sureness.live}, recorded: ${model.sureness.recorded} },
  depth: ${model.depth},
  bias: ${model.bias},
  trees: [
${model.trees.map((tree) => `    [${tree.join(', ')}],`).join('\n')}
  ],
};
`,
);

