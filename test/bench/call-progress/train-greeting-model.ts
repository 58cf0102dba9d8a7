/**
 * `npx tsx test/bench/call-progress/train-greeting-model.ts [CALLS] [SEED]`: tunes the greeting model on the tuning part of
 * the corpus alone and writes `src/audio/call-progress/greeting-trees.ts`. Gradient boosting with logistic loss over
 * complete trees of depth 4, second-order leaves, features cut into 64 quantiles.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpus } from '../../../sim/audio/corpus.ts';
import { CallProgressAnalyser } from '../../../src/audio/call-progress/call-progress-analyser.ts';
import { GREETING_FEATURES } from '../../../src/audio/call-progress/greeting-features.ts';
import { packageRoot } from '../../../src/kernel/package-root.ts';

const calls = Number(process.argv[2] ?? 4000);
const seed = Number(process.argv[3] ?? 20);
const DEPTH = 4;
const TREES = 100;
const RATE = 0.12;
const BINS = 64;
const WIDTH = GREETING_FEATURES.length;
const UNTIL_MS = 2600;

const rows: Float64Array[] = [];
const labels: number[] = [];
let done = 0;
for (const callee of corpus('tuning', calls, seed, ['person', 'machine'])) {
  const label = callee.kind === 'machine' ? 1 : 0;
  // A different grid for each call, so that the trees see all times; denser where most is decided.
  const offset = (done % 6) * 20;
  const analyser = new CallProgressAnalyser({ phase: 'connected' }, () => undefined, {
    judge: (features) => {
      if (features.elapsedMs >= 300 && features.elapsedMs <= UNTIL_MS && (features.elapsedMs - offset) % (features.elapsedMs >= 860 && features.elapsedMs <= 1300 ? 40 : 120) === 0) {
        const x = new Float64Array(WIDTH);
        features.write(x);
        rows.push(x);
        labels.push(label);
      }
      return undefined;
    },
  });
  const until = ((callee.truth.speechStartMs ?? 0) + UNTIL_MS + 400) * 8;
  analyser.push(callee.samples.subarray(0, Math.min(until, callee.samples.length)));
  if (++done % 500 === 0) console.error(`${done} of ${calls} calls, ${rows.length} moments`);
}

const n = rows.length;
const cuts: number[][] = [];
const bins: Uint8Array[] = [];
for (let f = 0; f < WIDTH; f++) {
  const sorted = Float64Array.from(rows, (x) => x[f] as number).sort();
  const edges = new Set<number>();
  for (let b = 1; b < BINS; b++) edges.add(sorted[Math.floor((b * n) / BINS)] as number);
  const list = [...edges].sort((a, b) => a - b);
  cuts.push(list);
  // Bin = how many cuts are at or below the value: "x < cut k" is "bin ≤ k".
  bins.push(Uint8Array.from(rows, (x) => {
    let k = 0;
    while (k < list.length && (x[f] as number) >= (list[k] as number)) k += 1;
    return k;
  }));
}

const positives = labels.reduce((sum, y) => sum + y, 0);
const bias = Math.log(positives / (n - positives));
const score = new Float64Array(n).fill(bias);
const trees: number[][] = [];
const inner = 2 ** DEPTH - 1;
for (let t = 0; t < TREES; t++) {
  const gradient = new Float64Array(n);
  const hessian = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const p = 1 / (1 + Math.exp(-(score[i] as number)));
    gradient[i] = (labels[i] as number) - p;
    hessian[i] = Math.max(1e-6, p * (1 - p));
  }
  const node = new Int32Array(n);
  const tree = new Array<number>(inner * 2 + inner + 1).fill(0);
  for (let level = 0; level < DEPTH; level++) {
    const first = 2 ** level - 1;
    const count = 2 ** level;
    const best = Array.from({ length: count }, () => ({ gain: -1, f: 0, k: 0 }));
    for (let f = 0; f < WIDTH; f++) {
      const width = (cuts[f] as number[]).length + 1;
      const g = new Float64Array(count * width);
      const h = new Float64Array(count * width);
      const bin = bins[f] as Uint8Array;
      for (let i = 0; i < n; i++) {
        const slot = ((node[i] as number) - first) * width + (bin[i] as number);
        g[slot] = (g[slot] as number) + (gradient[i] as number);
        h[slot] = (h[slot] as number) + (hessian[i] as number);
      }
      for (let c = 0; c < count; c++) {
        let G = 0;
        let H = 0;
        for (let k = 0; k < width; k++) {
          G += g[c * width + k] as number;
          H += h[c * width + k] as number;
        }
        let gl = 0;
        let hl = 0;
        for (let k = 0; k < width - 1; k++) {
          gl += g[c * width + k] as number;
          hl += h[c * width + k] as number;
          if (hl < 20 || H - hl < 20) continue;
          const gain = (gl * gl) / (hl + 5) + ((G - gl) * (G - gl)) / (H - hl + 5) - (G * G) / (H + 5);
          const b = best[c] as { gain: number; f: number; k: number };
          if (gain > b.gain) Object.assign(b, { gain, f, k });
        }
      }
    }
    best.forEach((b, c) => {
      tree[(first + c) * 2] = b.f;
      tree[(first + c) * 2 + 1] = b.gain < 0 ? -1e9 : ((cuts[b.f] as number[])[b.k] as number);
    });
    for (let i = 0; i < n; i++) {
      const b = best[(node[i] as number) - first] as { gain: number; f: number; k: number };
      const left = b.gain >= 0 && ((bins[b.f] as Uint8Array)[i] as number) <= b.k;
      node[i] = (node[i] as number) * 2 + (left ? 1 : 2);
    }
  }
  const G = new Float64Array(inner + 1);
  const H = new Float64Array(inner + 1);
  for (let i = 0; i < n; i++) {
    const leaf = (node[i] as number) - inner;
    G[leaf] = (G[leaf] as number) + (gradient[i] as number);
    H[leaf] = (H[leaf] as number) + (hessian[i] as number);
  }
  for (let leaf = 0; leaf <= inner; leaf++) tree[inner * 2 + leaf] = (RATE * (G[leaf] as number)) / ((H[leaf] as number) + 5);
  for (let i = 0; i < n; i++) score[i] = (score[i] as number) + (tree[inner * 2 + (node[i] as number) - inner] as number);
  trees.push(tree.map((v) => Number(v.toPrecision(5))));
}
let right = 0;
for (let i = 0; i < n; i++) if ((score[i] as number) > 0 === (labels[i] === 1)) right += 1;
console.error(`${n} moments of ${calls} calls, ${((100 * right) / n).toFixed(1)} % of moments right`);
writeFileSync(
  join(packageRoot(), 'src/audio/call-progress/greeting-trees.ts'),
  `import type { BoostedTrees } from './greeting-model.ts';\n\n/** Made by test/bench/call-progress/train-greeting-model.ts from ${calls} calls of the tuning part, seed ${seed}. Not edited by hand. */\nexport const greetingTrees: BoostedTrees = {\n  depth: ${DEPTH},\n  bias: ${Number(bias.toPrecision(5))},\n  trees: [\n${trees.map((tree) => `    [${tree.join(', ')}],`).join('\n')}\n  ],\n};\n`,
);
