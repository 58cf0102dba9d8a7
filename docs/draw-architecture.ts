/**
 * Draws docs/architecture.svg: `npx tsx docs/draw-architecture.ts`. Every folder of src/ has to have its place here, and every
 * place its folder: a test holds both against each other.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

interface Box {
  /** Folder below src/, with a trailing slash, or a file. */
  readonly path: string;
  readonly says: readonly string[];
  /** Steps of the walk of a contact that happen here. */
  readonly steps?: readonly number[];
}
interface Row {
  readonly title: string;
  readonly note: string;
  readonly fill: string;
  readonly line: string;
  readonly boxes: readonly Box[];
}

const rows: readonly Row[] = [
  { title: 'doors', note: 'who asks', fill: '#eef2f7', line: '#7b8ba3', boxes: [
    { path: 'commands/', says: ['the command line'] },
    { path: 'api/', says: ['operator HTTP,', 'agent WebSocket'] },
    { path: 'config/', says: ['nailup.yaml,', 'one schema'] },
    { path: 'observe/', says: ['logs, call traces'] },
  ] },
  { title: 'modules', note: 'plug in around the core', fill: '#eaf5ea', line: '#6f9a6f', boxes: [
    { path: 'modules/campaigns/', says: ['jobs, leases, retries,', 'the attempt record'], steps: [1, 9] },
    { path: 'modules/rules/', says: ['the one gate, guard', 'times; pure'], steps: [3] },
    { path: 'modules/contacts/', says: ['lists, import,', 'do-not-call'] },
    { path: 'modules/agents/', says: ['who is free,', 'wrap-up, desktop'], steps: [7] },
    { path: 'modules/channels/', says: ['texts of messages'] },
  ] },
  { title: 'core', note: 'the centre', fill: '#fff1d6', line: '#c48a1b', boxes: [
    { path: 'core/pacing/', says: ['how many to dial', 'now; pure'], steps: [2] },
    { path: 'core/allocation/', says: ['which job gets', 'agents, lines; pure'] },
    { path: 'core/call-control/', says: ["an attempt's life;", 'session ↔ objects'], steps: [4] },
    { path: 'core/messaging/', says: ['attempts that', 'are messages'] },
    { path: 'core/nailing/', says: ["the agent's leg,", 'kept up'] },
    { path: 'core/clamping/', says: ['who may hear', 'which digit'], steps: [8] },
  ] },
  { title: 'languages', note: 'parse, model, run', fill: '#f3ebfa', line: '#8d6bb0', boxes: [
    { path: 'ccxml/', says: ['call-control pages:', 'driver, nailer'], steps: [4] },
    { path: 'vxml/', says: ['dialogs: form', 'interpretation'] },
    { path: 'grammar/', says: ['SRGS, SISR,', 'DTMF matcher'] },
    { path: 'ecmascript/', says: ['QuickJS sandbox'] },
    { path: 'fetch/', says: ['pages and audio,', 'address policy'] },
  ] },
  { title: 'resources', note: 'a port, adapters beside it', fill: '#e4f1f8', line: '#4c88a8', boxes: [
    { path: 'signalling/', says: ['calls, trunks;', 'embedded/'], steps: [5] },
    { path: 'media/', says: ['nodes and edges;', 'embedded/ on threads'], steps: [6, 8] },
    { path: 'speech/', says: ['synthesis,', 'recognition'] },
    { path: 'messaging/', says: ['SMTP, gateways', 'for text messages'] },
    { path: 'store/', says: ['PostgreSQL,', 'embedded or yours'], steps: [9] },
  ] },
  { title: 'libraries', note: 'know nothing of calls', fill: '#f4f4f2', line: '#8c8c86', boxes: [
    { path: 'sip/', says: ['RFC 3261 stack'] },
    { path: 'sdp/', says: ['offer/answer'] },
    { path: 'rtp/', says: ['RTP, RTCP, 4733'] },
    { path: 'audio/', says: ['codecs, tones, CPA'] },
    { path: 'xml/', says: ['parse, serialise'] },
    { path: 'kernel/', says: ['clock, ids, machine'] },
  ] },
];

const walk = [
  'lease a contact that is due', 'pacer: how many now', 'gate: rules, do-not-call, hours', 'record the attempt, start driver.ccxml', 'INVITE through the trunk',
  'who answered: person, machine, tone', 'take the agent who is free longest', 'join with the nailed leg, clamped', 'one result: code, retry, report',
];

const width = 1180;
const left = 206;
const right = 100;
const rowHeight = 92;
const gap = 14;
const top = 96;
const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const words = (x: number, y: number, text: string, more = ''): string => `<text x="${x}" y="${y}"${more === '' ? '' : ` ${more}`}>${escape(text)}</text>`;

function step(number: number, x: number, y: number): string {
  return `<circle cx="${x}" cy="${y}" r="10" fill="#b3261e"/>${words(x, y + 4.5, String(number), 'fill="#fff" font-weight="bold" text-anchor="middle" font-size="13"')}`;
}

