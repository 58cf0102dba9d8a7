/**
 * Saturating kernels for mixing frames of equal length. A conference sums everybody once into 32 bits (`accumulate`) and
 * gives each member the sum without its own voice (`mixMinus`): 2 passes a member, however many there are.
 */

/** sum += frame */
export function accumulate(sum: Int32Array, frame: Int16Array): void {
  const n = frame.length;
  let i = 0;
  // Eight at a time, here and below: stepping costs more than adding.
  for (; i + 7 < n; i += 8) {
    sum[i] = (sum[i] as number) + (frame[i] as number);
    sum[i + 1] = (sum[i + 1] as number) + (frame[i + 1] as number);
    sum[i + 2] = (sum[i + 2] as number) + (frame[i + 2] as number);
    sum[i + 3] = (sum[i + 3] as number) + (frame[i + 3] as number);
    sum[i + 4] = (sum[i + 4] as number) + (frame[i + 4] as number);
    sum[i + 5] = (sum[i + 5] as number) + (frame[i + 5] as number);
    sum[i + 6] = (sum[i + 6] as number) + (frame[i + 6] as number);
    sum[i + 7] = (sum[i + 7] as number) + (frame[i + 7] as number);
  }
  for (; i < n; i++) sum[i] = (sum[i] as number) + (frame[i] as number);
}

/** sum = frame */
export function begin(sum: Int32Array, frame: Int16Array): void {
  for (let i = 0; i < frame.length; i++) sum[i] = frame[i] as number;
}

/** out = saturate(sum − own) */
export function mixMinus(sum: Int32Array, own: Int16Array, out: Int16Array): void {
  const n = out.length;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const a = (sum[i] as number) - (own[i] as number);
    const b = (sum[i + 1] as number) - (own[i + 1] as number);
    const c = (sum[i + 2] as number) - (own[i + 2] as number);
    const d = (sum[i + 3] as number) - (own[i + 3] as number);
    if (((a + 32768) | (b + 32768) | (c + 32768) | (d + 32768)) >>> 16 === 0) {
      out[i] = a;
      out[i + 1] = b;
      out[i + 2] = c;
      out[i + 3] = d;
    } else {
      out[i] = clipped(a);
      out[i + 1] = clipped(b);
      out[i + 2] = clipped(c);
      out[i + 3] = clipped(d);
    }
  }
  for (; i < n; i++) out[i] = clipped((sum[i] as number) - (own[i] as number));
}

/** out = saturate(sum) */
export function mixAll(sum: Int32Array, out: Int16Array): void {
  for (let i = 0; i < out.length; i++) out[i] = clipped(sum[i] as number);
}

/** into = saturate(into + frame) */
export function mixInto(into: Int16Array, frame: Int16Array): void {
  for (let i = 0; i < into.length; i++) into[i] = clipped((into[i] as number) + (frame[i] as number));
}

/** To 16 bits. */
const clipped = (value: number): number => (value > 32767 ? 32767 : value < -32768 ? -32768 : value);
