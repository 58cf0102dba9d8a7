import { summarise, type WireMessage, type WireSummary } from './wire-message.ts';

const hostPort = (address: string, port: number): string => `${address.includes(':') ? `[${address}]` : address}:${port}`;
export const localOf = (message: WireMessage): string => hostPort(message.localAddress, message.localPort);
export const remoteOf = (message: WireMessage): string => hostPort(message.remoteAddress, message.remotePort);

const timeWidth = 9;

/**
 * The ladder of one call: a column per address, ours in the middle of things where they come, time from the first message.
 *
 * ```
 *    0.000  │ INVITE sip:… (SDP) ────────▶ │
 * ```
 */
export function drawLadder(messages: readonly WireMessage[]): string {
  const [first] = messages;
  if (first === undefined) return '';
  const summaries = messages.map(({ text }) => summarise(text));
  const [opening] = summaries;
  const seen = new Set<string>();
  const labels = messages.map((message, i) => label(summaries[i], message, seen));
  const columns = [...new Set(messages.flatMap((message) => (message.direction === 'out' ? [localOf(message), remoteOf(message)] : [remoteOf(message), localOf(message)])))];
  const width = Math.max(24, ...labels.map((text) => text.length + 6), ...columns.map((text) => text.length + 2));
  const at = (column: number): number => timeWidth + 3 + Math.floor(width / 2) + column * width;
  const lines = [
    `Call-ID ${opening?.callId ?? ''}`,
    `from ${opening?.from ?? ''} to ${opening?.to ?? ''}, ${new Date(first.at).toISOString()}`,
    '',
    place(columns.map((text, column) => [at(column) - Math.floor(text.length / 2), text])),
    place([[timeWidth + 3, ''], ...columns.map((_, column): [number, string] => [at(column), '│'])]),
  ];
  messages.forEach((message, i) => {
    const from = columns.indexOf(message.direction === 'out' ? localOf(message) : remoteOf(message));
    const to = columns.indexOf(message.direction === 'out' ? remoteOf(message) : localOf(message));
    const left = at(Math.min(from, to)) + 1;
    const length = Math.max(at(Math.max(from, to)) - left, 2);
    const text = ` ${labels[i] ?? ''} `;
    const room = length - 1 - text.length;
    const before = '─'.repeat(Math.max(Math.floor(room / 2), 0));
    const after = '─'.repeat(Math.max(room - before.length, 0));
    const arrow = from < to ? `${before}${text}${after}▶` : `◀${before}${text}${after}`;
    const time = ((message.at - first.at) / 1_000).toFixed(3).padStart(timeWidth);
    lines.push(place([[0, time], ...columns.map((_, column): [number, string] => [at(column), '│']), [left, arrow]]));
  });
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** One line of a live trace. */
export function traceLine(message: WireMessage): string {
  const summary = summarise(message.text);
  const arrow = message.direction === 'out' ? '→' : '←';
  return `${new Date(message.at).toISOString().slice(11, 23)} ${message.transport.padEnd(3)} ${localOf(message)} ${arrow} ${remoteOf(message)}  ${label(summary, message, new Set())}  ${summary.callId}`;
}

function label(summary: WireSummary | undefined, message: WireMessage, seen: Set<string>): string {
  if (summary === undefined) return '';
  // The same octets the same way once more are a retransmission (RFC 3261 §17).
  const key = `${message.direction} ${remoteOf(message)} ${message.text}`;
  const again = seen.has(key) ? ' (again)' : '';
  seen.add(key);
  const what = summary.status === undefined ? summary.method : `${summary.startLine}${summary.method === 'INVITE' ? '' : ` (${summary.method})`}`;
  return `${what}${summary.hasSdp ? ' SDP' : ''}${again}`;
}

/** Writes texts at their columns; what comes later covers what was there. */
function place(parts: readonly (readonly [number, string])[]): string {
  const line: string[] = [];
  for (const [column, text] of parts) {
    const from = Math.max(column, 0);
    while (line.length < from) line.push(' ');
    [...text].forEach((character, i) => (line[from + i] = character));
  }
  return line.join('');
}
