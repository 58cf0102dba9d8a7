import type { Random } from '../../src/kernel/random.ts';

// Taken out once: in jest's contexts each look at a global goes a long way, and this is done for each sample.
const { PI, abs, exp, floor, max, min, round, sin } = Math;

/** Music on hold made from nothing: chords, a melody and drums. Deterministic from `random`. Peak about 12,000. */
export function music(random: Random, durationMs: number, sampleRate = 8000): Int16Array {
  const length = round((durationMs * sampleRate) / 1000);
  const mix = new Float64Array(length);
  const beat = 60 / (70 + random.next() * 70);
  const root = 110 * 2 ** (floor(random.next() * 12) / 12);
  const scale = random.next() < 0.5 ? [0, 2, 4, 5, 7, 9, 11] : [0, 2, 3, 5, 7, 8, 10];
  const degree = (n: number): number => 2 ** (((scale[((n % 7) + 7) % 7] as number) + 12 * floor(n / 7)) / 12);
  const timbre = Array.from({ length: 6 }, (_, h) => random.next() / (h + 1) ** (0.7 + random.next()));
  timbre[0] = 1;
  const detune = 1 + (random.next() - 0.5) * 0.01;
  const note = (start: number, seconds: number, hz: number, gain: number, decay: number): void => {
    const from = round(start * sampleRate);
    const n = min(round(seconds * sampleRate), length - from);
    const vibrato = random.next() * 0.004;
    for (let h = 0; h < timbre.length; h++) {
      const f = hz * detune * (h + 1);
      if (f > sampleRate * 0.45) break;
      let phase = random.next() * 6.28;
      for (let i = 0; i < n; i++) {
        const t = i / sampleRate;
        phase += ((2 * PI * f) / sampleRate) * (1 + vibrato * sin(2 * PI * 5.5 * t));
        const envelope = min(1, t / 0.01) * exp(-decay * t) * min(1, (n - i) / 80);
        mix[from + i] = (mix[from + i] as number) + gain * (timbre[h] as number) * envelope * sin(phase);
      }
    }
  };
  const drums = random.next() < 0.6;
  const chords = [0, 3, 4, 5, 0, 1, 4, 0];
  for (let b = 0; b * beat < durationMs / 1000; b++) {
    const start = b * beat;
    const chord = chords[(b >> 2) % chords.length] as number;
    if (b % 4 === 0) for (const third of [0, 2, 4]) note(start, beat * 4, root * 2 * degree(chord + third), 0.25, 0.4);
    if (b % 2 === 0) note(start, beat * 1.8, root * degree(chord), 0.5, 1);
    const melody = 7 + chord + floor(random.next() * 6);
    if (random.next() < 0.8) note(start, beat * (random.next() < 0.3 ? 2 : 0.95), root * 2 * degree(melody), 0.6, 1 + random.next() * 3);
    if (random.next() < 0.4) note(start + beat / 2, beat * 0.45, root * 2 * degree(melody + 1), 0.5, 3);
    if (drums) {
      const from = round((start + (b % 2 === 0 ? 0 : beat / 2)) * sampleRate);
      for (let i = 0; i < 400 && from + i < length; i++) mix[from + i] = (mix[from + i] as number) + (random.next() - 0.5) * 0.8 * exp(-i / 90);
    }
  }
  let peak = 1e-9;
  for (const v of mix) peak = max(peak, abs(v));
  return Int16Array.from(mix, (v) => round((v * 12000) / peak));
}
