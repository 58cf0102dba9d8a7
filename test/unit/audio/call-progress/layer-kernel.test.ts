import { readFileSync } from 'node:fs';
import loadWabt from 'wabt';
import { assembledLayerKernel, Layer } from '../../../../src/audio/call-progress/layer-kernel.ts';
import { SeededRandom } from '../../../../src/kernel/random.ts';

const random = new SeededRandom(21);
const numbers = (count: number): Float64Array => Float64Array.from({ length: count }, () => random.next() * 2 - 1);

/** A layer of random weights, and the plain sums of them with a vector. */
function made(rows: number, length: number): { layer: Layer; expected: (vector: Float64Array) => number[] } {
  const matrix = Array.from({ length: rows }, () => numbers(length));
  const bias = numbers(rows);
  const values: number[] = [7, 7, 7];
  const inFours = rows - (rows % 4);
  for (let row = 0; row < inFours; row += 4) for (let i = 0; i < length; i++) for (let r = 0; r < 4; r++) values.push(matrix[row + r]![i]!);
  for (let row = inFours; row < rows; row++) values.push(...matrix[row]!);
  const biasAt = values.length;
  values.push(...bias, 7);
  return {
    layer: new Layer(Float64Array.from(values), 3, biasAt, length, rows),
    expected: (vector) => matrix.map((row, r) => row.reduce((sum, weight, i) => sum + weight * vector[i]!, bias[r]!)),
  };
}

function check({ layer, expected }: ReturnType<typeof made>): void {
  const vector = numbers(layer.input.length);
  layer.input.set(vector);
  layer.run();
  const sums = expected(vector);
  expect(layer.output).toHaveLength(sums.length);
  sums.forEach((sum, row) => expect(layer.output[row]).toBeCloseTo(sum, 4));
}

describe('a layer', () => {
  it('is what its source says: else assemble layer-kernel.wat anew and put that in its place', async () => {
    const source = readFileSync(new URL('../../../../src/audio/call-progress/layer-kernel.wat', import.meta.url), 'utf8');
    const wabt = await loadWabt();
    const { buffer } = wabt.parseWat('layer-kernel.wat', source, { simd: true }).toBinary({});
    expect(assembledLayerKernel).toBe(Buffer.from(buffer).toString('base64'));
  });

  it.each([1, 2, 3, 4, 5, 8, 11])('of %d rows is their weights times the vector, plus the bias', (rows) => {
    for (const length of [1, 2, 3, 8, 13]) check(made(rows, length));
  });

  it('keeps to itself beside others, though one needs more memory than there is', () => {
    const layers = [made(24, 66), made(240, 80), made(600, 500), made(9, 7), made(240, 64)];
    for (let round = 0; round < 3; round++) layers.forEach(check);
  });
});
