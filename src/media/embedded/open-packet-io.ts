import type { WorkerConfig } from './config.ts';
import { DgramPacketIo } from './dgram-packet-io.ts';
import { KoffiPacketIo } from './koffi-packet-io.ts';
import { loadLibc } from './libc.ts';
import type { PacketIo } from './packet-io.ts';

/** Opens the configured way of moving packets: `auto` takes io_uring where the system gives it, else koffi where it loads. `why` says what was chosen and why. */
export function openPacketIo({ address, ports, packetIo, dscp }: WorkerConfig, now: () => number): { io: PacketIo; why: string } {
  if (packetIo === 'dgram') return { io: new DgramPacketIo(address, ports, now), why: 'configured' };
  const libc = loadLibc();
  if (typeof libc === 'string') {
    if (packetIo !== 'auto') throw new Error(`packet I/O ${packetIo} was asked for: ${libc}`);
    return { io: new DgramPacketIo(address, ports, now), why: libc };
  }
  if (packetIo === 'koffi') return { io: new KoffiPacketIo(libc, address, ports, dscp), why: 'configured' };
  const ring = KoffiPacketIo.withRing(libc, address, ports, dscp);
  if (typeof ring !== 'string') return { io: ring, why: packetIo === 'auto' ? 'koffi loads and the system has io_uring' : 'configured' };
  if (packetIo === 'io_uring') throw new Error(`packet I/O io_uring was asked for: ${ring}`);
  return { io: new KoffiPacketIo(libc, address, ports, dscp), why: `koffi loads; ${ring}` };
}
