import type { WorkerConfig } from './config.ts';
import { DgramPacketIo } from './dgram-packet-io.ts';
import { KoffiPacketIo } from './koffi-packet-io.ts';
import { loadLibc } from './libc.ts';
import type { PacketIo } from './packet-io.ts';

/** Opens the configured way of moving packets: `auto` takes koffi where it loads. `why` says what was chosen and why. */
export function openPacketIo({ address, ports, packetIo, dscp }: WorkerConfig, now: () => number): { io: PacketIo; why: string } {
  if (packetIo === 'dgram') return { io: new DgramPacketIo(address, ports, now), why: 'configured' };
  const libc = loadLibc();
  if (typeof libc !== 'string') return { io: new KoffiPacketIo(libc, address, ports, dscp), why: packetIo === 'koffi' ? 'configured' : 'koffi loads' };
  if (packetIo === 'koffi') throw new Error(`packet I/O koffi was asked for: ${libc}`);
  return { io: new DgramPacketIo(address, ports, now), why: libc };
}
