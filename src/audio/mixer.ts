/**
 * Saturating kernels for mixing frames of equal length. A conference sums everybody once into 32 bits (`accumulate`) and
 * gives each member the sum without its own voice (`mixMinus`): 2 passes a member, however many there are.
 */

/** sum += frame */
export function accumulate(sum: Int32Array, frame: Int16Array): void {
  for (let i = 0; i < frame.length; i++) sum[i] = (sum[i] as number) + (frame[i] as number);
}

/** sum = frame */
export function begin(sum: Int32Array, frame: Int16Array): void {
  for (let i = 0; i < frame.length; i++) sum[i] = frame[i] as number;
}

/** out = saturate(sum − own) */
export function mixMinus(sum: Int32Array, own: Int16Array, out: Int16Array): void {
  for (let i = 0; i < out.length; i++) {
    const v = (sum[i] as number) - (own[i] as number);
    out[i] = v > 32767 ? 32767 : v < -32768 ? -32768 : v;
  }
}

/** out = saturate(sum) */
export function mixAll(sum: Int32Array, out: Int16Array): void {
  for (let i = 0; i < out.length; i++) {
    const v = sum[i] as number;
    out[i] = v > 32767 ? 32767 : v < -32768 ? -32768 : v;
  }
}

/** into = saturate(into + frame) */
export function mixInto(into: Int16Array, frame: Int16Array): void {
  for (let i = 0; i < into.length; i++) {
    const v = (into[i] as number) + (frame[i] as number);
    into[i] = v > 32767 ? 32767 : v < -32768 ? -32768 : v;
  }
}
