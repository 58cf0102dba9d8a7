import { anyState, exitState, type ChartState, type StateChart } from './state-chart.ts';

const characterWidth = 6.7;
const lineHeight = 16;
const padding = 12;
const gapX = 110;
const gapY = 34;
const maxCharacters = 62;

interface Line {
  readonly text: string;
  readonly kind: 'event' | 'action' | 'target';
}

interface Box {
  readonly state: ChartState;
  readonly lines: readonly Line[];
  readonly width: number;
  readonly height: number;
  x: number;
  y: number;
}

/** The state chart as SVG: a box per state with what happens in it on which event, an arrow per change of state. */
export function drawSvg(chart: StateChart): string {
  const boxes = chart.states.map(boxOf);
  const columns = layers(boxes);
  let x = padding;
  for (const column of columns) {
    let y = padding + 40;
    for (const box of column) {
      box.x = x;
      box.y = y;
      y += box.height + gapY;
    }
    x += Math.max(...column.map((b) => b.width)) + gapX;
  }
  const width = x - gapX + padding + 40;
  const height = Math.max(...boxes.map((b) => b.y + b.height), 0) + padding;
  const byName = new Map(boxes.map((b) => [b.state.name, b]));
  const arrows = boxes.flatMap((box) => {
    const targets = new Map<string, string[]>();
    for (const row of box.state.rows) for (const target of row.targets) targets.set(target, [...(targets.get(target) ?? []), row.event]);
    return [...targets].flatMap(([target, events]) => {
      const to = byName.get(target);
      return to === undefined ? [] : [arrow(box, to, events)];
    });
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.ceil(width)}" height="${Math.ceil(height)}" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}" font-family="DejaVu Sans Mono, Menlo, monospace" font-size="11">
<title>${escape(chart.title)}</title>
<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="#556"/></marker></defs>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${padding}" y="${padding + 14}" font-size="15" font-weight="bold" fill="#223">${escape(chart.title)}</text>
${arrows.join('\n')}
${boxes.map(drawBox).join('\n')}
</svg>
`;
}

function boxOf(state: ChartState): Box {
  const lines = state.rows.flatMap((row): Line[] => [
    { kind: 'event', text: `${row.event}${row.cond === undefined ? '' : ` [${row.cond}]`}` },
    ...row.actions.map((text): Line => ({ kind: 'action', text: `  ${text}` })),
    ...(row.targets.length === 0 ? [] : [{ kind: 'target', text: `  \u2192 ${row.targets.join(', ')}` } as const]),
  ]).map((line) => ({ ...line, text: line.text.length > maxCharacters ? `${line.text.slice(0, maxCharacters - 1)}…` : line.text }));
  const longest = Math.max(titleOf(state).length + 4, ...lines.map((l) => l.text.length));
  return { state, lines, width: longest * characterWidth + 2 * padding, height: (lines.length + 1) * lineHeight + 2 * padding, x: 0, y: 0 };
}

/** Columns by distance from the initial state; what nothing leads to stands first, the end last. */
function layers(boxes: readonly Box[]): Box[][] {
  const depth = new Map<string, number>();
  const start = boxes.find((b) => b.state.initial) ?? boxes[0];
  const queue = start === undefined ? [] : [start.state.name];
  if (start !== undefined) depth.set(start.state.name, 0);
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const rows = boxes.filter((b) => b.state.name === name || b.state.name === anyState).flatMap((b) => b.state.rows);
    for (const target of rows.flatMap((r) => r.targets)) {
      if (depth.has(target) || target === exitState) continue;
      depth.set(target, (depth.get(name) ?? 0) + 1);
      queue.push(target);
    }
  }
  const deepest = Math.max(0, ...depth.values());
  const columns: Box[][] = [];
  for (const box of boxes) {
    const at = box.state.name === exitState ? deepest + 1 : box.state.name === anyState ? 0 : (depth.get(box.state.name) ?? 0);
    (columns[at] ??= []).push(box);
  }
  return columns.filter((c) => c !== undefined && c.length > 0);
}

function titleOf(state: ChartState): string {
  return state.name === anyState ? 'in every state' : state.name === exitState ? 'exit' : state.name;
}

function drawBox(box: Box): string {
  const fill = box.state.initial ? '#e8f2ff' : box.state.name === anyState ? '#f4f4ee' : box.state.name === exitState ? '#eee' : '#fbfbfd';
  const colours = { event: '#123a6b', action: '#444', target: '#8a3c00' } as const;
  const text = box.lines.map((line, i) => `<text x="${(box.x + padding).toFixed(1)}" y="${(box.y + padding + (i + 2) * lineHeight - 4).toFixed(1)}" fill="${colours[line.kind]}" xml:space="preserve">${escape(line.text)}</text>`);
  return `<g><rect x="${box.x.toFixed(1)}" y="${box.y.toFixed(1)}" width="${box.width.toFixed(1)}" height="${box.height.toFixed(1)}" rx="9" fill="${fill}" stroke="#556" stroke-width="${box.state.initial ? 2 : 1}"/>
<text x="${(box.x + padding).toFixed(1)}" y="${(box.y + padding + lineHeight - 6).toFixed(1)}" font-size="13" font-weight="bold" fill="#223">${escape(titleOf(box.state))}</text>
${text.join('\n')}</g>`;
}

function arrow(from: Box, to: Box, events: readonly string[]): string {
  const title = `<title>${escape(`${titleOf(from.state)} → ${titleOf(to.state)}: ${events.join(', ')}`)}</title>`;
  const line = (d: string): string => `<path d="${d}" fill="none" stroke="#8894a8" stroke-width="1.2" marker-end="url(#head)">${title}</path>`;
  if (from === to) {
    const x = from.x + from.width;
    const y = from.y + 22;
    return line(`M${x} ${y}c34 -6 34 26 0 20`);
  }
  if (to.x > from.x) {
    const [x1, y1, x2, y2] = [from.x + from.width, from.y + Math.min(from.height / 2, 60), to.x, to.y + 20];
    const bend = Math.max(40, (x2 - x1) / 2);
    return line(`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`);
  }
  if (to.x === from.x) {
    // Around the right side of what stands between them.
    const [x1, y1, x2, y2] = [from.x + from.width, from.y + from.height - 16, to.x + to.width, to.y + (to.y > from.y ? 16 : to.height - 16)];
    const out = Math.max(x1, x2) + gapX / 3;
    return line(`M${x1} ${y1}C${out} ${y1} ${out} ${y2} ${x2} ${y2}`);
  }
  const [x1, y1, x2, y2] = [from.x, from.y + from.height - 18, to.x + to.width, to.y + to.height - 18];
  return line(`M${x1} ${y1}C${x1 - 70} ${y1 + 26} ${x2 + 70} ${y2 + 26} ${x2} ${y2}`);
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
