import { meanSquare, powerOfDbm0, saturate } from '../../src/audio/level.ts';
import { SIT_SIGNALS } from '../../src/audio/call-progress/special-information-tone.ts';
import { tonePlans, type ToneKind } from '../../src/audio/call-progress/tone-plans.ts';
import { ToneGenerator, type ToneCadence } from '../../src/audio/tone-generator.ts';
import type { Random } from '../../src/kernel/random.ts';
import { backgroundNoise, type NoiseKind } from './background-noise.ts';
import { beep, BEEP_SHAPES, type BeepShape } from './beep.ts';
import { throughChannel, type Channel } from './channel.ts';
import { music } from './music.ts';
import { randomSyllableVoice, syllableSpeech } from './syllable-voice.ts';
import type { VoiceClip, VoiceLibrary } from './voice-library.ts';

export type CalleeKind = 'person' | 'machine' | 'silence' | 'music' | 'fax-answer' | 'fax-calling' | 'sit' | ToneKind;

/** Audio of one callee at 8 kHz, from the answer (or from the first early media), with what it truly is. */
export interface CalleeAudio {
  readonly kind: CalleeKind;
  readonly samples: Int16Array;
  readonly truth: CalleeTruth;
}

export interface CalleeTruth {
  /** Person and machine: where speech begins and the greeting ends, ms. */
  readonly speechStartMs?: number;
  readonly greetingEndMs?: number;
  /** Machine: where its beep ends; absent when it has none. */
  readonly beepEndMs?: number;
  readonly beepShape?: BeepShape;
  /** Tones: the country of the plan; SIT: the `sit_tone…` kind. */
  readonly country?: string;
  readonly sit?: string;
  readonly clip?: string;
  readonly snrDb: number;
  readonly channel: Channel;
}

export interface CalleeOptions {
  /** Only clips that this accepts are used. Default: all. */
  readonly clips?: (clip: VoiceClip) => boolean;
  /** Beep shapes to draw from. Default: all. */
  readonly beeps?: readonly BeepShape[];
  /** Signal over noise in dB to draw from; Infinity is a clean line. Default: clean, 35, 25, 18. */
  readonly snrDb?: readonly number[];
  readonly loss?: readonly number[];
  readonly country?: string;
}

/** Makes callees. Everything is drawn from the random source: same seed, same audio. */
export class CalleeAudioSource {
  readonly #random: Random;
  readonly #library: VoiceLibrary;
  readonly #options: CalleeOptions;
  /** Level of this callee's voice or tone, dBm0; the noise is so many dB below. */
  #levelDbm0 = -18;

  constructor(random: Random, library: VoiceLibrary, options: CalleeOptions = {}) {
    this.#random = random;
    this.#library = library;
    this.#options = options;
  }

