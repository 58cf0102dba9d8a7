/**
 * Levels of 16-bit linear audio in dBm0. A full-scale sine is +3.14 dBm0 (ITU-T G.711 §6, digital milliwatt, A-law figure),
 * so a full-scale square wave is 6.15 dBm0.
 */
const FULL_SCALE_SINE_DBM0 = 3.14;
const FULL_SCALE_SINE_POWER = (32768 * 32768) / 2;

/** Peak amplitude (16-bit units) of one sine at this level. */
export function sineAmplitude(dbm0: number): number {
  return 32768 * 10 ** ((dbm0 - FULL_SCALE_SINE_DBM0) / 20);
}

/** Level of a mean square (16-bit units squared). Silence is −99. */
export function dbm0OfPower(meanSquare: number): number {
  return meanSquare <= 1e-7 ? -99 : Math.max(-99, 10 * Math.log10(meanSquare / FULL_SCALE_SINE_POWER) + FULL_SCALE_SINE_DBM0);
}

/** Mean square (16-bit units squared) of a signal at this level. */
export function powerOfDbm0(dbm0: number): number {
  return FULL_SCALE_SINE_POWER * 10 ** ((dbm0 - FULL_SCALE_SINE_DBM0) / 10);
}

/** Mean square of `length` samples from `start`. */
export function meanSquare(samples: Int16Array, start = 0, length = samples.length - start): number {
  return length > 0 ? energyOf(samples, start, length) / length : 0;
}

/** Sum of the squares of `length` samples from `start`: exact, in any order, up to 2²³ samples. */
export function energyOf(samples: Int16Array, start: number, length: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const end = start + length;
  let i = start;
  // Four sums that do not wait for one another.
  for (; i + 3 < end; i += 4) {
    const w = samples[i] as number;
    const x = samples[i + 1] as number;
    const y = samples[i + 2] as number;
    const z = samples[i + 3] as number;
    a += w * w;
    b += x * x;
    c += y * y;
    d += z * z;
  }
  for (; i < end; i++) a += (samples[i] as number) ** 2;
  return a + b + c + d;
}

/** Level in dBm0 of `length` samples from `start`. */
export function levelDbm0(samples: Int16Array, start = 0, length = samples.length - start): number {
  return dbm0OfPower(meanSquare(samples, start, length));
}

/** A global is looked up each time, and a sample at a time that is often: from within jest most of a test's time. */
const { round } = Math;

/** Rounds and saturates to 16 bits. */
export function saturate(value: number): number {
  return value >= 32767 ? 32767 : value <= -32768 ? -32768 : round(value);
}
