import type { LegStats } from '../media/media.ts';

/** One look at a leg. */
export interface LegSample {
  /** Since the first look. */
  readonly seconds: number;
  readonly jitterMs: number;
  /** Packets lost since the look before. */
  readonly lost: number;
  readonly mos: number;
}

const size = { width: 900, height: 300, left: 56, right: 56, top: 36, bottom: 36 } as const;

/** What a leg's figures say of the time between two looks. */
export function sampleOf(stats: LegStats, before: LegStats | undefined, seconds: number): LegSample {
  return { seconds, jitterMs: stats.jitterMs, lost: Math.max(0, stats.packetsLost - (before?.packetsLost ?? stats.packetsLost)), mos: stats.mos };
}

/** A leg over time as SVG: jitter as a line (left scale), lost packets as bars (right scale), the last MOS in the title. */
export function drawLegPlot(leg: string, samples: readonly LegSample[]): string {
  const { width, height, left, right, top, bottom } = size;
  const last = samples.at(-1);
  const seconds = Math.max(1, last?.seconds ?? 1);
  const mostJitter = niceLimit(Math.max(...samples.map((one) => one.jitterMs), 5));
  const mostLost = niceLimit(Math.max(...samples.map((one) => one.lost), 5));
  const x = (at: number): number => left + ((width - left - right) * at) / seconds;
  const y = (value: number, most: number): number => height - bottom - ((height - top - bottom) * value) / most;
  const bar = Math.max(2, (width - left - right) / Math.max(1, samples.length) / 2);
  const bars = samples.filter(({ lost }) => lost > 0).map(({ seconds: at, lost }) => `<rect x="${(x(at) - bar / 2).toFixed(1)}" y="${y(lost, mostLost).toFixed(1)}" width="${bar.toFixed(1)}" height="${(height - bottom - y(lost, mostLost)).toFixed(1)}" fill="#c0392b"/>`);
  const line = samples.map(({ seconds: at, jitterMs }) => `${x(at).toFixed(1)},${y(jitterMs, mostJitter).toFixed(1)}`).join(' ');
  const text = (atX: number, atY: number, words: string, anchor: 'start' | 'middle' | 'end', fill = '#333'): string => `<text x="${atX}" y="${atY}" text-anchor="${anchor}" fill="${fill}">${words}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(left, 20, `${escape(leg)}: jitter and loss${last === undefined ? '' : `, MOS ${last.mos.toFixed(2)}`}`, 'start'),
    `<path d="M${left} ${top}V${height - bottom}H${width - right}V${top}" fill="none" stroke="#999"/>`,
    ...bars,
    `<polyline points="${line}" fill="none" stroke="#2c6fbb" stroke-width="1.5"/>`,
    text(left - 6, top + 4, `${mostJitter} ms`, 'end', '#2c6fbb'), text(left - 6, height - bottom, '0', 'end', '#2c6fbb'),
    text(width - right + 6, top + 4, `${mostLost} lost`, 'start', '#c0392b'), text(width - right + 6, height - bottom, '0', 'start', '#c0392b'),
    text(left, height - 12, '0 s', 'middle'), text(width - right, height - 12, `${Math.round(seconds)} s`, 'middle'),
    '</svg>', '',
  ].join('\n');
}

/** 1, 2 or 5 times a power of ten, not below the value. */
function niceLimit(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10);
}

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