  make(kind: CalleeKind): CalleeAudio {
    this.#levelDbm0 = this.#between(-26, -12);
    switch (kind) {
      case 'person':
        return this.#person();
      case 'machine':
        return this.#machine();
      case 'silence':
        return this.#finish(kind, new Int16Array(8 * 9000), {});
      case 'music':
        return this.#finish(kind, joined([this.#quiet(200, 1500), this.#levelled(music(this.#random, 9000))]), {});
      case 'fax-answer':
        return this.#tone(kind, { segments: [{ frequencies: [], durationMs: this.#between(300, 1500) }, { frequencies: [2100 + this.#between(-8, 8)], durationMs: this.#between(2600, 4000) }, { frequencies: [], durationMs: 500 }] }, 6000, {});
      case 'fax-calling':
        return this.#tone(kind, { segments: [{ frequencies: [], durationMs: this.#between(200, 900) }, { frequencies: [1100 + this.#between(-15, 15)], durationMs: 500 }, { frequencies: [], durationMs: 3000 }], repeatFrom: 1 }, 9000, {});
      case 'sit': {
        const signal = this.#pick(SIT_SIGNALS);
        const segments = signal.segments.map((s) => ({ frequencies: [s.frequency * (1 + this.#between(-0.004, 0.004))], durationMs: s.durationMs * (1 + this.#between(-0.03, 0.03)) }));
        return this.#tone(kind, { segments: [{ frequencies: [], durationMs: this.#between(50, 800) }, ...segments, { frequencies: [], durationMs: 2500 }] }, 4500, { sit: signal.kind });
      }
      case 'dial':
      case 'ringback':
      case 'busy':
      case 'reorder': {
        const country = this.#options.country ?? this.#pick(Object.keys(tonePlans).filter((code) => kind !== 'reorder' || hasOwnReorder(code)));
        const pattern = (tonePlans[country] ?? tonePlans['US'])?.[kind];
        if (pattern === undefined) throw new Error(`no tone plan for ${country}`);
        const stretch = 1 + this.#between(-0.04, 0.04);
        const detune = 1 + this.#between(-0.005, 0.005);
        const frequencies = pattern.frequencies.map((f) => f * detune);
        const cadence = pattern.cadence.map((ms, i) => ({ frequencies: i % 2 === 0 ? frequencies : [], durationMs: ms * stretch }));
        const lead = { frequencies: [], durationMs: this.#between(40, 900) };
        return this.#tone(kind, { segments: [lead, ...(cadence.length > 0 ? cadence : [{ frequencies }])], repeatFrom: 1 }, 9000, { country });
      }
    }
  }

  #person(): CalleeAudio {
    const random = this.#random;
    const { speech, clip } = this.#hello();
    const lead = this.#quiet(150, 2000);
    const parts = [lead];
    if (random.next() < 0.2) {
      // The handset is picked up: a knock before the voice.
      const knock = Int16Array.from({ length: 160 }, (_, i) => Math.round((random.next() - 0.5) * 9000 * Math.exp(-i / 40)));
      parts.push(knock, this.#quiet(80, 400));
    }
    const speechStartMs = total(parts) / 8;
    parts.push(this.#levelled(speech));
    const greetingEndMs = total(parts) / 8;
    if (random.next() < 0.35) parts.push(this.#quiet(1300, 2500), this.#levelled(this.#hello(clip).speech));
    else parts.push(this.#quiet(1800, 4000));
    if (random.next() < 0.5) parts.push(this.#levelled(this.#clip('talk').speech));
    parts.push(this.#quiet(1500, 3000));
    return this.#finish('person', joined(parts), { speechStartMs, greetingEndMs, clip });
  }

  #machine(): CalleeAudio {
    const random = this.#random;
    const parts = [this.#quiet(200, 2500)];
    const hiss = random.next() < 0.5 ? this.#between(-62, -48) : undefined;
    const recordedFrom = total(parts);
    if (hiss !== undefined) parts.push(this.#quiet(60, 500));
    const speechStartMs = total(parts) / 8;
    let clip = 'syllables';
    if (random.next() < 0.15) parts.push(this.#levelled(this.#hello().speech), this.#quiet(120, 450));
    if (random.next() < 0.35) {
      const phrases = Array.from({ length: 2 + Math.floor(random.next() * 3) }, () => 7 + Math.floor(random.next() * 9));
      parts.push(this.#levelled(syllableSpeech(random, randomSyllableVoice(random), phrases)));
    } else {
      const greeting = this.#clip('greeting');
      clip = greeting.clip;
      parts.push(this.#levelled(greeting.speech));
    }
    const greetingEndMs = total(parts) / 8;
    let beepEndMs: number | undefined;
    let beepShape: BeepShape | undefined;
    if (random.next() < 0.88) {
      parts.push(this.#quiet(150, 1600));
      beepShape = this.#pick(this.#options.beeps ?? BEEP_SHAPES);
      parts.push(beep(random, beepShape, this.#levelDbm0 + this.#between(-4, 6)));
      beepEndMs = total(parts) / 8;
    }
    const recordedTo = total(parts);
    parts.push(this.#quiet(3500, 4500));
    const samples = joined(parts);
    if (hiss !== undefined) {
      const noise = backgroundNoise(random, 'pink', recordedTo - recordedFrom, hiss);
      for (let i = 0; i < noise.length; i++) samples[recordedFrom + i] = saturate((samples[recordedFrom + i] as number) + (noise[i] as number));
    }
    return this.#finish('machine', samples, { speechStartMs, greetingEndMs, clip, ...(beepEndMs === undefined ? {} : { beepEndMs }), ...(beepShape === undefined ? {} : { beepShape }) });
  }

  /** What people say first: one in twelve takes more than a second for it. */
  #hello(like?: string): { speech: Int16Array; clip: string } {
    if (like === undefined && this.#random.next() < 0.15) {
      return { speech: syllableSpeech(this.#random, randomSyllableVoice(this.#random), [1 + Math.floor(this.#random.next() * 3)], 'question'), clip: 'syllables' };
    }
    const long = this.#random.next() < 0.08;
    return this.#clip('hello', (clip) => clip.durationMs > 1000 === long);
  }

  #clip(kind: VoiceClip['kind'], also: (clip: VoiceClip) => boolean = () => true): { speech: Int16Array; clip: string } {
    const allowed = this.#options.clips ?? (() => true);
    const clips = this.#library.ofKind(kind).filter((c) => allowed(c) && also(c));
    const clip = this.#pick(clips);
    return { speech: stretched(this.#library.samples(clip), 1 + this.#between(-0.08, 0.08)), clip: clip.file };
  }

  #tone(kind: CalleeKind, cadence: ToneCadence, durationMs: number, truth: Partial<CalleeTruth>): CalleeAudio {
    const samples = new Int16Array(durationMs * 8);
    new ToneGenerator(cadence, 8000, this.#levelDbm0).process(samples);
    return this.#finish(kind, samples, truth);
  }

  #levelled(speech: Int16Array): Int16Array {
    const gain = Math.sqrt(powerOfDbm0(this.#levelDbm0 + this.#between(-2, 2)) / Math.max(1, activePower(speech)));
    return speech.map((s) => saturate(s * gain));
  }

  /** Adds the line's noise, and sends it all through codec and network. */
  #finish(kind: CalleeKind, samples: Int16Array, truth: Partial<CalleeTruth>): CalleeAudio {
    const random = this.#random;
    const snrDb = this.#pick(this.#options.snrDb ?? [Infinity, 35, 25, 18]);
    const channel: Channel = { codec: random.next() < 0.5 ? 'ulaw' : 'alaw', loss: this.#pick(this.#options.loss ?? [0, 0, 0.01, 0.03]) };
    if (snrDb !== Infinity) {
      const noiseKind = this.#pick<NoiseKind>(['white', 'pink', 'car', 'babble']);
      const speech = noiseKind === 'babble' ? this.#library.ofKind('greeting').slice(0, 6).map((clip) => this.#library.samples(clip)) : [];
      const noise = backgroundNoise(random, noiseKind, samples.length, this.#levelDbm0 - snrDb, speech);
      for (let i = 0; i < samples.length; i++) samples[i] = saturate((samples[i] as number) + (noise[i] as number));
    }
    throughChannel(random, samples, channel);
    return { kind, samples, truth: { ...truth, snrDb, channel } };
  }

  #quiet(fromMs: number, toMs: number): Int16Array {
    return new Int16Array(Math.round(this.#between(fromMs, toMs) * 8));
  }

  #between(low: number, high: number): number {
    return low + this.#random.next() * (high - low);
  }

  #pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('nothing to choose from');
    return list[Math.floor(this.#random.next() * list.length)] as T;
  }
}

/** Some networks send the same tone for busy and reorder. */
const hasOwnReorder = (country: string): boolean => tonePlans[country]?.reorder.cadence.join() !== tonePlans[country]?.busy.cadence.join();

const total = (parts: readonly Int16Array[]): number => parts.reduce((n, part) => n + part.length, 0);

function joined(parts: readonly Int16Array[]): Int16Array {
  const out = new Int16Array(total(parts));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Mean square of the 20 ms stretches that are within 20 dB of the loudest. */
function activePower(samples: Int16Array): number {
  let peak = 0;
  for (let i = 0; i + 160 <= samples.length; i += 160) peak = Math.max(peak, meanSquare(samples, i, 160));
  let sum = 0;
  let count = 0;
  for (let i = 0; i + 160 <= samples.length; i += 160) {
    const power = meanSquare(samples, i, 160);
    if (power < peak / 100) continue;
    sum += power;
    count += 1;
  }
  return count > 0 ? sum / count : meanSquare(samples);
}

/** Faster and higher, or slower and lower, by linear interpolation. */
function stretched(samples: Int16Array, speed: number): Int16Array {
  const out = new Int16Array(Math.floor((samples.length - 1) / speed));
  for (let i = 0; i < out.length; i++) {
    const x = i * speed;
    const k = Math.floor(x);
    out[i] = Math.round((samples[k] as number) * (1 - (x - k)) + (samples[k + 1] as number) * (x - k));
  }
  return out;
}
