/** What of WebAssembly is used here: its types come with a browser's only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** `layer-kernel.wat`, assembled: JavaScript has no four numbers at a time. */
export const assembledLayerKernel =
  'AGFzbQEAAAABCgFgBn9/f39/fwADAgEABQMBAAQHEgIGbWVtb3J5AgAFbGF5ZXIAAAqYAQGVAQICfwJ7A0AgAf0ABAAhCP0MAAAAAAAAAAAAAAAAAAAAACEJIAIhBiADIQcDQCAIIAD9AAQAIAb9CQIA/eYB/eQBIQggCSAA/QAEECAG/QkCBP3mAf3kASEJIABBIGohACAGQQhqIQYgB0EBayIHDQALIAQgCCAJ/eQB/QsEACABQRBqIQEgBEEQaiEEIAQgBUkNAAsL';
const module = new WebAssembly.Module(Buffer.from(assembledLayerKernel, 'base64'));

interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): void };
  /** Addresses of the weights, the bias and the vector, how many pairs of numbers the vector has, the address of the sums and of their end. */
  layer(weights: number, bias: number, vector: number, pairs: number, out: number, end: number): void;
}

const pageBytes = 65_536;
/** The thread's, and how much of its memory is taken. */
let kernel: Kernel | undefined;
let taken = 0;

/** Room for so many octets; another kernel where the present one has not as much left. */
function roomFor(bytes: number): { readonly kernel: Kernel; readonly at: number } {
  if (kernel === undefined || taken + bytes > kernel.memory.buffer.byteLength) {
    kernel = new WebAssembly.Instance(module).exports as Kernel;
    taken = 0;
    kernel.memory.grow(Math.max(0, Math.ceil((bytes - kernel.memory.buffer.byteLength) / pageBytes)));
  }
  const at = taken;
  taken += bytes;
  return { kernel, at };
}

/** A fully connected layer: `run` makes `output` of `input`. */
export class Layer {
  readonly input: Float32Array;
  readonly output: Float32Array;
  readonly #kernel: Kernel;
  readonly #weightsAt: number;
  readonly #biasAt: number;
  readonly #inputAt: number;
  readonly #pairs: number;
  readonly #outputAt: number;
  readonly #end: number;

  /**
   * @param weights four rows of `length` numbers side by side, number by number, and the last one to three rows one by one, from `at` on
   * @param bias where in `weights` those of the rows begin
   */
  constructor(weights: Float64Array, at: number, bias: number, length: number, rows: number) {
    // Rows in fours and numbers in pairs: what is made up counts nothing.
    const allRows = Math.ceil(rows / 4) * 4;
    const numbers = Math.ceil(length / 2) * 2;
    const room = roomFor((allRows * numbers + allRows + numbers + allRows) * 4);
    this.#kernel = room.kernel;
    this.#weightsAt = room.at;
    this.#biasAt = room.at + allRows * numbers * 4;
    this.#inputAt = this.#biasAt + allRows * 4;
    this.#outputAt = this.#inputAt + numbers * 4;
    this.#end = this.#outputAt + allRows * 4;
    this.#pairs = numbers / 2;
    const { buffer } = room.kernel.memory;
    const placed = new Float32Array(buffer, this.#weightsAt, allRows * numbers);
    const inFours = rows - (rows % 4);
    for (let row = 0; row < rows; row++) {
      const within = row % 4;
      const fours = row - within;
      for (let i = 0; i < length; i++) placed[fours * numbers + i * 4 + within] = weights[row < inFours ? at + fours * length + i * 4 + within : at + row * length + i] as number;
    }
    new Float32Array(buffer, this.#biasAt, rows).set(weights.subarray(bias, bias + rows));
    this.input = new Float32Array(buffer, this.#inputAt, length);
    this.output = new Float32Array(buffer, this.#outputAt, rows);
  }

  run(): void {
    this.#kernel.layer(this.#weightsAt, this.#biasAt, this.#inputAt, this.#pairs, this.#outputAt, this.#end);
  }
}
