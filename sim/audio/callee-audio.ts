import { saturate } from '../../src/audio/level.ts';
import { SIT_SIGNALS } from '../../src/audio/call-progress/special-information-tone.ts';
import { tonePlans, type ToneKind } from '../../src/audio/call-progress/tone-plans.ts';
import { ToneGenerator, type ToneCadence } from '../../src/audio/tone-generator.ts';
import type { Random } from '../../src/kernel/random.ts';
import { backgroundNoise, NOISE_KINDS, type NoiseKind } from './background-noise.ts';
import { BEEP_SHAPES, type BeepShape } from './beep.ts';
import { speechAtLevel } from './capture.ts';
import { throughChannel, type Channel } from './channel.ts';
import { GreetingSceneMaker, joined, type GreetingScene } from './greeting-scene.ts';
import { music } from './music.ts';
import type { ClipSource, VoiceClip } from './voice-library.ts';

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
  /** Person and machine: how they were made. */
  readonly scene?: GreetingScene;
  /** Tones: the country of the plan; SIT: the `sit_tone…` kind. */
  readonly country?: string;
  readonly sit?: string;
  readonly snrDb: number;
  readonly noise?: NoiseKind;
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
  /** Background noises to draw from, of the line and of the room. Default: all that classifiers are tuned with. */
  readonly noises?: readonly NoiseKind[];
  /** Share of voices made of syllables instead of clips. Default 0.1. */
  readonly syllables?: number;
  readonly country?: string;
  /** People and machines: so much is made after the speech begins, ms. Default: all. */
  readonly untilMs?: number;
}

/** Makes callees. Everything is drawn from the random source: same seed, same audio. */
export class CalleeAudioSource {
  readonly #random: Random;
  readonly #library: ClipSource;
  readonly #options: CalleeOptions;
  /** Level of this callee's voice or tone, dBm0; the noise is so many dB below. */
  #levelDbm0 = -18;

  constructor(random: Random, library: ClipSource, options: CalleeOptions = {}) {
    this.#random = random;
    this.#library = library;
    this.#options = options;
  }

  make(kind: CalleeKind): CalleeAudio {
    this.#levelDbm0 = this.#between(-26, -12);
    switch (kind) {
      case 'person':
      case 'machine':
        return this.#scene(kind);
      case 'silence':
        return this.#finish(kind, new Int16Array(8 * 9000), {});
      case 'music':
        return this.#finish(kind, joined([this.#quiet(200, 1500), speechAtLevel(music(this.#random, 9000), this.#levelDbm0)]), {});
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

  #scene(kind: 'person' | 'machine'): CalleeAudio {
    const maker = new GreetingSceneMaker(this.#random, {
      clips: this.#library,
      accepts: this.#options.clips ?? (() => true),
      beeps: this.#options.beeps ?? BEEP_SHAPES,
      noises: this.#options.noises ?? NOISE_KINDS,
      syllables: this.#options.syllables ?? 0.1,
      levelDbm0: this.#levelDbm0,
      ...(this.#options.untilMs === undefined ? {} : { untilMs: this.#options.untilMs }),
    });
    const scene = kind === 'person' ? maker.person() : maker.machine();
    return this.#finish(kind, scene.samples, { speechStartMs: scene.speechStartMs, greetingEndMs: scene.greetingEndMs, scene, ...(scene.beepEndMs === undefined ? {} : { beepEndMs: scene.beepEndMs }) });
  }

  #tone(kind: CalleeKind, cadence: ToneCadence, durationMs: number, truth: Partial<CalleeTruth>): CalleeAudio {
    const samples = new Int16Array(durationMs * 8);
    new ToneGenerator(cadence, 8000, this.#levelDbm0).process(samples);
    return this.#finish(kind, samples, truth);
  }

  /** Adds the line's noise, and sends it all through codec and network. */
  #finish(kind: CalleeKind, samples: Int16Array, truth: Partial<CalleeTruth>): CalleeAudio {
    const random = this.#random;
    const snrDb = this.#pick(this.#options.snrDb ?? [Infinity, 35, 25, 18]);
    const channel: Channel = { codec: random.next() < 0.5 ? 'ulaw' : 'alaw', loss: this.#pick(this.#options.loss ?? [0, 0, 0.01, 0.03]) };
    const noiseKind = snrDb === Infinity ? undefined : this.#pick<NoiseKind>(this.#options.noises ?? NOISE_KINDS);
    if (noiseKind !== undefined) {
      const speech = noiseKind === 'babble' ? this.#library.ofKind('greeting').filter(this.#options.clips ?? (() => true)).slice(0, 6).map((clip) => this.#library.samples(clip)) : [];
      const noise = backgroundNoise(random, noiseKind, samples.length, this.#levelDbm0 - snrDb, speech);
      for (let i = 0; i < samples.length; i++) samples[i] = saturate((samples[i] as number) + (noise[i] as number));
    }
    throughChannel(random, samples, channel);
    return { kind, samples, truth: { ...truth, snrDb, ...(noiseKind === undefined ? {} : { noise: noiseKind }), channel } };
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
