/** Test signals and measures, written for the tests alone. Levels: amplitude of 16-bit samples, or dBm0 (a full-scale sine is 3.14). */

// Taken out once: in jest's contexts each look at a global goes a long way, and this is done millions of times.
const { PI, cos, hypot, log10, max, sin, sqrt } = Math;

export const sine = (hz: number, amplitude = 8000) => (at: number): Int16Array => Int16Array.from({ length: 160 }, (_, i) => amplitude * sin((2 * PI * hz * (at + i)) / 8000));
export const silence = (): Int16Array => new Int16Array(160);

const rows = [697, 770, 852, 941];
const columns = [1209, 1336, 1477, 1633];
const pad = ['123A', '456B', '789C', '*0#D'];

const frequencies = new Map([...pad.join('')].map((key) => [key, computed(key)]));
export function frequenciesOf(key: string): [number, number] {
  return frequencies.get(key)!;
}
function computed(key: string): [number, number] {
  const row = pad.findIndex((keys) => keys.includes(key));
  return [rows[row]!, columns[pad[row]!.indexOf(key)]!];
}

/** Sample `n` of a DTMF digit. */
export function dtmfSample(key: string, n: number, amplitude = 6000): number {
  const [low, high] = frequenciesOf(key);
  return amplitude * (sin((2 * PI * low * n) / 8000) + sin((2 * PI * high * n) / 8000));
}

/** Energy at one frequency in dBm0, over `length` samples from `start`. */
export function levelAt(samples: Int16Array, hz: number, start = 0, length = samples.length - start): number {
  let re = 0;
  let im = 0;
  for (let i = 0; i < length; i++) {
    const s = samples[start + i] ?? 0;
    re += s * cos((2 * PI * hz * i) / 8000);
    im += s * sin((2 * PI * hz * i) / 8000);
  }
  const amplitude = (2 * hypot(re, im)) / length;
  return 20 * log10(max(amplitude, 1e-3) / 32768) + 3.14;
}

/** The highest level at that frequency in any 25 ms window. */
export function peakLevelAt(samples: Int16Array, hz: number): number {
  let top = -120;
  for (let at = 0; at + 200 <= samples.length; at += 100) top = max(top, levelAt(samples, hz, at, 200));
  return top;
}

/** Where `needle` fits best in `haystack`, and the signal-to-noise ratio there in dB. */
export function align(haystack: Int16Array, needle: Int16Array, step = 1): { offset: number; snr: number } {
  let best = 0;
  let bestScore = -Infinity;
  for (let offset = 0; offset + needle.length <= haystack.length; offset += step) {
    let dot = 0;
    let energy = 1;
    for (let i = 0; i < needle.length; i += 3) {
      dot += haystack[offset + i]! * needle[i]!;
      energy += haystack[offset + i]! ** 2;
    }
    const score = dot / sqrt(energy);
    if (score > bestScore) {
      bestScore = score;
      best = offset;
    }
  }
  let signal = 0;
  let noise = 1e-9;
  for (let i = 0; i < needle.length; i++) {
    signal += needle[i]! ** 2;
    noise += (haystack[best + i]! - needle[i]!) ** 2;
  }
  return { offset: best, snr: 10 * log10(signal / noise) };
}

/** A signal like speech: harmonics of a gliding pitch in syllables of changing loudness, with pauses. Deterministic. */
export function speechLike(seconds: number, pitch = 120): Int16Array {
  const out = new Int16Array(seconds * 8000);
  let phase = 0;
  for (let i = 0; i < out.length; i++) {
    const t = i / 8000;
    phase += (2 * PI * (pitch + 25 * sin(2 * PI * 0.7 * t))) / 8000;
    const syllable = max(0, sin(2 * PI * 2.1 * t)) * (t % 1.9 < 1.5 ? 1 : 0);
    let s = 0;
    for (let h = 1; h <= 20; h++) s += (sin(h * phase) / h) * (1 + cos(h * (1 + sin(2 * PI * 1.3 * t))));
    out[i] = 2500 * syllable * s;
  }
  return out;
}

/** Frames of a signal, silence after its end. */
export const from = (samples: Int16Array) => (at: number): Int16Array => {
  const frame = new Int16Array(160);
  frame.set(samples.subarray(at, at + 160));
  return frame;
};
