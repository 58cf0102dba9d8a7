import { isIPv6 } from 'node:net';

/** Room for a struct sockaddr_in6, the larger one. */
export const socketAddressBytes = 28;

/** Writes a struct sockaddr_in or sockaddr_in6 (Linux); its length. */
export function writeSocketAddress(bytes: Uint8Array, address: string, port: number): number {
  bytes.fill(0);
  bytes[2] = port >> 8;
  bytes[3] = port & 0xff;
  if (!isIPv6(address)) {
    bytes[0] = 2;
    for (const [i, part] of address.split('.').entries()) bytes[4 + i] = Number(part);
    return 16;
  }
  bytes[0] = 10;
  for (const [i, word] of ipv6Words(address).entries()) {
    bytes[8 + i * 2] = word >> 8;
    bytes[9 + i * 2] = word & 0xff;
  }
  return socketAddressBytes;
}

/** The address of a struct sockaddr as text. */
export function readSocketAddress(bytes: Uint8Array): string {
  if (bytes[0] === 2) return `${bytes[4]}.${bytes[5]}.${bytes[6]}.${bytes[7]}`;
  const words: string[] = [];
  for (let i = 8; i < 24; i += 2) words.push((((bytes[i] as number) << 8) | (bytes[i + 1] as number)).toString(16));
  return words.join(':');
}

function ipv6Words(address: string): number[] {
  const [plain = ''] = address.split('%');
  const [head = '', tail] = plain.split('::');
  const words = (text: string): number[] => text.split(':').filter((word) => word !== '').flatMap((word) => {
    if (!word.includes('.')) return [Number.parseInt(word, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = word.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
  const front = words(head);
  if (tail === undefined) return front;
  const back = words(tail);
  return [...front, ...new Array<number>(Math.max(0, 8 - front.length - back.length)).fill(0), ...back];
}
