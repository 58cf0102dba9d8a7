import type { Random } from '../../src/kernel/random.ts';
import { powerOfDbm0 } from '../../src/audio/level.ts';

/** `hum`: of the mains, with hiss; `street`: swells and falls as cars go by. */
export type NoiseKind = 'white' | 'pink' | 'car' | 'babble' | 'hum' | 'street';
/** What classifiers are tuned with. */
export const NOISE_KINDS: readonly NoiseKind[] = ['white', 'pink', 'car', 'babble'];
/** What the held-out part has besides. */
export const HELD_OUT_NOISE_KINDS: readonly NoiseKind[] = [...NOISE_KINDS, 'hum', 'street'];

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
    const start = random.next() * 6;
    for (let i = 0; i < length; i++) {
      const white = random.next() * 2 - 1;
      low += (white - low) * 0.02;
      mid += (white - mid) * 0.25;
      if (kind === 'hum') out[i] = white * 0.15 + Math.sin((2 * Math.PI * 50 * i) / 8000) + 0.5 * Math.sin((2 * Math.PI * 150 * i) / 8000) + 0.3 * Math.sin((2 * Math.PI * 250 * i) / 8000);
      else if (kind === 'street') out[i] = (mid * 0.6 + low * 4) * 10 ** (0.35 * Math.sin(start + i / 9000) + 0.15 * Math.sin(i / 2100));
      else out[i] = kind === 'white' ? white : kind === 'pink' ? white * 0.25 + mid * 0.6 + low * 3 : low * 6 + mid * 0.3 + 0.15 * Math.sin((2 * Math.PI * 87 * i) / 8000);
    }
  }
  let power = 1e-9;
  for (let i = 0; i < length; i++) power += (out[i] as number) ** 2;
  const scale = Math.sqrt(powerOfDbm0(levelDbm0) / (power / Math.max(1, length)));
  // A loop: `Int16Array.from` with a function is ten times slower.
  const samples = new Int16Array(length);
  for (let i = 0; i < length; i++) samples[i] = Math.max(-32768, Math.min(32767, Math.round((out[i] as number) * scale)));
  return samples;
}
