import { isIPv6 } from 'node:net';
import type { WireMessage } from './wire-message.ts';

/** https://www.tcpdump.org/linktypes.html: the packet begins with the IP header, of either version. */
const linkTypeRaw = 101;
const snapLength = 65_535;
/** What one datagram carries; a longer message of a stream is cut, its true length stands in the record. */
const maxPayload = 65_000;

/**
 * A capture in the classic pcap format (microseconds, big-endian). Every message is one UDP datagram between the addresses
 * and ports that it really had, also when it came over TCP, TLS or WebSocket: what is encrypted on the wire is legible here.
 */
export function pcapFile(messages: readonly WireMessage[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32BE(0xa1b2c3d4, 0);
  header.writeUInt16BE(2, 4);
  header.writeUInt16BE(4, 6);
  header.writeUInt32BE(snapLength, 16);
  header.writeUInt32BE(linkTypeRaw, 20);
  return Buffer.concat([header, ...messages.flatMap(record)]);
}

function record(message: WireMessage): Buffer[] {
  const whole = Buffer.from(message.text, 'latin1');
  const payload = whole.subarray(0, maxPayload);
  const ours = { address: message.localAddress, port: message.localPort };
  const theirs = { address: message.remoteAddress, port: message.remotePort };
  const packet = message.direction === 'out' ? datagram(ours, theirs, payload) : datagram(theirs, ours, payload);
  const header = Buffer.alloc(16);
  const micros = Math.round(message.at * 1_000);
  header.writeUInt32BE(Math.floor(micros / 1_000_000), 0);
  header.writeUInt32BE(micros % 1_000_000, 4);
  header.writeUInt32BE(packet.length, 8);
  header.writeUInt32BE(packet.length + whole.length - payload.length, 12);
  return [header, packet];
}

interface End {
  readonly address: string;
  readonly port: number;
}

/** IPv4 (RFC 791) or IPv6 (RFC 8200) with UDP (RFC 768), checksums right. */
function datagram(from: End, to: End, payload: Buffer): Buffer {
  const six = from.address.includes(':') || to.address.includes(':');
  const source = octets(from.address, six);
  const destination = octets(to.address, six);
  const udp = Buffer.concat([Buffer.alloc(8), payload]);
  udp.writeUInt16BE(from.port, 0);
  udp.writeUInt16BE(to.port, 2);
  udp.writeUInt16BE(udp.length, 4);
  const pseudo = Buffer.alloc(4);
  pseudo.writeUInt16BE(17, 0);
  pseudo.writeUInt16BE(udp.length, 2);
  udp.writeUInt16BE(checksum(Buffer.concat([source, destination, pseudo, udp])) || 0xffff, 6);
  const header = Buffer.alloc(six ? 8 : 12);
  if (six) {
    header.writeUInt32BE(0x6000_0000, 0);
    header.writeUInt16BE(udp.length, 4);
    header.writeUInt8(17, 6);
    header.writeUInt8(64, 7);
    return Buffer.concat([header, source, destination, udp]);
  }
  header.writeUInt16BE(0x4500, 0);
  header.writeUInt16BE(20 + udp.length, 2);
  header.writeUInt16BE(0x4000, 6); // do not fragment
  header.writeUInt16BE(0x4011, 8); // time to live 64, UDP
  header.writeUInt16BE(checksum(Buffer.concat([header, source, destination])), 10);
  return Buffer.concat([header, source, destination, udp]);
}

/** A host name (an advertised address may be one) becomes the unspecified address. */
function octets(address: string, six: boolean): Buffer {
  if (!six) {
    const parts = address.split('.').map(Number);
    return Buffer.from(parts.length === 4 && parts.every((part) => part >= 0 && part <= 255) ? parts : [0, 0, 0, 0]);
  }
  const text = address.includes(':') ? address.split('%', 1)[0] ?? '' : `::ffff:${address}`;
  const out = Buffer.alloc(16);
  if (!isIPv6(text)) return out;
  const words = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_whole, a: string, b: string, c: string, d: string) => `${(Number(a) * 256 + Number(b)).toString(16)}:${(Number(c) * 256 + Number(d)).toString(16)}`);
  const [left = '', right] = words.split('::');
  const head = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  head.forEach((word, i) => out.writeUInt16BE(Number.parseInt(word, 16), i * 2));
  tail.forEach((word, i) => out.writeUInt16BE(Number.parseInt(word, 16), 16 - (tail.length - i) * 2));
  return out;
}

/** RFC 1071. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let i = 0; i + 1 < bytes.length; i += 2) sum += bytes.readUInt16BE(i);
  if (bytes.length % 2 === 1) sum += (bytes.at(-1) ?? 0) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
