/** A series of a chart: points joined by a line, or marks alone. */
export interface ChartSeries {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly label?: string }[];
  readonly marks?: boolean;
}

export interface ChartOptions {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly series: readonly ChartSeries[];
  /** A vertical line, e.g. at the promise. */
  readonly xLine?: { readonly at: number; readonly name: string };
  readonly yLine?: { readonly at: number; readonly name: string };
  readonly yFrom?: number;
}

const colours = ['#0b6e4f', '#b23a48', '#2f4b7c', '#d98e04', '#6a4c93', '#3d8b9e', '#7f5539', '#555555', '#a05195', '#58a618'];
const wide = 860;
const high = 460;
const left = 64;
const right = 210;
const top = 40;
const bottom = 52;

/** Draws a chart as an SVG document. */
export function chart(options: ChartOptions): string {
  const points = options.series.flatMap((s) => s.points);
  const xs = [...points.map((p) => p.x), ...(options.xLine === undefined ? [] : [options.xLine.at])];
  const ys = [...points.map((p) => p.y), ...(options.yLine === undefined ? [] : [options.yLine.at])];
  const xAxis = axis(Math.min(0, ...xs), Math.max(1e-9, ...xs));
  const yAxis = axis(options.yFrom ?? Math.min(0, ...ys), Math.max(1e-9, ...ys));
  const x = (v: number): number => left + ((v - xAxis.from) / (xAxis.to - xAxis.from)) * (wide - left - right);
  const y = (v: number): number => high - bottom - ((v - yAxis.from) / (yAxis.to - yAxis.from)) * (high - top - bottom);
  const out: string[] = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${wide} ${high}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${wide}" height="${high}" fill="#ffffff"/>`,
    `<text x="${left}" y="24" font-size="15" fill="#222">${escape(options.title)}</text>`,
  ];
  for (const tick of xAxis.ticks) out.push(`<line x1="${r(x(tick))}" x2="${r(x(tick))}" y1="${top}" y2="${high - bottom}" stroke="#eee"/><text x="${r(x(tick))}" y="${high - bottom + 16}" text-anchor="middle" fill="#555">${figure(tick)}</text>`);
  for (const tick of yAxis.ticks) out.push(`<line x1="${left}" x2="${wide - right}" y1="${r(y(tick))}" y2="${r(y(tick))}" stroke="#eee"/><text x="${left - 6}" y="${r(y(tick) + 4)}" text-anchor="end" fill="#555">${figure(tick)}</text>`);
  out.push(`<text x="${(left + wide - right) / 2}" y="${high - 12}" text-anchor="middle" fill="#222">${escape(options.xTitle)}</text>`);
  out.push(`<text transform="translate(16 ${(top + high - bottom) / 2}) rotate(-90)" text-anchor="middle" fill="#222">${escape(options.yTitle)}</text>`);
  if (options.xLine !== undefined) out.push(`<line x1="${r(x(options.xLine.at))}" x2="${r(x(options.xLine.at))}" y1="${top}" y2="${high - bottom}" stroke="#b23a48" stroke-dasharray="4 3"><title>${escape(options.xLine.name)}</title></line>`);
  if (options.yLine !== undefined) out.push(`<line x1="${left}" x2="${wide - right}" y1="${r(y(options.yLine.at))}" y2="${r(y(options.yLine.at))}" stroke="#b23a48" stroke-dasharray="4 3"><title>${escape(options.yLine.name)}</title></line>`);
  for (const [i, series] of options.series.entries()) {
    const colour = colours[i % colours.length] ?? '#000';
    if (series.marks === true) {
      for (const p of series.points) out.push(`<circle cx="${r(x(p.x))}" cy="${r(y(p.y))}" r="4" fill="${colour}" fill-opacity="0.75"><title>${escape(p.label ?? series.name)}</title></circle>`);
    } else out.push(`<polyline fill="none" stroke="${colour}" stroke-width="1.6" points="${series.points.map((p) => `${r(x(p.x))},${r(y(p.y))}`).join(' ')}"/>`);
    const at = top + 6 + i * 18;
    out.push(`<rect x="${wide - right + 14}" y="${at}" width="10" height="10" fill="${colour}"/><text x="${wide - right + 30}" y="${at + 9}" fill="#222">${escape(series.name)}</text>`);
  }
  out.push('</svg>');
  return out.join('\n') + '\n';
}

function axis(from: number, to: number): { from: number; to: number; ticks: number[] } {
  const rough = Math.max(1e-9, to - from) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= rough) ?? 10);
  const first = Math.floor(from / step) * step;
  const ticks: number[] = [];
  for (let tick = first; tick < to + step; tick += step) ticks.push(tick);
  return { from: first, to: ticks.at(-1) ?? to, ticks };
}

function r(value: number): string {
  return value.toFixed(1);
}

function figure(value: number): string {
  return String(Math.round(value * 1e6) / 1e6);
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
