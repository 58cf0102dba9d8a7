import type { SeekPlay } from '../media.ts';
import type { ItemRenderer } from './play-item.ts';

interface PlayPlace {
  /** Of the item; their number: the play is over. */
  readonly index: number;
  readonly ms: number;
}

/**
 * Where a play goes that is moved while it stands in the item `index`. A mark right before the place is reached again when the way was back,
 * and passed over when the way was forward. As far as nobody knows how long an item is, the place is in it.
 */
export function placeOf(items: readonly ItemRenderer[], index: number, seek: SeekPlay): PlayPlace {
  const isMark = (at: number): boolean => items[at]?.item.kind === 'mark';
  let at = index;
  // Back to a mark, and moved again before it could be told: what sounds is behind it.
  while (isMark(at)) at += 1;
  const now = items[at]?.positionMs ?? 0;
  let ms = seek.byMs === undefined ? Math.max(0, seek.toMs) : now + seek.byMs;
  if (ms < now || seek.toMs === 0) {
    while (ms < 0 && at > 0) {
      at -= 1;
      // One that is over and whose length is unknown all the same has no end that could be counted from: its beginning it is.
      const length = items[at]?.lengthMs;
      ms = length === undefined ? 0 : ms + length;
    }
    ms = Math.max(0, ms);
    while (ms === 0 && isMark(at - 1)) at -= 1;
    return { index: at, ms };
  }
  for (let length = items[at]?.lengthMs; at < items.length && length !== undefined && ms >= length; length = items[at]?.lengthMs) {
    // A place past the end is the end; a way goes on into the next item.
    ms = seek.byMs === undefined ? 0 : ms - length;
    at += 1;
    while (isMark(at)) at += 1;
    if (seek.byMs === undefined) break;
  }
  return { index: at, ms };
}
