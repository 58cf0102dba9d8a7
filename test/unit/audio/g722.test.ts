import { G722Decoder, G722Encoder } from '../../../src/audio/g722.ts';

const sine = (hz: number, amplitude: number, n = 16_000): Int16Array => Int16Array.from({ length: n }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / 16_000));

function through(samples: Int16Array): Int16Array {
  const octets = new Uint8Array(samples.length / 2);
  expect(new G722Encoder().encode(samples, octets)).toBe(octets.length);
  const out = new Int16Array(samples.length);
  expect(new G722Decoder().decode(octets, out)).toBe(samples.length);
  return out;
}

/** Signal to everything else, at one frequency, of the second half. */
function snr(samples: Int16Array, hz: number): number {
  const from = samples.length / 2;
  const n = samples.length - from;
  let re = 0;
  let im = 0;
  let energy = 0;
  for (let i = 0; i < n; i++) {
    const s = samples[from + i]!;
    re += s * Math.cos((2 * Math.PI * hz * i) / 16_000);
    im += s * Math.sin((2 * Math.PI * hz * i) / 16_000);
    energy += s * s;
  }
  const tone = (2 * (re * re + im * im)) / n;
  return 10 * Math.log10(tone / (energy - tone));
}

test.each([[200, 30], [1000, 35], [3000, 25], [5000, 14], [6500, 12]])('a tone of %i Hz comes back at %i dB or more', (hz, least) => {
  expect(snr(through(sine(hz, 8000)), hz)).toBeGreaterThan(least);
});

test('the level is kept within 0.2 dB over 40 dB of range', () => {
  for (const amplitude of [100, 1000, 8000, 16_000]) {
    const out = through(sine(1000, amplitude)).subarray(8000);
    let energy = 0;
    for (const s of out) energy += s * s;
    expect(Math.abs(10 * Math.log10(energy / out.length / (amplitude ** 2 / 2)))).toBeLessThan(0.2);
  }
});

test('silence stays silence', () => {
  const octets = new Uint8Array(160);
  new G722Encoder().encode(new Int16Array(320), octets);
  const out = new Int16Array(320);
  new G722Decoder().decode(octets, out);
  for (const s of out) expect(Math.abs(s)).toBeLessThan(16);
});

test('a chain of two keeps 22 samples of lag each and no more', () => {
  const impulse = new Int16Array(640);
  for (let i = 100; i < 640; i++) impulse[i] = 4000 * Math.sin((2 * Math.PI * 500 * (i - 100)) / 16_000);
  const out = through(impulse);
  let best = 0;
  let bestDot = -Infinity;
  for (let lag = 0; lag < 60; lag++) {
    let dot = 0;
    for (let i = 200; i < 500; i++) dot += impulse[i]! * out[i + lag]!;
    if (dot > bestDot) [best, bestDot] = [lag, dot];
  }
  expect(best).toBe(22);
});

test('any octets decode without overflow, and in parts as in one piece', () => {
  let seed = 9;
  const octets = Uint8Array.from({ length: 4000 }, () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 24);
  const whole = new Int16Array(8000);
  new G722Decoder().decode(octets, whole);
  const parts = new G722Decoder();
  const frame = new Int16Array(320);
  for (let at = 0; at < 4000; at += 160) {
    parts.decode(octets, frame, at, 160);
    expect(frame).toEqual(whole.subarray(at * 2, at * 2 + 320));
  }
});
