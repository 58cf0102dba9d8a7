import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseReport } from './case-report.ts';
import { fieldOf, messageView, mismatch } from './message-view.ts';
import { parseOctets } from './parse-octets.ts';
import { tortureLive } from './torture-live.ts';

export interface TortureCase {
  readonly id: string;
  readonly file: string;
  readonly kind: 'request' | 'response';
  readonly parse: 'ok' | 'reject' | 'either';
  readonly checks?: readonly { readonly field: string; readonly equals: unknown }[];
  readonly asUas: 'drop' | 'any-but-crash' | { readonly respond: readonly string[] | string };
  readonly confidence?: 'high' | 'medium' | 'low';
  readonly wire?: { readonly sendFromPort: number; readonly listenPorts: readonly number[]; readonly topViaTransport?: string };
}

/** Messages under way at once; each has an address of its own in 127.0.0.0/8. */
const LANES = 8;

/** RFC 4475 and RFC 5118: parser first, then a live user agent over UDP. One case per message, which passes when both do. */
export async function runTorture(folder: string, report: CaseReport): Promise<void> {
  const cases = (JSON.parse(readFileSync(join(folder, 'expectations.json'), 'utf8')) as TortureCase[]).filter(({ id }) => report.wants(id));
  const waiting = [...cases];
  const lane = async (index: number): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const octets = readFileSync(join(folder, one.file));
      const reason = tortureParse(one, octets) ?? (await tortureLive(one, octets, `127.0.0.${2 + index}`));
      if (reason === undefined) report.add('torture', one.id, 'PASS');
      else report.add('torture', one.id, one.confidence === 'low' && !reason.startsWith('crash') ? 'WARN' : 'FAIL', reason);
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, index) => lane(index)));
}

/** Why the parser fails the case; undefined when it passes. */
function tortureParse(one: TortureCase, octets: Buffer): string | undefined {
  try {
    const { message, malformed, milliseconds } = parseOctets(octets);
    if (milliseconds > 2000) return `crash: ${milliseconds.toFixed(0)} ms in the parser`;
    if (message === undefined) return one.parse === 'ok' ? `parser: refused as ${malformed?.reason ?? ''}: ${malformed?.detail ?? ''}` : undefined;
    if (one.parse === 'reject') return 'parser: accepted what is malformed';
    const view = messageView(message);
    for (const { field, equals } of one.checks ?? []) {
      const found = mismatch(equals, fieldOf(view, field), field);
      if (found !== undefined) return `parser: ${found}`;
    }
    return undefined;
  } catch (error) {
    return `crash in the parser: ${error instanceof Error ? error.message : String(error)}`;
  }
}
