import type { Random } from '../../src/kernel/random.ts';
import { alawToLinear, linearToAlaw, linearToUlaw, ulawToLinear } from '../../src/audio/g711.ts';
import { PacketLossConcealment } from '../../src/audio/packet-loss-concealment.ts';

export interface Channel {
  readonly codec: 'ulaw' | 'alaw';
  /** Part of the 20 ms packets that is lost, in bursts of one to three, and concealed. */
  readonly loss: number;
}

/** Sends 8 kHz audio through codec and network, in place. */
export function throughChannel(random: Random, samples: Int16Array, channel: Channel): void {
  for (let i = 0; i < samples.length; i++) {
    const s = (samples[i] as number) & 0xffff;
    samples[i] = (channel.codec === 'ulaw' ? ulawToLinear[linearToUlaw[s] as number] : alawToLinear[linearToAlaw[s] as number]) as number;
  }
  if (channel.loss === 0) return;
  const concealment = new PacketLossConcealment();
  let losing = 0;
  for (let at = 0; at + 160 <= samples.length; at += 160) {
    const frame = samples.subarray(at, at + 160);
    if (losing === 0 && random.next() < channel.loss / 1.5) losing = 1 + (random.next() < 0.3 ? 1 : 0) + (random.next() < 0.1 ? 1 : 0);
    if (losing > 0) {
      losing -= 1;
      concealment.conceal(frame);
    } else concealment.good(frame);
  }
}
