/**
 * Power of one frequency in `length` samples from `start`, as the mean square that a pure sine of that frequency would have
 * (16-bit units squared): a sine of amplitude A measured over many periods gives A²/2.
 */
export function goertzelPower(samples: Int16Array, frequency: number, sampleRate = 8000, start = 0, length = samples.length - start): number {
  const w = (2 * Math.PI * frequency) / sampleRate;
  const coefficient = 2 * Math.cos(w);
  let s1 = 0;
  let s2 = 0;
  for (let i = start, end = start + length; i < end; i++) {
    const s0 = (samples[i] as number) + coefficient * s1 - s2;
    s2 = s1;
    s1 = s0;
  }
  const magnitude = s1 * s1 + s2 * s2 - coefficient * s1 * s2;
  return length > 0 ? (2 * magnitude) / (length * length) : 0;
}
