import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RtpPacket } from '../../../src/rtp/rtp-packet.ts';
import { TelephoneEventReceiver } from '../../../src/rtp/telephone-event-receiver.ts';
import type { CaseReport } from './case-report.ts';
import { udpPayloads } from './pcap.ts';

interface Capture {
  readonly file: string;
  readonly payloadType: readonly number[];
  readonly expect: string;
}

/** Captured telephone-events: as they are, with one packet in three lost, and with every packet doubled. */
export function runMedia(folder: string, report: CaseReport): void {
  for (const capture of JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Capture[]) {
    if (!report.wants(capture.file)) continue;
    const reason = judge(capture, join(folder, capture.file));
    report.add('media', capture.file, reason === undefined ? 'PASS' : 'FAIL', reason);
  }
}

function judge(capture: Capture, path: string): string | undefined {
  try {
    const events = udpPayloads(readFileSync(path)).filter((octets) => capture.payloadType.includes((octets[1] ?? 0) & 0x7f));
    const isEnd = (octets: Buffer): boolean => ((octets[13] ?? 0) & 0x80) !== 0;
    for (const [name, packets] of [['as captured', events], ['doubled', events.flatMap((octets) => [octets, octets])], ...lossy(events, isEnd)] as const) {
      const heard = detect(packets);
      if (heard !== capture.expect) return `${name}: heard "${heard}" instead of "${capture.expect}"`;
    }
    return undefined;
  } catch (error) {
    return `crash: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The three ways to lose every third packet, each keeping at least one end packet. */
function lossy(packets: readonly Buffer[], isEnd: (octets: Buffer) => boolean): [string, Buffer[]][] {
  return [0, 1, 2].map((phase) => {
    const kept = packets.filter((_, index) => index % 3 !== phase);
    const last = packets.findLast(isEnd);
    if (!kept.some(isEnd) && last !== undefined) kept.push(last);
    return [`every third lost from packet ${phase}`, kept];
  });
}

function detect(packets: readonly Buffer[]): string {
  let heard = '';
  let ended = 0;
  const receiver = new TelephoneEventReceiver({ started: (key) => (heard += key), ended: () => (ended += 1) });
  const rtp = new RtpPacket();
  for (const octets of packets) {
    if (!rtp.parse(octets, 0, octets.length)) throw new Error('no RTP packet');
    receiver.packet(rtp.timestamp, rtp.marker, octets, rtp.payloadOffset, rtp.payloadLength);
  }
  receiver.finish();
  return ended === heard.length ? heard : `${heard} with ${ended} ends`;
}
