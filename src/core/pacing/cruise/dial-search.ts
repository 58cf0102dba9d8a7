/**
 * The most dials, up to `most`, for which `allows` holds, when it holds for all fewer: upwards in growing steps, then halving. Among
 * many dials a part more or less does not matter (1 in `2 ** coarse`), and a decision must stay cheap. Where the last search ended
 * is near where this one will, so it begins at the power of two below; the answer is the same wherever it begins.
 */
export function mostDials(most: number, coarse: number, near: number, allows: (k: number) => boolean): number {
  if (most <= 0) return 0;
  let low = 1;
  while (low * 2 <= Math.min(near, most)) low *= 2;
  let high = most + 1;
  if (allows(low)) {
    for (let k = Math.min(most, low * 2); k > low; k = Math.min(most, low * 2)) {
      if (!allows(k)) {
        high = k;
        break;
      }
      low = k;
    }
  } else {
    do {
      high = low;
      low >>= 1;
    } while (low > 0 && !allows(low));
    if (low === 0) return 0;
  }
  while (high - low > Math.max(1, low >> coarse)) {
    const middle = (low + high) >> 1;
    if (allows(middle)) low = middle;
    else high = middle;
  }
  return low;
}
