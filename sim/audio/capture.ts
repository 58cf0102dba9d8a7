import { meanSquare, powerOfDbm0, saturate } from '../../src/audio/level.ts';
import type { Random } from '../../src/kernel/random.ts';
import { backgroundNoise, type NoiseKind } from './background-noise.ts';

/** The room and the microphone that a voice is heard through, live or when it is recorded. */
export interface Capture {
  /** What else sounds in the room, and how many dB it lies below the voice. */
  readonly noise?: { readonly kind: NoiseKind; readonly snrDb: number };
  /** Reverberation time, s; 0: a mouthpiece close to the lips. */
  readonly reverberation: number;
  /** Loud and soft are brought closer together, and the noise comes up in the pauses. */
  readonly gainControl: boolean;
  /** Edges of the pass band, Hz. */
  readonly lowHz: number;
  readonly highHz: number;
}

/** Drawn alike for people and for recordings: none of this tells them apart. */
export function drawCapture(random: Random, kinds: readonly NoiseKind[]): Capture {
  const noise = random.next() < 0.6 ? { noise: { kind: kinds[Math.floor(random.next() * kinds.length)] as NoiseKind, snrDb: 14 + random.next() * 30 } } : {};
  return {
    ...noise,
    reverberation: random.next() < 0.3 ? 0.12 + random.next() * 0.4 : 0,
    gainControl: random.next() < 0.3,
    lowHz: 80 + random.next() * 220,
    highHz: 2600 + random.next() * 1200,
  };
}

/** Hears `voice` (8 kHz, at `levelDbm0`) through the capture; `babble` is what others in the room say. */
export function captured(random: Random, voice: Int16Array, capture: Capture, levelDbm0: number, babble: readonly Int16Array[]): Int16Array {
  const out = new Float64Array(voice);
  if (capture.reverberation > 0) reverberate(out, capture.reverberation);
  if (capture.noise !== undefined) {
    const noise = backgroundNoise(random, capture.noise.kind, out.length, levelDbm0 - capture.noise.snrDb, babble);
    for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) + (noise[i] as number);
  }
  if (capture.gainControl) controlGain(out, levelDbm0);
  passBand(out, capture.lowHz, capture.highHz);
  const samples = new Int16Array(out.length);
  for (let i = 0; i < out.length; i++) samples[i] = saturate(out[i] as number);
  return samples;
}

/** Four combs whose echoes decay by 60 dB in `seconds` (after Schroeder 1962), 12 dB under the direct sound. */
function reverberate(samples: Float64Array, seconds: number): void {
  const dry = samples.slice();
  for (const delay of [233, 277, 311, 359]) {
    const feedback = 10 ** ((-3 * delay) / (8000 * seconds));
    const line = new Float64Array(delay);
    for (let i = 0, at = 0; i < dry.length; i++, at = at + 1 === delay ? 0 : at + 1) {
      const echo = line[at] as number;
      samples[i] = (samples[i] as number) + echo * 0.25;
      line[at] = (dry[i] as number) + echo * feedback;
    }
  }
}

/** Follows the level (10 ms up, 400 ms down) and halves its distance to the usual one; at most 12 dB up. */
function controlGain(samples: Float64Array, levelDbm0: number): void {
  const usual = powerOfDbm0(levelDbm0);
  let level = usual;
  for (let i = 0; i < samples.length; i++) {
    const power = (samples[i] as number) ** 2;
    level += (power - level) * (power > level ? 1 / 80 : 1 / 3200);
    samples[i] = (samples[i] as number) * Math.min(4, Math.sqrt(Math.sqrt(usual / Math.max(1, level))));
  }
}

/** First-order slopes. */
function passBand(samples: Float64Array, lowHz: number, highHz: number): void {
  const a = Math.exp((-2 * Math.PI * lowHz) / 8000);
  const b = 1 - Math.exp((-2 * Math.PI * highHz) / 8000);
  let before = 0;
  let high = 0;
  let low = 0;
  for (let i = 0; i < samples.length; i++) {
    const x = samples[i] as number;
    high = a * (high + x - before);
    before = x;
    low += (high - low) * b;
    samples[i] = low;
  }
}

/** A knock against a handset, or the click of a button: 5–40 ms. */
export function knock(random: Random, levelDbm0: number): Int16Array {
  const peak = 4 * Math.sqrt(powerOfDbm0(levelDbm0 - 8 + random.next() * 10));
  const decay = 20 + random.next() * 80;
  return Int16Array.from({ length: 320 }, (_, i) => saturate((random.next() * 2 - 1) * peak * Math.exp(-i / decay)));
}

/** Brings the active speech to a level, dBm0: the 20 ms stretches within 20 dB of the loudest count. */
export function speechAtLevel(speech: Int16Array, levelDbm0: number): Int16Array {
  let peak = 0;
  for (let i = 0; i + 160 <= speech.length; i += 160) peak = Math.max(peak, meanSquare(speech, i, 160));
  let sum = 0;
  let count = 0;
  for (let i = 0; i + 160 <= speech.length; i += 160) {
    const power = meanSquare(speech, i, 160);
    if (power < peak / 100) continue;
    sum += power;
    count += 1;
  }
  const gain = Math.sqrt(powerOfDbm0(levelDbm0) / Math.max(1, count > 0 ? sum / count : meanSquare(speech)));
  return speech.map((s) => saturate(s * gain));
}
