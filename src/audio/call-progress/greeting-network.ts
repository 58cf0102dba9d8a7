import { Layer } from './layer-kernel.ts';

/** A fully connected layer, a gated recurrent unit (Cho et al. 2014) and one output: the log-odds of a machine. */
export interface NetworkWeights {
  readonly inputs: number;
  readonly dense: number;
  readonly hidden: number;
  /** Four rows side by side, number by number, and the last one to three rows one by one; in this order: dense from inputs, its bias; the unit's gates (reset, update, new) from dense, from state, their two biases; output, its bias. */
  readonly values: Float64Array;
}

/** The layers of a network, and the weights and bias of its output. All calls of a thread have the same: they are filled and read within one step. */
interface Layers {
  readonly dense: Layer;
  readonly fromDense: Layer;
  readonly fromState: Layer;
  readonly output: Float64Array;
}

const known = new WeakMap<NetworkWeights, Layers>();
function layersOf(weights: NetworkWeights): Layers {
  let layers = known.get(weights);
  if (layers !== undefined) return layers;
  const { inputs, dense, hidden, values } = weights;
  const gates = hidden * 3;
  const denseBias = dense * inputs;
  const byDense = denseBias + dense;
  const byState = byDense + gates * dense;
  const gateBias = byState + gates * hidden;
  layers = {
    dense: new Layer(values, 0, denseBias, inputs, dense),
    fromDense: new Layer(values, byDense, gateBias, dense, gates),
    fromState: new Layer(values, byState, gateBias + gates, hidden, gates),
    output: values.slice(gateBias + 2 * gates),
  };
  known.set(weights, layers);
  return layers;
}

/** One call's run through the network: a state that moves on with each step. Nothing is allocated after the construction. */
export class GreetingNetwork {
  readonly #layers: Layers;
  readonly #state: Float64Array;

  constructor(weights: NetworkWeights) {
    this.#layers = layersOf(weights);
    this.#state = new Float64Array(weights.hidden);
  }

  /** A new greeting. */
  begin(): void {
    this.#state.fill(0);
  }

  /** One step: log-odds that a machine speaks. */
  step(inputs: Float64Array): number {
    const { dense, fromDense, fromState, output } = this.#layers;
    const state = this.#state;
    copy(inputs, dense.input);
    dense.run();
    for (let j = 0; j < fromDense.input.length; j++) fromDense.input[j] = Math.max(0, dense.output[j] as number);
    fromDense.run();
    copy(state, fromState.input);
    fromState.run();
    const d = fromDense.output;
    const s = fromState.output;
    const hidden = state.length;
    let odds = output[hidden] as number;
    for (let h = 0; h < hidden; h++) {
      const reset = 1 / (1 + Math.exp(-(d[h] as number) - (s[h] as number)));
      const update = 1 / (1 + Math.exp(-(d[hidden + h] as number) - (s[hidden + h] as number)));
      const fresh = 1 - 2 / (1 + Math.exp(2 * ((d[2 * hidden + h] as number) + reset * (s[2 * hidden + h] as number)))); // tanh
      const next = (1 - update) * fresh + update * (state[h] as number);
      state[h] = next;
      odds += next * (output[h] as number);
    }
    return odds;
  }
}

function copy(from: Float64Array, into: Float32Array): void {
  for (let i = 0; i < into.length; i++) into[i] = from[i] as number;
}

/** Weights from base64 of 16-bit whole numbers, least byte first, each `scale` times the weight. */
export function unpacked(base64: string, scale: number): Float64Array {
  const bytes = Buffer.from(base64, 'base64');
  return Float64Array.from({ length: bytes.length >> 1 }, (_, i) => bytes.readInt16LE(i * 2) / scale);
}
