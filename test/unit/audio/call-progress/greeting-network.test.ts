import { GreetingNetwork } from '../../../../src/audio/call-progress/greeting-network.ts';

/** Two inputs, one dense unit, one gated unit, by hand. */
const values = [
  // Dense: 1·a − 2·b + 0.5.
  1, -2, 0.5,
  // By input: reset, update, new; by state; the two biases.
  0.3, -0.4, 0.8, 0.2, 0.1, -0.6, 0.05, -0.1, 0.2, 0.15, 0.25, -0.35,
  // Output.
  3, -1,
];
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

function expected(inputs: readonly (readonly [number, number])[]): number[] {
  let h = 0;
  return inputs.map(([a, b]) => {
    const d = Math.max(0, a - 2 * b + 0.5);
    const r = sigmoid(0.3 * d + 0.05 + 0.2 * h + 0.15);
    const z = sigmoid(-0.4 * d - 0.1 + 0.1 * h + 0.25);
    const n = Math.tanh(0.8 * d + 0.2 + r * (-0.6 * h - 0.35));
    h = (1 - z) * n + z * h;
    return 3 * h - 1;
  });
}

describe('the greeting network', () => {
  const network = new GreetingNetwork({ inputs: 2, dense: 1, hidden: 1, values: Float64Array.from(values) });
  const inputs = [[1, 0.2], [0, 0], [0.5, 2], [-1, -1]] as const;

  it('is a gated recurrent unit behind a rectified layer', () => {
    network.begin();
    const odds = inputs.map((pair) => network.step(Float64Array.from(pair)));
    expected(inputs).forEach((value, i) => expect(odds[i]).toBeCloseTo(value, 5));
  });

  it('forgets what it heard when it begins anew, and shares nothing with another', () => {
    const other = new GreetingNetwork({ inputs: 2, dense: 1, hidden: 1, values: Float64Array.from(values) });
    network.begin();
    network.step(Float64Array.from([9, 0]));
    const fresh = expected(inputs)[0] ?? Number.NaN;
    expect(other.step(Float64Array.from(inputs[0]))).toBeCloseTo(fresh, 5);
    network.begin();
    expect(network.step(Float64Array.from(inputs[0]))).toBeCloseTo(fresh, 5);
  });
});
