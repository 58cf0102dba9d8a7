import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSdp } from '../../../src/sdp/index.ts';
import type { CaseReport } from './case-report.ts';
import { corporaLive } from './corpora-live.ts';
import { parseOctets } from './parse-octets.ts';

export interface CorpusEntry {
  readonly file: string;
  readonly type: 'sip' | 'sdp';
  readonly lineEnds?: 'crlf' | 'lf' | 'mixed';
  readonly parse: 'ok' | 'either' | 'reject';
  readonly sdp?: 'either';
  readonly live?: string;
}

/** The octets as they are and, where line ends are not CRLF, once more with CRLF. */
export function forms(entry: CorpusEntry, octets: Buffer): Buffer[] {
  if (entry.lineEnds === 'crlf' || entry.lineEnds === undefined) return [octets];
  return [octets, Buffer.from(octets.toString('latin1').replace(/(?<!\r)\n/g, '\r\n'), 'latin1')];
}

/** Real and odd messages: nothing may crash, stall, or stop the user agent. */
export async function runCorpora(folder: string, report: CaseReport): Promise<void> {
  const entries = (JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as CorpusEntry[]).filter(({ file }) => report.wants(file));
  const faults = new Map<string, string>();
  for (const entry of entries) {
    const fault = judge(entry, readFileSync(join(folder, entry.file)));
    if (fault !== undefined) faults.set(entry.file, fault);
  }
  const sip = entries.filter(({ type }) => type === 'sip');
  for (const [file, fault] of await corporaLive(sip.map((entry) => ({ file: entry.file, forms: forms(entry, readFileSync(join(folder, entry.file))) })))) {
    if (!faults.has(file)) faults.set(file, fault);
  }
  for (const { file } of entries) {
    const fault = faults.get(file);
    report.add('corpora', file, fault === undefined ? 'PASS' : 'FAIL', fault);
  }
}

function judge(entry: CorpusEntry, octets: Buffer): string | undefined {
  try {
    for (const form of forms(entry, octets)) {
      const start = performance.now();
      if (entry.type === 'sdp') {
        const parsed = parseSdp(form);
        if (entry.parse === 'ok' && !parsed.ok) return `SDP refused: line ${parsed.error.line}: ${parsed.error.reason}`;
      } else {
        const { message, malformed } = parseOctets(form);
        if (entry.parse === 'ok' && message === undefined) return `refused as ${malformed?.reason ?? ''}: ${malformed?.detail ?? ''}`;
        if (entry.sdp !== undefined && message !== undefined) parseSdp(message.body);
      }
      const took = performance.now() - start;
      if (took > 2000) return `crash: ${took.toFixed(0)} ms`;
    }
    return undefined;
  } catch (error) {
    return `crash: ${error instanceof Error ? error.message : String(error)}`;
  }
}
