import type { Random } from '../../src/kernel/random.ts';
import { powerOfDbm0 } from '../../src/audio/level.ts';

export type NoiseKind = 'white' | 'pink' | 'car' | 'babble';

/** Background noise at a level (dBm0). `babble` mixes the given speech samples at random places. Deterministic from `random`. */
export function backgroundNoise(random: Random, kind: NoiseKind, length: number, levelDbm0: number, speech: readonly Int16Array[] = []): Int16Array {
  const out = new Float64Array(length);
  if (kind === 'babble' && speech.length > 0) {
    for (let talker = 0; talker < 6; talker++) {
      for (let at = -Math.floor(random.next() * 8000); at < length; ) {
        const clip = speech[Math.floor(random.next() * speech.length)] as Int16Array;
        for (let i = Math.max(0, -at); i < clip.length && at + i < length; i++) out[at + i] = (out[at + i] as number) + (clip[i] as number);
        at += clip.length + Math.floor(random.next() * 4000);
      }
    }
    for (let i = 0; i < length; i++) out[i] = (out[i] as number) + (random.next() - 0.5) * 800;
  } else {
    let low = 0;
    let mid = 0;
    for (let i = 0; i < length; i++) {
      const white = random.next() * 2 - 1;
      low += (white - low) * 0.02;
      mid += (white - mid) * 0.25;
      out[i] = kind === 'white' ? white : kind === 'pink' ? white * 0.25 + mid * 0.6 + low * 3 : low * 6 + mid * 0.3 + 0.15 * Math.sin((2 * Math.PI * 87 * i) / 8000);
    }
  }
  let power = 1e-9;
  for (const v of out) power += v * v;
  const scale = Math.sqrt(powerOfDbm0(levelDbm0) / (power / Math.max(1, length)));
  return Int16Array.from(out, (v) => Math.max(-32768, Math.min(32767, Math.round(v * scale))));
}
