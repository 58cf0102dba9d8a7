import type { SeededRandom } from '../../src/kernel/random.ts';
import { ToneGenerator } from '../../src/audio/tone-generator.ts';
import { beep, BEEP_SHAPES } from '../audio/beep.ts';
import type { VoiceLibrary } from '../audio/voice-library.ts';
import type { Behaviour } from './behaviour.ts';

/** What a callee says right after the answer: samples at 8 kHz, and the milliseconds at which its greeting is over. */
export interface Opening {
  readonly samples: Int16Array;
  readonly voiceFromMs: number;
  readonly greetingEndMs: number;
}

/** A recorded announcement shorter than this would be taken for a person even by people. */
const shortestMachineGreetingMs = 3_000;
const longestMachineGreetingMs = 6_000;

export function opening(behaviour: Behaviour, voices: VoiceLibrary): Opening | undefined {
  const { random, pauseMs } = behaviour;
  const pause = silence(pauseMs);
  switch (behaviour.kind) {
    case 'person': {
      const hello = voices.samples(pick(voices.ofKind('hello'), random));
      return { samples: join([pause, hello]), voiceFromMs: pauseMs, greetingEndMs: pauseMs + hello.length / 8 };
    }
    case 'machine': {
      const greetings = voices.ofKind('greeting').filter((c) => c.durationMs >= shortestMachineGreetingMs && c.durationMs <= longestMachineGreetingMs);
      const greeting = voices.samples(pick(greetings, random));
      const tone = beep(random, BEEP_SHAPES[Math.floor(random.next() * BEEP_SHAPES.length)] ?? 'single', -12);
      const gap = silence(200 + random.next() * 400);
      const all = join([pause, greeting, gap, tone]);
      return { samples: all, voiceFromMs: pauseMs, greetingEndMs: all.length / 8 };
    }
    case 'sit':
      // Intercept: 913.8, 1370.6, 1776.7 Hz (ITU-T E.180, Bellcore SR-2275 §6.21.2), then an announcement.
      return {
        samples: join([tones([{ frequencies: [913.8], durationMs: 274 }, { frequencies: [1_370.6], durationMs: 274 }, { frequencies: [1_776.7], durationMs: 380 }]), silence(300), voices.samples(pick(voices.ofKind('greeting'), random))]),
        voiceFromMs: 0, greetingEndMs: 0,
      };
    case 'fax':
      // CED: 2100 Hz for 2.6–4 s (ITU-T T.30 §4.3.2).
      return { samples: join([silence(400), tones([{ frequencies: [2_100], durationMs: 3_000 }])]), voiceFromMs: 0, greetingEndMs: 0 };
    default:
      return undefined;
  }
}

export function sentence(voices: VoiceLibrary, random: SeededRandom): Int16Array {
  return voices.samples(pick(voices.ofKind('talk'), random));
}

export function silence(ms: number): Int16Array {
  return new Int16Array(Math.round(ms * 8));
}

export function join(parts: readonly Int16Array[]): Int16Array {
  const out = new Int16Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function tones(segments: readonly { frequencies: readonly number[]; durationMs: number }[]): Int16Array {
  const out = new Int16Array(segments.reduce((sum, s) => sum + Math.round(s.durationMs * 8), 0));
  new ToneGenerator({ segments }, 8_000, -12).process(out);
  return out;
}

function pick<T>(from: readonly T[], random: SeededRandom): T {
  const one = from[Math.floor(random.next() * from.length)];
  if (one === undefined) throw new Error('the voice library has no clip of that kind');
  return one;
}
