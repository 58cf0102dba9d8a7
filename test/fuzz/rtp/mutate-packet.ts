import type { Random } from '../../../src/kernel/random.ts';

/** Mostly one change, seldom more: octets overwritten, bits turned over, cut off, made longer, an extreme number in a header's place. */
export function mutatePacket(packet: Uint8Array, random: Random): Uint8Array {
  const upTo = (n: number): number => Math.floor(random.next() * n);
  let octets = packet.slice();
  for (let changes = 1 + Math.floor(4 * random.next() ** 4); changes > 0; changes--) {
    const at = upTo(Math.min(octets.length, random.next() < 0.7 ? 40 : octets.length));
    switch (upTo(6)) {
      case 0:
        if (at < octets.length) octets[at] = upTo(256);
        break;
      case 1:
        if (at < octets.length) octets[at] = (octets[at] as number) ^ (1 << upTo(8));
        break;
      case 2:
        octets = octets.slice(0, upTo(octets.length + 1));
        break;
      case 3: {
        const longer = new Uint8Array(Math.min(1_500, octets.length + 1 + upTo(300)));
        longer.set(octets.subarray(0, longer.length));
        for (let i = octets.length; i < longer.length; i++) longer[i] = upTo(256);
        octets = longer;
        break;
      }
      case 4:
        for (let i = at; i < Math.min(octets.length, at + 2); i++) octets[i] = 0xff;
        break;
      default:
        for (let i = at; i < Math.min(octets.length, at + 2); i++) octets[i] = 0;
    }
  }
  return octets;
}

/** Octets by chance, half of them with the version of RTP in front and a type of RTCP behind it as often as not. */
export function randomPacket(random: Random): Uint8Array {
  const octets = Uint8Array.from({ length: Math.floor(random.next() * 240) }, () => Math.floor(random.next() * 256));
  if (octets.length > 1 && random.next() < 0.5) {
    octets[0] = 0x80 | ((octets[0] as number) & 0x3f);
    if (random.next() < 0.5) octets[1] = 192 + ((octets[1] as number) & 31);
  }
  return octets;
}
