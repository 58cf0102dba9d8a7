/** A series of a chart: points joined by a line, or marks alone. */
export interface ChartSeries {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly label?: string }[];
  readonly marks?: boolean;
  /** Against the axis on the right. */
  readonly right?: boolean;
}

export interface ChartOptions {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly series: readonly ChartSeries[];
  /** A vertical line, e.g. at the promise. */
  readonly xLine?: { readonly at: number; readonly name: string };
  /** A horizontal line; against the axis on the right when there is one. */
  readonly yLine?: { readonly at: number; readonly name: string };
  readonly yFrom?: number;
  readonly yTo?: number;
  /** Title of the axis on the right. */
  readonly rightTitle?: string;
}

const colours = ['#0b6e4f', '#b23a48', '#2f4b7c', '#d98e04', '#6a4c93', '#3d8b9e', '#7f5539', '#555555', '#a05195', '#58a618', '#c2185b', '#00695c'];
const lineColour = '#111111';
const wide = 900;
const high = 460;
const left = 64;
const right = 250;
const top = 40;
const bottom = 52;

/** Draws a chart as an SVG document. */
export function chart(options: ChartOptions): string {
  const onLeft = options.series.filter((s) => s.right !== true).flatMap((s) => s.points);
  const onRight = options.series.filter((s) => s.right === true).flatMap((s) => s.points);
  const line = options.yLine === undefined ? [] : [options.yLine.at];
  const hasRight = options.rightTitle !== undefined;
  const xs = [...onLeft, ...onRight].map((p) => p.x).concat(options.xLine === undefined ? [] : [options.xLine.at]);
  const ys = onLeft.map((p) => p.y).concat(hasRight ? [] : line);
  const rights = onRight.map((p) => p.y).concat(hasRight ? line.map((at) => at * 1.3) : []);
  const xAxis = axis(least(xs), most(xs));
  const yAxis = axis(options.yFrom ?? least(ys), options.yTo ?? most(ys));
  const rightAxis = axis(0, most(rights));
  const x = (v: number): number => left + ((v - xAxis.from) / (xAxis.to - xAxis.from)) * (wide - left - right);
  const height = (of: ReturnType<typeof axis>) => (v: number): number => high - bottom - ((v - of.from) / (of.to - of.from)) * (high - top - bottom);
  const y = height(yAxis);
  const yRight = height(rightAxis);
  const edge = wide - right;
  const out: string[] = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${wide} ${high}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${wide}" height="${high}" fill="#ffffff"/>`,
    `<text x="${left}" y="24" font-size="15" fill="#222">${escape(options.title)}</text>`,
  ];
  for (const tick of xAxis.ticks) out.push(`<line x1="${r(x(tick))}" x2="${r(x(tick))}" y1="${top}" y2="${high - bottom}" stroke="#eee"/><text x="${r(x(tick))}" y="${high - bottom + 16}" text-anchor="middle" fill="#555">${figure(tick)}</text>`);
  for (const tick of yAxis.ticks) out.push(`<line x1="${left}" x2="${edge}" y1="${r(y(tick))}" y2="${r(y(tick))}" stroke="#eee"/><text x="${left - 6}" y="${r(y(tick) + 4)}" text-anchor="end" fill="#555">${figure(tick)}</text>`);
  out.push(`<text x="${(left + edge) / 2}" y="${high - 12}" text-anchor="middle" fill="#222">${escape(options.xTitle)}</text>`);
  out.push(`<text transform="translate(16 ${(top + high - bottom) / 2}) rotate(-90)" text-anchor="middle" fill="#222">${escape(options.yTitle)}</text>`);
  if (options.rightTitle !== undefined) {
    for (const tick of rightAxis.ticks) out.push(`<text x="${edge + 6}" y="${r(yRight(tick) + 4)}" fill="#555">${figure(tick)}</text>`);
    out.push(`<text transform="translate(${edge + 40} ${(top + high - bottom) / 2}) rotate(90)" text-anchor="middle" fill="#222">${escape(options.rightTitle)}</text>`);
  }
  const legend = edge + (hasRight ? 58 : 14);
  const dashed = (x1: number, y1: number, x2: number, y2: number): string => `<line x1="${r(x1)}" y1="${r(y1)}" x2="${r(x2)}" y2="${r(y2)}" stroke="${lineColour}" stroke-dasharray="4 3"/>`;
  const at = (i: number): number => top + 6 + i * 18;
  for (const [i, series] of options.series.entries()) {
    const colour = colours[i % colours.length] ?? '#000';
    const place = series.right === true ? yRight : y;
    if (series.marks === true) {
      for (const p of series.points) out.push(mark(i, x(p.x), place(p.y), colour, p.label ?? series.name));
      out.push(mark(i, legend + 5, at(i) + 5, colour, series.name));
    } else {
      out.push(`<polyline fill="none" stroke="${colour}" stroke-width="1.6" points="${series.points.map((p) => `${r(x(p.x))},${r(place(p.y))}`).join(' ')}"/>`);
      out.push(`<rect x="${legend}" y="${at(i) + 3}" width="10" height="4" fill="${colour}"/>`);
    }
    out.push(`<text x="${legend + 16}" y="${at(i) + 9}" fill="#222">${escape(series.name)}</text>`);
  }
  let row = options.series.length;
  if (options.xLine !== undefined) out.push(dashed(x(options.xLine.at), top, x(options.xLine.at), high - bottom), ...lineLegend(row++, options.xLine.name));
  if (options.yLine !== undefined) {
    const height = (hasRight ? yRight : y)(options.yLine.at);
    out.push(dashed(left, height, edge, height), ...lineLegend(row, options.yLine.name));
  }
  out.push('</svg>');
  return out.join('\n') + '\n';

  function lineLegend(place: number, name: string): string[] {
    return [dashed(legend - 2, at(place) + 5, legend + 12, at(place) + 5), `<text x="${legend + 16}" y="${at(place) + 9}" fill="#222">${escape(name)}</text>`];
  }
}

/** A form of its own for each series, so that marks on one spot and colours that look alike can be told apart. */
function mark(series: number, cx: number, cy: number, colour: string, title: string): string {
  const fill = series % 8 < 4 ? `fill="${colour}" fill-opacity="0.75"` : 'fill="none"';
  const stroke = `stroke="${colour}" stroke-width="1.5"`;
  const told = `<title>${escape(title)}</title>`;
  const p = (dx: number, dy: number): string => `${r(cx + dx)},${r(cy + dy)}`;
  switch (series % 4) {
    case 0:
      return `<circle cx="${r(cx)}" cy="${r(cy)}" r="${4 + (series % 8 < 4 ? 0 : 1.5)}" ${fill} ${stroke}>${told}</circle>`;
    case 1:
      return `<rect x="${r(cx - 4)}" y="${r(cy - 4)}" width="8" height="8" ${fill} ${stroke}>${told}</rect>`;
    case 2:
      return `<polygon points="${p(0, -5)} ${p(5, 4)} ${p(-5, 4)}" ${fill} ${stroke}>${told}</polygon>`;
    default:
      return `<polygon points="${p(0, -5.5)} ${p(5.5, 0)} ${p(0, 5.5)} ${p(-5.5, 0)}" ${fill} ${stroke}>${told}</polygon>`;
  }
}

const least = (values: readonly number[]): number => values.reduce((low, v) => Math.min(low, v), 0);
const most = (values: readonly number[]): number => values.reduce((top, v) => Math.max(top, v), 1e-9);

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
