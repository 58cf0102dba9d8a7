import type { CurvePoint } from './measure.ts';

const WIDTH = 640;
const HEIGHT = 340;
const LEFT = 60;
const TOP = 20;
const RIGHT = 150;
const BOTTOM = 50;

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly value: (p: CurvePoint) => number;
  readonly dash?: string;
}

/** An SVG of how many are right over the time that is allowed, and of the people who speak on by then. */
export function curvePicture(points: readonly CurvePoint[]): string {
  const first = points[0]?.p95 ?? 0;
  const last = points.at(-1)?.p95 ?? 1;
  const from = Math.floor(20 * Math.min(0.8, ...points.flatMap((p) => [p.people, p.machines, 1 - p.peopleStillSpeaking]))) / 20;
  const x = (ms: number): number => LEFT + ((ms - first) / Math.max(1, last - first)) * (WIDTH - LEFT - RIGHT);
  const y = (part: number): number => TOP + (1 - (part - from) / (1 - from)) * (HEIGHT - TOP - BOTTOM);
  const line = ({ colour, value, dash = '' }: Line): string => `<polyline points="${points.map((p) => `${x(p.p95).toFixed(1)},${y(value(p)).toFixed(1)}`).join(' ')}" fill="none" stroke="${colour}" stroke-width="2"${dash}/>`;
  const out: string[] = [];
  for (let part = from; part <= 1.0001; part += 0.05) out.push(`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(part)}" y2="${y(part)}" stroke="#ddd"/><text x="${LEFT - 6}" y="${y(part) + 4}" text-anchor="end">${Math.round(part * 100)} %</text>`);
  for (const p of points) out.push(`<text x="${x(p.p95)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${Math.round(p.p95)}</text>`);
  out.push(`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(0.97)}" y2="${y(0.97)}" stroke="#888" stroke-dasharray="4 3"/><text x="${LEFT + 4}" y="${y(0.97) - 4}" fill="#666">97 %</text>`);
  const lines: Line[] = [
    { name: 'people right', colour: '#2e7d32', value: (p) => p.people },
    { name: 'machines right', colour: '#1565c0', value: (p) => p.machines },
    { name: 'people done speaking', colour: '#999', value: (p) => 1 - p.peopleStillSpeaking, dash: ' stroke-dasharray="2 3"' },
  ];
  out.push(...lines.map(line));
  const end = points.at(-1);
  let lowest = 0;
  // Names from the top down, none over another.
  for (const { name, colour, value } of end === undefined ? [] : [...lines].sort((a, b) => b.value(end) - a.value(end))) {
    lowest = Math.max(lowest + 14, y(value(end as CurvePoint)) + 4);
    out.push(`<text x="${x(last) + 6}" y="${lowest.toFixed(1)}" fill="${colour}">${name}</text>`);
  }
  out.push(`<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">95 % of the verdicts told by then, ms after speech begins</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12" fill="#222">\n<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>\n${out.join('\n')}\n</svg>\n`;
}
