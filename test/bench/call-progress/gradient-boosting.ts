import type { BoostedTrees } from '../../../src/audio/call-progress/greeting-model.ts';

const DEPTH = 4;
const TREES = 90;
const RATE = 0.12;
const BINS = 64;
/** Second-order sums that a leaf must have, and that pull its value towards 0. */
const LEAST = 20;
const RIDGE = 5;

/** Samples row by row, and what each is: 1 a machine, 0 a person. */
export interface Samples {
  readonly width: number;
  readonly values: Float32Array;
  readonly labels: Uint8Array;
}

interface Split {
  gain: number;
  feature: number;
  cut: number;
}

/** Gradient boosting with logistic loss over complete trees of one depth: second-order leaves, features cut into quantiles. */
export function boosted({ width, values, labels }: Samples): Pick<BoostedTrees, 'depth' | 'bias' | 'trees'> {
  const n = labels.length;
  const features = Array.from({ length: width }, (_, f) => quantised(values, width, f, n));
  const positives = labels.reduce((sum, y) => sum + y, 0);
  const bias = Math.log(positives / (n - positives));
  const score = new Float64Array(n).fill(bias);
  const inner = 2 ** DEPTH - 1;
  const trees: number[][] = [];
  const gradient = new Float64Array(n);
  const hessian = new Float64Array(n);
  for (let t = 0; t < TREES; t++) {
    for (let i = 0; i < n; i++) {
      const p = 1 / (1 + Math.exp(-(score[i] as number)));
      gradient[i] = (labels[i] as number) - p;
      hessian[i] = Math.max(1e-6, p * (1 - p));
    }
    const node = new Int32Array(n);
    const tree = new Array<number>(inner * 2 + inner + 1).fill(0);
    for (let level = 0; level < DEPTH; level++) {
      const first = 2 ** level - 1;
      const best = bestSplits(features, gradient, hessian, node, first, 2 ** level);
      best.forEach(({ gain, feature, cut }, c) => {
        tree[(first + c) * 2] = feature;
        tree[(first + c) * 2 + 1] = gain < 0 ? -1e9 : (features[feature]?.cuts[cut] ?? -1e9);
      });
      for (let i = 0; i < n; i++) {
        const { gain, feature, cut } = best[(node[i] as number) - first] as Split;
        const left = gain >= 0 && (features[feature]?.bins[i] as number) <= cut;
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
    for (let leaf = 0; leaf <= inner; leaf++) tree[inner * 2 + leaf] = (RATE * (G[leaf] as number)) / ((H[leaf] as number) + RIDGE);
    for (let i = 0; i < n; i++) score[i] = (score[i] as number) + (tree[inner * 2 + (node[i] as number) - inner] as number);
    trees.push(tree.map((v) => Number(v.toPrecision(5))));
  }
  return { depth: DEPTH, bias: Number(bias.toPrecision(5)), trees };
}

interface Quantised {
  /** Bin = how many cuts are at or below the value: "below cut k" is "bin ≤ k". */
  readonly bins: Uint8Array;
  readonly cuts: readonly number[];
}

function quantised(values: Float32Array, width: number, f: number, n: number): Quantised {
  const column = new Float64Array(n);
  for (let i = 0; i < n; i++) column[i] = values[i * width + f] as number;
  const sorted = column.slice().sort();
  const edges = new Set<number>();
  for (let b = 1; b < BINS; b++) edges.add(sorted[Math.floor((b * n) / BINS)] as number);
  const cuts = [...edges].sort((a, b) => a - b);
  const bins = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    let low = 0;
    let high = cuts.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if ((column[i] as number) >= (cuts[mid] as number)) low = mid + 1;
      else high = mid;
    }
    bins[i] = low;
  }
  return { bins, cuts };
}

function bestSplits(features: readonly Quantised[], gradient: Float64Array, hessian: Float64Array, node: Int32Array, first: number, count: number): Split[] {
  const best: Split[] = Array.from({ length: count }, () => ({ gain: -1, feature: 0, cut: 0 }));
  features.forEach(({ bins, cuts }, feature) => {
    const width = cuts.length + 1;
    const g = new Float64Array(count * width);
    const h = new Float64Array(count * width);
    for (let i = 0; i < node.length; i++) {
      const slot = ((node[i] as number) - first) * width + (bins[i] as number);
      g[slot] = (g[slot] as number) + (gradient[i] as number);
      h[slot] = (h[slot] as number) + (hessian[i] as number);
    }
    best.forEach((split, c) => {
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
        if (hl < LEAST || H - hl < LEAST) continue;
        const gain = (gl * gl) / (hl + RIDGE) + ((G - gl) * (G - gl)) / (H - hl + RIDGE) - (G * G) / (H + RIDGE);
        if (gain > split.gain) Object.assign(split, { gain, feature, cut: k });
      }
    });
  });
  return best;
}
