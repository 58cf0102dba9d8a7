import type { Random } from '../../../src/kernel/random.ts';

/** What attackers and broken devices put where it does not belong. */
const MORSELS = [
  '\r\n', '\n', '\r', '\0', ' ', '\t', '"', '\\', '<', '>', ',', ';', ':', '@', '%', '%00', '%zz', '[', ']', '::1', '=', '?', '*', '&', '\u00e9',
  '\xff\xfe', ';;;;', ',,,,', '<<<<', '\r\n ', '\r\n\r\n', ' SIP/2.0', 'SIP/7.0', '99999999999999999999', '-1', 'sip:', 'sips:', 'tel:+1', 'z9hG4bK',
  ';tag=', ';branch=', ';rport', ';received=[::1]', ';lr', 'Content-Length: 5\r\n', 'l: 999999\r\n', 'Via: SIP/2.0/UDP h\r\n', 'Contact: *\r\n', 'CSeq: 1 ACK\r\n',
  'Route: <sip:a;lr>\r\n', 'Warning: 1812 x "y"\r\n', 'Digest realm="a", nonce="b"', 'From: ', 'To: "', 'Supported: 100rel', 'constructor', '__proto__', 'toString:',
];

/** Mostly one change, seldom up to six: flipped, removed, doubled, moved and inserted octets, spliced messages, long runs. */
export function mutate(base: Buffer, corpus: readonly Buffer[], random: Random): Buffer {
  let octets = Buffer.from(base);
  const upTo = (n: number): number => Math.floor(random.next() * n);
  for (let changes = 1 + Math.floor(6 * random.next() ** 4); changes > 0; changes--) {
    const at = upTo(octets.length + 1);
    const end = Math.min(octets.length, at + 1 + upTo(40));
    const [before, middle, after] = [octets.subarray(0, at), octets.subarray(at, end), octets.subarray(end)];
    switch (upTo(9)) {
      case 0:
        if (at < octets.length) octets[at] = upTo(256);
        break;
      case 1:
        octets = Buffer.concat([before, after]);
        break;
      case 2:
        octets = Buffer.concat([before, middle, middle, after]);
        break;
      case 3:
      case 4:
        octets = Buffer.concat([before, Buffer.from(MORSELS[upTo(MORSELS.length)] ?? '', 'latin1'), octets.subarray(at)]);
        break;
      case 5: {
        const other = corpus[upTo(corpus.length)] as Buffer;
        octets = Buffer.concat([before, other.subarray(upTo(other.length))]);
        break;
      }
      case 6:
        octets = Buffer.from(before);
        break;
      case 7: {
        const line = linesOf(octets);
        const from = line[upTo(line.length)] ?? 0;
        const stop = octets.indexOf(0x0a, from) + 1;
        if (stop > 0) octets = Buffer.concat([octets.subarray(0, stop), octets.subarray(from, stop), octets.subarray(stop)]);
        break;
      }
      default:
        if (upTo(8) === 0) {
          const run = Buffer.from((MORSELS[upTo(MORSELS.length)] ?? 'a').repeat(1 + upTo(4000)), 'latin1').subarray(0, 60_000);
          octets = Buffer.concat([before, run, octets.subarray(at)]);
        }
    }
  }
  return octets.length > 65_535 ? octets.subarray(0, 65_535) : octets;
}

function linesOf(octets: Buffer): number[] {
  const starts = [0];
  for (let at = octets.indexOf(0x0a); at >= 0 && starts.length < 100; at = octets.indexOf(0x0a, at + 1)) starts.push(at + 1);
  return starts;
}
