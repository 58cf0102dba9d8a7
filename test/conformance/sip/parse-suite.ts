import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serialize } from '../../../src/sip/message/serialize.ts';
import type { CaseReport } from './case-report.ts';
import { messageView, mismatch, type View } from './message-view.ts';
import { parseOctets } from './parse-octets.ts';

interface ParseCase {
  readonly name: string;
  readonly message: string;
  readonly expect: View & { readonly kind: string; readonly parse: 'ok' | 'either' | 'reject' };
}

/** Example messages of the call-flow RFCs, some without headers that a user agent insists on: the parser alone. Every expected value, then the round trip through the serialiser. */
export function runParse(folder: string, report: CaseReport): void {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json')).sort()) {
    const { cases } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { cases: ParseCase[] };
    for (const one of cases) {
      if (!report.wants(one.name)) continue;
      const reason = judge(one);
      report.add('parse', one.name, reason === undefined ? 'PASS' : 'FAIL', reason);
    }
  }
}

function judge({ message: text, expect }: ParseCase): string | undefined {
  try {
    const octets = Buffer.from(text, 'utf8');
    const { message, malformed } = parseOctets(octets, false);
    if (message === undefined) return expect.parse === 'ok' ? `refused as ${malformed?.reason ?? ''}: ${malformed?.detail ?? ''}` : undefined;
    if (expect.parse === 'reject') return 'accepted what is malformed';
    const view = messageView(message);
    const { parse: _parse, requestUri, ...rest } = expect;
    const found = mismatch(rest, view, 'message') ?? mismatchUri(requestUri, view);
    if (found !== undefined) return found;
    for (const compact of [false, true]) {
      const again = parseOctets(serialize(message, { compact }), false).message;
      if (again === undefined) return 'its own serialised form is refused';
      const { headers: _lines, header: _header, contentLength: _length, ...first } = view;
      const changed = mismatch(first, messageView(again), 'round trip');
      if (changed !== undefined) return changed;
      if (!again.body.equals(message.body)) return 'round trip: the body changed';
    }
    return undefined;
  } catch (error) {
    return `crash: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const mismatchUri = (expected: unknown, view: View): string | undefined =>
  expected === undefined ? undefined : typeof expected === 'string'
    ? mismatch(expected, (view['requestUri'] as View | undefined)?.['raw'], 'requestUri')
    : mismatch(expected, view['requestUri'], 'requestUri');
