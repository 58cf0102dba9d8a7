/** A customer who types 1,000 digits, in a conference with an agent, whose leg is protected, and a monitor, whose leg is open. */
import { SeededRandom } from '../../../src/kernel/random.ts';
import { dtmfSample } from '../../contract/media/signals.ts';
import { id, SimulatedMedia, type SimulatedPhone } from './simulated-engine.ts';

// Taken out once: in jest's contexts each look at a global goes a long way, and this is done millions of times.
const { PI, exp, floor, imul, max, min, sin, sqrt } = Math;

const pad = '0123456789*#ABCD';
export const count = 1000;
export const keys = (() => {
  let seed = 42;
  let text = '';
  for (let i = 0; i < count; i++) text += pad[(seed = (imul(seed, 1664525) + 1013904223) >>> 0) >>> 28];
  return text;
})();

/** Customer, agent and monitor in a conference; the agent's leg is protected. */
export function conference(): { media: SimulatedMedia; customer: SimulatedPhone; agent: SimulatedPhone; monitor: SimulatedPhone } {
  const media = new SimulatedMedia();
  media.engine.command({ op: 'openConference', node: id('conference') });
  const [customer, agent, monitor] = [media.phone('customer'), media.phone('agent'), media.phone('monitor')];
  for (const name of ['customer', 'agent', 'monitor']) media.connect(name, 'conference');
  media.connect('conference', 'customer');
  media.connect('conference', 'agent', { events: 'mute', inband: 'mute' });
  media.connect('conference', 'monitor');
  media.run(50);
  return { media, customer, agent, monitor };
}

/** Digits at 50/50 ms from the frame `begin` on, with something underneath. */
export const typed = (under: (sample: number) => number) => (frame: number, begin: number): Int16Array => Int16Array.from({ length: 160 }, (_, i) => {
  const n = (frame - begin) * 160 + i;
  const within = n % 800;
  const key = keys[floor(n / 800)];
  return (key !== undefined && n >= 0 && within < 400 ? dtmfSample(key, within, 5000) : 0) + under(n);
});

/** Chords of a few partials with vibrato and a drum, changing twice a second: nothing in it is a pair of pure tones. */
export function music(seconds: number, seed: number): Int16Array {
  const random = new SeededRandom(seed);
  const out = new Int16Array(seconds * 8000);
  for (let note = 0; note * 4000 < out.length; note++) {
    const root = 110 * 2 ** (floor(random.next() * 24) / 12);
    const chord = [1, random.next() < 0.5 ? 1.25 : 1.2, 1.5, 2, 3].map((ratio) => root * ratio);
    const solo = random.next() < 0.3;
    for (let i = 0; i < 4000 && note * 4000 + i < out.length; i++) {
      const t = i / 8000;
      const decay = exp(-2.2 * t) * min(1, t * 200);
      let s = 0;
      for (const [k, hz] of chord.entries()) {
        if (solo && k > 1) break;
        for (let h = 1; h <= 5; h++) s += (sin(2 * PI * hz * h * (t + 0.0004 * sin(2 * PI * 5.5 * t))) / h ** 1.4) * 0.3;
      }
      const drum = i < 500 ? (random.next() - 0.5) * exp(-i / 100) : 0;
      out[note * 4000 + i] = max(-32767, min(32767, 6000 * decay * s + 8000 * drum));
    }
  }
  return out;
}

/** The signal brought to so many dB below the digits, on average; a function of the sample, 0 outside. */
export function below(signal: Int16Array, db: number): (sample: number) => number {
  let power = 0;
  for (const s of signal) power += s * s;
  const scale = (5000 * 10 ** (-db / 20)) / sqrt(power / signal.length);
  return (n) => (n >= 0 ? (signal[n] ?? 0) * scale : 0);
}
