/**
 * The most dials, up to `most`, for which `allows` holds, when it holds for all fewer: upwards in growing steps, then halving. Among
 * many dials a part more or less does not matter (1 in `2 ** coarse`), and a decision must stay cheap.
 */
export function mostDials(most: number, coarse: number, allows: (k: number) => boolean): number {
  if (most <= 0 || !allows(1)) return 0;
  let low = 1;
  let high = most + 1;
  for (let k = 2; k <= most; k = Math.min(most, k * 2)) {
    if (!allows(k)) {
      high = k;
      break;
    }
    low = k;
    if (k === most) break;
  }
  while (high - low > Math.max(1, low >> coarse)) {
    const middle = (low + high) >> 1;
    if (allows(middle)) low = middle;
    else high = middle;
  }
  return low;
}
