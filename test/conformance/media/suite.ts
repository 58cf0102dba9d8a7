/**
 * `npm run conformance -- media DIR`: every capture that `index.json` names, as it is, with one packet in three lost (in each
 * of the three ways, at least one end packet kept), and with every packet doubled: exactly the expected digit each time.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RtpPacket, TelephoneEventReceiver } from '../../../src/rtp/index.ts';
import type { ConformanceOutcome, ConformanceSuite } from '../conformance-suite.ts';
import { readPcap, type CapturedDatagram } from './read-pcap.ts';

interface Entry {
  readonly file: string;
  readonly payloadType: readonly number[];
  readonly expect: string;
}

export const suite: ConformanceSuite = {
  async run({ path, only }): Promise<ConformanceOutcome> {
    const index = join(path, 'index.json');
    if (!existsSync(index)) return { passed: 0, failed: 1, notes: [`${index}: no such file`], cases: [{ name: 'index.json', passed: false, reason: 'missing' }] };
    const entries = (JSON.parse(readFileSync(index, 'utf8')) as Entry[]).filter((entry) => only.length === 0 || only.includes(entry.file));
    const cases = entries.map((entry) => {
      const reason = judge(entry, readPcap(readFileSync(join(path, entry.file))));
      if (reason !== undefined) console.log(`FAIL ${entry.file}: ${reason}`);
      return { name: entry.file, passed: reason === undefined, ...(reason === undefined ? {} : { reason }) };
    });
    const passed = cases.filter((one) => one.passed).length;
    return { passed, failed: cases.length - passed, notes: [`media ${passed}/${cases.length}`], cases };
  },
};

/** Why the capture fails, or undefined. */
function judge(entry: Entry, datagrams: readonly CapturedDatagram[]): string | undefined {
  const ways: [string, CapturedDatagram[]][] = [
    ['as captured', [...datagrams]],
    ['doubled', datagrams.flatMap((datagram) => [datagram, datagram])],
  ];
  for (const phase of [0, 1, 2]) {
    const left = datagrams.filter((_, i) => i % 3 !== phase);
    ways.push([`one in three lost (phase ${phase})`, left.some(isEnd) ? left : [...left, ...datagrams.filter(isEnd).slice(0, 1)]]);
  }
  for (const [way, sent] of ways) {
    const heard = digitsOf(sent, entry.payloadType);
    if (heard !== entry.expect) return `${way}: expected "${entry.expect}", heard "${heard}"`;
  }
  return undefined;
}

const packet = new RtpPacket();
const isEnd = ({ payload }: CapturedDatagram): boolean =>
  packet.parse(payload, 0, payload.length) && ((payload[packet.payloadOffset + 1] ?? 0) & 0x80) !== 0;

/** The digits that a detector hears in these datagrams, time passing as captured. */
export function digitsOf(datagrams: readonly CapturedDatagram[], payloadTypes: readonly number[]): string {
  let digits = '';
  let now = 0;
  const receiver = new TelephoneEventReceiver({ started: () => undefined, ended: (key) => (digits += key) });
  for (const { payload, atMs } of datagrams) {
    receiver.elapsed(Math.max(0, atMs - now));
    now = atMs;
    if (packet.parse(payload, 0, payload.length) && payloadTypes.includes(packet.payloadType)) {
      receiver.packet(packet.timestamp, packet.marker, payload, packet.payloadOffset, packet.payloadLength);
    }
  }
  receiver.elapsed(1000);
  return digits;
}
