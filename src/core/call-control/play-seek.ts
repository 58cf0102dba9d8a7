import type { Media, SeekPlay } from '../../media/media.ts';
import { refused, type Reply } from '../../kernel/result.ts';

/** `<send targettype="'avaya_platform'">` with this target moves what a dialog plays; so does a dialog's `dialog.user` event of this name. */
export const seekTarget = 'nailup.seek';
export const seekEvent = 'dialog.user.seek';

/** Reads `to` or `by` (milliseconds) of what a page or dialog sends, and moves the play. */
export function seekBy(media: Media, play: string | undefined, values: Readonly<Record<string, unknown>>): Reply {
  const given = (['to', 'by'] as const).filter((name) => values[name] !== undefined && values[name] !== '');
  const [name] = given;
  const ms = name === undefined ? Number.NaN : Number(values[name]);
  if (given.length !== 1 || !Number.isFinite(ms)) return refused('bad-argument', 'either to or by must be a number of milliseconds');
  if (play === undefined) return refused('bad-state', 'nothing is played');
  const seek: SeekPlay = name === 'to' ? { play, toMs: ms } : { play, byMs: ms };
  return media.seekPlay?.(seek) ?? refused('unsupported', 'the media plane cannot move a play');
}
