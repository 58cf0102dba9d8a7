/** UDP payloads of a classic pcap file over Ethernet, in order. Throws on anything else: a capture is our own input. */
export function udpPayloads(file: Buffer): Buffer[] {
  const magic = file.readUInt32LE(0);
  const little = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d;
  if (!little && magic !== 0xd4c3b2a1 && magic !== 0x4d3cb2a1) throw new Error('no pcap file');
  const u32 = (at: number): number => (little ? file.readUInt32LE(at) : file.readUInt32BE(at));
  const link = u32(20);
  const network = link === 1 ? 14 : link === 113 ? 16 : link === 101 ? 0 : undefined;
  if (network === undefined) throw new Error(`link type ${link} is not known`);
  const payloads: Buffer[] = [];
  for (let at = 24; at + 16 <= file.length; ) {
    const captured = u32(at + 8);
    const frame = file.subarray(at + 16, at + 16 + captured);
    at += 16 + captured;
    let ip = network;
    // VLAN tag
    if (link === 1 && frame.readUInt16BE(12) === 0x8100) ip += 4;
    if ((frame[ip] ?? 0) >> 4 !== 4 || frame[ip + 9] !== 17) continue;
    const udp = ip + ((frame[ip] ?? 0) & 15) * 4;
    payloads.push(frame.subarray(udp + 8, udp + frame.readUInt16BE(udp + 4)));
  }
  return payloads;
}
