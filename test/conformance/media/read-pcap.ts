/** One UDP datagram of a capture. */
export interface CapturedDatagram {
  /** Milliseconds since the first one. */
  readonly atMs: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
}

/** UDP over IPv4 datagrams of a classic pcap file, either byte order, link types Ethernet (1), raw IP (101, 12) and Linux cooked (113). */
export function readPcap(file: Uint8Array): CapturedDatagram[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const magic = view.getUint32(0, true);
  const little = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d;
  if (!little && magic !== 0xd4c3b2a1 && magic !== 0x4d3cb2a1) throw new Error('not a pcap file');
  const perSecond = magic === 0xa1b23c4d || magic === 0x4d3cb2a1 ? 1e9 : 1e6;
  const linkHeader = { 1: 14, 12: 0, 101: 0, 113: 16 }[view.getUint32(20, little)];
  if (linkHeader === undefined) throw new Error('unknown link type');
  const datagrams: CapturedDatagram[] = [];
  let first: number | undefined;
  for (let at = 24; at + 16 <= file.length; ) {
    const time = (view.getUint32(at, little) + view.getUint32(at + 4, little) / perSecond) * 1000;
    const size = view.getUint32(at + 8, little);
    const ip = at + 16 + linkHeader;
    at += 16 + size;
    if (at > file.length || view.getUint8(ip) >> 4 !== 4 || view.getUint8(ip + 9) !== 17) continue;
    const udp = ip + (view.getUint8(ip) & 0x0f) * 4;
    first ??= time;
    const length = Math.min(view.getUint16(udp + 4), at - udp);
    datagrams.push({ atMs: time - first, sourcePort: view.getUint16(udp), destinationPort: view.getUint16(udp + 2), payload: file.subarray(udp + 8, udp + length) });
  }
  return datagrams;
}