function drawRow(row: Row, y: number): string[] {
  const room = width - left - right;
  const each = (room - (row.boxes.length - 1) * 10) / row.boxes.length;
  const out = [
    `<rect x="20" y="${y}" width="${width - right - 8}" height="${rowHeight}" rx="8" fill="${row.fill}" stroke="${row.line}"/>`,
    words(36, y + 40, row.title, 'font-size="17" font-weight="bold"'),
    words(36, y + 60, row.note, 'font-size="12" fill="#555"'),
  ];
  row.boxes.forEach((box, i) => {
    const x = left + i * (each + 10) - 4;
    out.push(`<rect x="${x}" y="${y + 10}" width="${each}" height="${rowHeight - 20}" rx="5" fill="#fff" stroke="${row.line}"/>`);
    const size = box.path.length * 8 > each - 20 ? 11 : 13;
    out.push(words(x + 10, y + 32, box.path, `font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="${size}" font-weight="bold"`));
    box.says.forEach((line, n) => out.push(words(x + 10, y + 51 + n * 16, line, 'font-size="12.5" fill="#333"')));
    box.steps?.forEach((number, n) => out.push(step(number, x + each - 14 - ((box.steps?.length ?? 1) - 1 - n) * 24, y + 12)));
  });
  return out;
}

export const drawnPaths: readonly string[] = rows.flatMap((row) => row.boxes.map((box) => box.path));

export function architectureSvg(): string {
  const y = (row: number): number => top + row * (rowHeight + gap);
  const bottom = y(rows.length);
  const height = bottom + 206;
  const arrow = (x: number, from: number, to: number): string => `<path d="M${x} ${from}V${to}" stroke="#333" stroke-width="2.5" fill="none" marker-end="url(#head)"/>`;
  const side = width - right / 2 + 10;
  const outside = (x: number, at: number, w: number, text: string): string =>
    `<rect x="${x}" y="${at}" width="${w}" height="34" rx="17" fill="#fff" stroke="#444" stroke-dasharray="5 3"/>${words(x + w / 2, at + 22, text, 'text-anchor="middle" font-size="13"')}`;
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans, Verdana, sans-serif" font-size="13" fill="#111">`,
    '<title>The parts of Nailup and the walk of a contact through them</title>',
    '<defs><marker id="head" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="#333"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    outside(20, 12, 250, 'operators, page authors'), outside(290, 12, 250, "agents' desktops"),
    words(width - right + 12, 34, 'main.ts, server.ts and wiring/ join the parts', 'font-size="12.5" fill="#333" text-anchor="end"'),
    arrow(145, 46, y(0) - 4), arrow(415, 46, y(0) - 4),
    ...rows.flatMap((row, i) => drawRow(row, y(i))),
    arrow(side - 18, y(0) + 20, y(4) + rowHeight - 6), arrow(side + 20, y(4) + rowHeight - 6, y(0) + 20),
    words(0, 0, 'commands go down: accepted or refused', `transform="translate(${side - 25} ${(y(0) + y(4) + rowHeight) / 2}) rotate(-90)" text-anchor="middle" font-size="12.5"`),
    words(0, 0, "outcomes come up as events, by id, into the session's mailbox", `transform="translate(${side + 13} ${(y(0) + y(4) + rowHeight) / 2}) rotate(-90)" text-anchor="middle" font-size="12.5"`),
    outside(20, bottom + 8, 250, 'carriers and phones: SIP, RTP'), outside(290, bottom + 8, 250, 'PostgreSQL'), outside(560, bottom + 8, 250, 'web servers with pages'), outside(830, bottom + 8, 250, 'speech engines'),
    words(20, bottom + 78, 'The walk of a contact', 'font-size="15" font-weight="bold"'),
  ];
  walk.forEach((line, i) => {
    const x = 32 + (i % 3) * 385;
    const at = bottom + 104 + Math.floor(i / 3) * 32;
    out.push(step(i + 1, x, at), words(x + 18, at + 4.5, line));
  });
  return `${out.join('\n')}\n</svg>\n`;
}

/** Folders of src/ that hold code, the parts of core/ and modules/ one by one. */
export function codeFolders(src: string): string[] {
  const below = (folder: string): string[] => readdirSync(join(src, folder), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => `${folder}${entry.name}/`);
  const holdsCode = (folder: string): boolean => readdirSync(join(src, folder), { recursive: true, encoding: 'utf8' }).some((file) => file.endsWith('.ts'));
  return below('').flatMap((folder) => (folder === 'core/' || folder === 'modules/' ? below(folder) : [folder])).filter(holdsCode);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const here = dirname(fileURLToPath(import.meta.url));
  const file = join(here, 'architecture.svg');
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  writeFileSync(file, architectureSvg());
  console.log(before === architectureSvg() ? `${file}: unchanged` : `${file}: drawn`);
}
