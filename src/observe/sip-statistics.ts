/** The stack's flat counters, sorted by what an operator looks for. */
export interface SipStatistics {
  /** `INVITE` … → counts. */
  readonly methods: Readonly<Record<string, InOut>>;
  /** `1xx` … `6xx` → counts. */
  readonly responses: Readonly<Record<string, InOut>>;
  /** `udp:192.0.2.1:5060` → name → count. */
  readonly transports: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Trunk → name → count. */
  readonly trunks: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Retransmissions, what was dropped and why, and whatever else is counted. */
  readonly events: Readonly<Record<string, number>>;
}

export interface InOut {
  received: number;
  sent: number;
}

/** Sorts what `SignallingStats.counters` names. */
export function sipStatistics(counters: Readonly<Record<string, number>>): SipStatistics {
  const methods: Record<string, InOut> = {};
  const responses: Record<string, InOut> = {};
  const transports: Record<string, Record<string, number>> = {};
  const trunks: Record<string, Record<string, number>> = {};
  const events: Record<string, number> = {};
  for (const [name, n] of Object.entries(counters)) {
    const direction = /^(received|sent)\.([^.]+)$/.exec(name);
    const transport = /^((?:udp|tcp|tls|wss?):.+:\d+)\.(\w+)$/.exec(name);
    const trunk = /^trunk\.(.+)\.(\w+)$/.exec(name);
    if (direction !== null) {
      const [, way = '', what = ''] = direction;
      const table = /^\dxx$/.test(what) ? responses : methods;
      (table[what] ??= { received: 0, sent: 0 })[way as keyof InOut] = n;
    } else if (transport !== null) (transports[transport[1] ?? ''] ??= {})[transport[2] ?? ''] = n;
    else if (trunk !== null) (trunks[trunk[1] ?? ''] ??= {})[trunk[2] ?? ''] = n;
    else events[name] = n;
  }
  return { methods, responses, transports, trunks, events };
}

/** As tables for a terminal; rows of noughts are left out. */
export function printStatistics(statistics: SipStatistics): string {
  const { methods, responses, transports, trunks, events } = statistics;
  const inOut = (table: Readonly<Record<string, InOut>>): (string | number)[][] => Object.entries(table).filter(([, { received, sent }]) => received + sent > 0).map(([name, { received, sent }]) => [name, received, sent]);
  const named = (table: Readonly<Record<string, Readonly<Record<string, number>>>>, title: string): string[] => {
    const columns = [...new Set(Object.values(table).flatMap((row) => Object.keys(row)))].filter((column) => Object.values(table).some((row) => (row[column] ?? 0) > 0));
    return Object.keys(table).length === 0 ? [] : [grid([title, ...columns], Object.entries(table).map(([name, row]) => [name, ...columns.map((column) => row[column] ?? 0)]))];
  };
  return [
    grid(['method', 'received', 'sent'], inOut(methods)),
    grid(['response', 'received', 'sent'], inOut(responses)),
    ...named(transports, 'transport'),
    ...named(trunks, 'trunk'),
    grid(['event', 'count'], Object.entries(events).filter(([, n]) => n > 0)),
  ].join('\n');
}

function grid(titles: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map((row) => String(row[i] ?? '').length)));
  const line = (cells: readonly (string | number)[]): string => cells.map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i] ?? 0) : String(cell).padStart(widths[i] ?? 0))).join('  ').trimEnd();
  return `${[line(titles), ...rows.map(line)].join('\n')}\n`;
}
