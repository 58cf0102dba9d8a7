import type { Random } from '../../src/kernel/random.ts';

/** First three formants of vowels, Hz (after Peterson and Barney 1952, rounded). */
const VOWELS: readonly (readonly [number, number, number])[] = [
  [730, 1090, 2440], [270, 2290, 3010], [570, 840, 2410], [530, 1840, 2480], [300, 870, 2240], [660, 1720, 2410], [440, 1020, 2240], [490, 1350, 1690],
];

export interface SyllableVoiceOptions {
  /** Mean pitch, Hz: 85–255. */
  readonly pitch: number;
  /** Vocal-tract factor on the formants: 1 for men, about 1.17 for women. */
  readonly tract: number;
  /** Syllables a second, 3–6. */
  readonly rate: number;
}

export const randomSyllableVoice = (random: Random): SyllableVoiceOptions => {
  const high = random.next() < 0.5;
  return { pitch: (high ? 175 : 95) + random.next() * 60, tract: (high ? 1.12 : 0.97) + random.next() * 0.08, rate: 3.5 + random.next() * 2 };
};

/**
 * Speech-like sound made from nothing: a glottal pulse train through three formant resonators, fricative onsets, syllables
 * grouped into words, phrases falling in pitch, questions rising. Deterministic from `random`. Peak about 16,000.
 * @param phrases their syllable counts; between phrases lies a pause of 0.15–0.45 s.
 */
export function syllableSpeech(random: Random, voice: SyllableVoiceOptions, phrases: readonly number[], ending: 'statement' | 'question' = 'statement', sampleRate = 8000): Int16Array {
  const parts: Float64Array[] = [];
  const state = new Float64Array(6);
  let phase = 0;
  phrases.forEach((syllables, p) => {
    for (let s = 0; s < syllables; s++) {
      const last = s === syllables - 1;
      const seconds = ((0.75 + random.next() * 0.5) / voice.rate) * (last ? 1.5 : 1);
      const length = Math.round(seconds * sampleRate);
      const from = VOWELS[Math.floor(random.next() * VOWELS.length)] as readonly [number, number, number];
      const to = VOWELS[Math.floor(random.next() * VOWELS.length)] as readonly [number, number, number];
      const onset = random.next() < 0.6 ? Math.round((0.03 + random.next() * 0.06) * sampleRate) : 0;
      const fricative = random.next() < 0.5;
      const out = new Float64Array(length);
      const declination = 1.12 - 0.25 * (s / Math.max(1, syllables));
      const stress = 0.6 + random.next() * 0.4;
      for (let i = 0; i < length; i++) {
        const t = i / length;
        const rise = last && ending === 'question' && p === phrases.length - 1 ? 1 + 0.35 * t : last ? 1 - 0.15 * t : 1;
        phase += (voice.pitch * declination * rise * (1 + 0.01 * (random.next() - 0.5))) / sampleRate;
        let excitation = 0;
        if (i < onset) excitation = fricative ? (random.next() - 0.5) * 0.9 : 0;
        else {
          if (phase >= 1) excitation = 1;
          excitation += (random.next() - 0.5) * 0.03;
        }
        if (phase >= 1) phase -= 1;
        let v = excitation;
        for (let f = 0; f < 3; f++) {
          const hz = Math.min(3700, ((from[f] as number) * (1 - t) + (to[f] as number) * t) * voice.tract);
          const radius = Math.exp((-Math.PI * (60 + 50 * f)) / sampleRate);
          const a = 2 * radius * Math.cos((2 * Math.PI * hz) / sampleRate);
          const y = v * (1 - radius) * 3 + a * (state[f * 2] as number) - radius * radius * (state[f * 2 + 1] as number);
          state[f * 2 + 1] = state[f * 2] as number;
          state[f * 2] = y;
          v = y;
        }
        out[i] = v * stress * Math.min(1, (i + 1) / 120, (length - i) / (last ? length * 0.45 : 160));
      }
      parts.push(out);
      if (random.next() < 0.25) parts.push(new Float64Array(Math.round(0.04 * sampleRate)));
    }
    if (p < phrases.length - 1) parts.push(new Float64Array(Math.round((0.15 + random.next() * 0.3) * sampleRate)));
  });
  const total = parts.reduce((n, part) => n + part.length, 0);
  const joined = new Float64Array(total);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  let peak = 1e-9;
  for (const v of joined) peak = Math.max(peak, Math.abs(v));
  return Int16Array.from(joined, (v) => Math.round((v * 16000) / peak));
}
