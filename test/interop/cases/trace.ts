import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { pcapFile } from '../../../src/observe/pcap-writer.ts';
import { WireTrace } from '../../../src/observe/wire-trace.ts';
import { SystemClock } from '../../../src/kernel/clock.ts';
import type { InteropCase } from '../interop-case.ts';
import { Phone } from '../nailup/phone.ts';
import { Sipp } from '../peers/sipp.ts';
import { expect, pause, type Scope } from '../scope.ts';

/** The capture of a call with sipp, as Wireshark's own reader sees it: every message is SIP, whole, with right checksums. */
async function captured(scope: Scope): Promise<string> {
  const trace = new WireTrace({ clock: new SystemClock(), messages: 100, bytes: 1_000_000 });
  const sipp = await Sipp.start(scope, { scenario: 'uas-call.xml', limitSeconds: 25 });
  const phone = await Phone.start(scope, { trace });
  const call = await phone.call(sipp.uri);
  await call.up();
  await pause(200);
  await call.hangUp();
  await sipp.finish(10_000);
  const file = scope.file('call.pcap');
  writeFileSync(file, pcapFile(trace.messages()));
  const fields = ['ip.src', 'udp.srcport', 'udp.dstport', 'udp.checksum.status', 'sip.CSeq.method', 'sip.Status-Code', '_ws.malformed'];
  const rows = execFileSync('tshark', ['-r', file, '-o', 'udp.check_checksum:TRUE', '-d', `udp.port==${sipp.port},sip`, '-T', 'fields', '-E', 'separator=,', ...fields.flatMap((field) => ['-e', field])], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    .trimEnd().split('\n').map((row) => row.split(','));
  expect(rows.length === trace.messages().length, `${rows.length} packets of ${trace.messages().length} messages`);
  expect(rows.every((row) => row[3] === '1' && (row[4] ?? '') !== '' && (row[6] ?? '') === ''), `not all of it is SIP: ${rows.map((row) => row.join(' ')).join('; ')}`);
  const steps = rows.map((row) => `${row[4] ?? ''}${row[5] === '' ? '' : ` ${row[5] ?? ''}`}`);
  for (const step of ['INVITE', 'INVITE 180', 'INVITE 200', 'ACK', 'BYE', 'BYE 200']) expect(steps.includes(step), `${step} is missing: ${steps.join(', ')}`);
  return `${rows.length} packets: ${steps.join(', ')}`;
}

export const traceCases: readonly InteropCase[] = [{ name: 'tshark-pcap', peers: ['tshark'], capability: 'a capture of nailup sip trace --pcap is read', run: captured }];
