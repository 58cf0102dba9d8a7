import { tonePlans } from '../../src/audio/call-progress/tone-plans.ts';
import { ToneGenerator } from '../../src/audio/tone-generator.ts';
import type { Random } from '../../src/kernel/random.ts';
import type { NoiseKind } from './background-noise.ts';
import { beep, type BeepShape } from './beep.ts';
import { captured, drawCapture, knock, speechAtLevel, type Capture } from './capture.ts';
import { randomSyllableVoice, syllableSpeech } from './syllable-voice.ts';
import type { ClipSource, GreetingStyle, VoiceClip } from './voice-library.ts';

/** What answers, before the telephone line: 8 kHz from the answer on. Times in ms. */
export interface GreetingScene {
  readonly samples: Int16Array;
  readonly speechStartMs: number;
  /** Of what is said first without a pause of the speaker's own. */
  readonly greetingEndMs: number;
  readonly style: GreetingStyle;
  readonly clip?: VoiceClip;
  readonly capture: Capture;
  readonly beepEndMs?: number;
  readonly beepShape?: BeepShape;
  /** Machine: a hello and a pause came before the announcement. */
  readonly helloFirst?: boolean;
  /** Machine: where the announcement itself begins. */
  readonly announcementStartMs?: number;
}

export interface SceneOptions {
  readonly clips: ClipSource;
  /** Only clips that this accepts are used. */
  readonly accepts: (clip: VoiceClip) => boolean;
  readonly beeps: readonly BeepShape[];
  readonly noises: readonly NoiseKind[];
  /** Share of voices made of syllables instead of clips, the same for people and machines. */
  readonly syllables: number;
  readonly levelDbm0: number;
  /** So much is made after the speech begins, ms; the rest is not needed. Default: all. */
  readonly untilMs?: number;
}

/**
 * How people answer. "Hello" lasts 390 ms on average and is below a second with everybody (McAleer, Todorov and Belin 2014, 64
 * speakers); homes answer in less than 1.5 s, firms in 1.5–3 s (Tropo 2010): outreach calls people at home and on the move, so
 * that one in twenty answers with a whole sentence.
 */
export const PEOPLE: readonly (readonly [GreetingStyle, number])[] = [['word', 0.7], ['pair', 0.15], ['name', 0.1], ['sentence', 0.05]];
/** Machines that say hello first, and wait: median, ms, its spread, and the most. */
export const HELLO_FIRST = 0.25;
export const WAIT_AFTER_HELLO = [300, 0.5, 900] as const;
/** People's first silence, ms, until they say something again: share, and from and to. The others wait longer. */
export const PATIENCE = [[0.1, 700, 1300], [0.4, 1300, 2500]] as const;
/** Every clip is spoken so much faster or slower. */
export const STRETCH = 0.08;

/**
 * Makes people and machines. Whatever no figure is known for, they get alike: how long until the voice, room, microphone, level,
 * knocks, rest of the ringback. They differ in what is said, in who waits for an answer, and in that a recording's room
 * begins and ends with the recording, a caller's with the call.
 */
export class GreetingSceneMaker {
  readonly #random: Random;
  readonly #options: SceneOptions;

  constructor(random: Random, options: SceneOptions) {
    this.#random = random;
    this.#options = options;
  }

  person(): GreetingScene {
    const random = this.#random;
    const style = this.#style();
    const first = this.#hello(style);
    const parts = [this.#lead()];
    if (random.next() < 0.2) parts.push(knock(random, this.#options.levelDbm0), this.#silence(60, 400));
    const speechStartMs = milliseconds(parts);
    parts.push(this.#levelled(first.speech));
    const greetingEndMs = milliseconds(parts);
    // They wait for the caller, and say it again when nothing comes.
    const patience = random.next();
    const [[hasty, ...soon], [usual, ...later]] = PATIENCE;
    if (patience < hasty) parts.push(this.#silence(...soon), this.#levelled(this.#hello('word').speech));
    else if (patience < usual) parts.push(this.#silence(...later), this.#levelled(this.#hello('pair').speech));
    parts.push(this.#silence(1800, 4000));
    if (random.next() < 0.5) parts.push(this.#levelled(this.#hello('name').speech));
    parts.push(this.#silence(1500, 3000));
    const capture = drawCapture(random, this.#options.noises);
    const samples = this.#captured(this.#needed(joined(parts), speechStartMs), capture);
    // Some networks open the way back only a moment after the answer.
    if (random.next() < 0.2) samples.fill(0, 0, Math.min(samples.length, Math.round(this.#between(40, 350) * 8)));
    this.#restOfRingback(samples, speechStartMs);
    return { samples, speechStartMs, greetingEndMs, style, capture, ...(first.clip === undefined ? {} : { clip: first.clip }) };
  }

  machine(): GreetingScene {
    const random = this.#random;
    const lead = this.#lead();
    const recording: Int16Array[] = [];
    if (random.next() < 0.2) recording.push(knock(random, this.#options.levelDbm0));
    recording.push(this.#silence(30, 30 + logNormal(this.#random, 220, 0.8, 1500)));
    const speechStartMs = lead.length / 8 + milliseconds(recording);
    const helloFirst = random.next() < HELLO_FIRST;
    // The same speaker goes on.
    const greeting = this.#greeting();
    if (helloFirst) recording.push(this.#levelled(this.#hello('word', greeting.clip).speech), this.#silence(logNormal(random, ...WAIT_AFTER_HELLO)));
    const announcementStartMs = lead.length / 8 + milliseconds(recording);
    recording.push(this.#levelled(greeting.speech));
    const greetingEndMs = lead.length / 8 + milliseconds(recording);
    recording.push(this.#silence(20, 500));
    const capture = drawCapture(random, this.#options.noises);
    const parts = [lead, this.#captured(this.#needed(joined(recording), speechStartMs - lead.length / 8), capture)];
    let beepShape: BeepShape | undefined;
    let beepEndMs: number | undefined;
    if (random.next() < 0.88) {
      parts.push(this.#silence(50, 1200));
      beepShape = this.#pick(this.#options.beeps);
      parts.push(beep(random, beepShape, this.#options.levelDbm0 + this.#between(-4, 6)));
      beepEndMs = milliseconds(parts);
    }
    parts.push(this.#silence(3500, 4500));
    const samples = this.#needed(joined(parts), speechStartMs);
    this.#restOfRingback(samples, lead.length / 8);
    return {
      samples, speechStartMs, greetingEndMs, style: 'greeting', capture, helloFirst, announcementStartMs,
      ...(greeting.clip === undefined ? {} : { clip: greeting.clip }), ...(beepShape === undefined ? {} : { beepShape }), ...(beepEndMs === undefined ? {} : { beepEndMs }),
    };
  }

  #style(): GreetingStyle {
    let draw = this.#random.next();
    return PEOPLE.find(([, share]) => (draw -= share) < 0)?.[0] ?? 'word';
  }

  /** @param by another clip of the same speaker */
  #hello(style: GreetingStyle, by?: VoiceClip): { speech: Int16Array; clip: VoiceClip | undefined } {
    const random = this.#random;
    if (by === undefined && random.next() < this.#options.syllables) {
      const counts: Readonly<Record<GreetingStyle, readonly number[]>> = { word: [1 + Math.floor(random.next() * 2)], pair: [3 + Math.floor(random.next() * 2)], name: [3 + Math.floor(random.next() * 3)], sentence: [5, 8], greeting: [9, 9] };
      return { speech: syllableSpeech(random, randomSyllableVoice(random), counts[style], random.next() < 0.6 ? 'question' : 'statement'), clip: undefined };
    }
    const clips = this.#clips('hello').filter((clip) => clip.style === undefined || clip.style === style);
    const like = clips.filter((clip) => clip.voice === by?.voice && clip.language === by.language);
    return this.#spoken(this.#pick(like.length > 0 ? like : clips));
  }

  #greeting(): { speech: Int16Array; clip: VoiceClip | undefined } {
    const random = this.#random;
    if (random.next() < this.#options.syllables) {
      return { speech: syllableSpeech(random, randomSyllableVoice(random), Array.from({ length: 2 + Math.floor(random.next() * 3) }, () => 7 + Math.floor(random.next() * 9))), clip: undefined };
    }
    return this.#spoken(this.#pick(this.#clips('greeting')));
  }

  #clips(kind: VoiceClip['kind']): readonly VoiceClip[] {
    return this.#options.clips.ofKind(kind).filter(this.#options.accepts);
  }

  #spoken(clip: VoiceClip): { speech: Int16Array; clip: VoiceClip } {
    return { speech: stretched(this.#options.clips.samples(clip), 1 + this.#between(-STRETCH, STRETCH)), clip };
  }

  #levelled(speech: Int16Array): Int16Array {
    return speechAtLevel(speech, this.#options.levelDbm0 + this.#between(-2, 2));
  }

  #captured(samples: Int16Array, capture: Capture): Int16Array {
    const babble = capture.noise?.kind === 'babble' ? this.#clips('greeting').slice(0, 6).map((clip) => this.#options.clips.samples(clip)) : [];
    return captured(this.#random, samples, capture, this.#options.levelDbm0, babble);
  }

  #needed(samples: Int16Array, speechStartMs: number): Int16Array {
    return samples.slice(0, Math.round((speechStartMs + (this.#options.untilMs ?? Infinity)) * 8));
  }

  /** From the answer until something is heard of whoever answered: 0.1–3 s, mostly 0.4–1.2. */
  #lead(): Int16Array {
    return this.#silence(Math.max(100, logNormal(this.#random, 700, 0.6, 3000)));
  }

  /** One in twelve: the ringback that was on its way when the call was answered. */
  #restOfRingback(samples: Int16Array, untilMs: number): void {
    const random = this.#random;
    if (random.next() >= 0.08 || untilMs < 250) return;
    const country = this.#pick(Object.keys(tonePlans));
    const rest = new Int16Array(Math.round(this.#between(60, Math.min(900, untilMs - 150)) * 8));
    new ToneGenerator({ segments: [{ frequencies: tonePlans[country]?.ringback.frequencies ?? [425] }] }, 8000, this.#options.levelDbm0).process(rest);
    samples.set(rest);
  }

  #silence(fromMs: number, toMs = fromMs): Int16Array {
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

export function logNormal(random: Random, median: number, sigma: number, most: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return Math.min(most, median * Math.exp(sigma * normal));
}

const milliseconds = (parts: readonly Int16Array[]): number => parts.reduce((n, part) => n + part.length, 0) / 8;

export function joined(parts: readonly Int16Array[]): Int16Array {
  const out = new Int16Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Faster and higher, or slower and lower, by linear interpolation. */
function stretched(samples: Int16Array, speed: number): Int16Array {
  const out = new Int16Array(Math.max(0, Math.floor((samples.length - 1) / speed)));
  for (let i = 0; i < out.length; i++) {
    const x = i * speed;
    const k = Math.floor(x);
    out[i] = Math.round((samples[k] as number) * (1 - (x - k)) + (samples[k + 1] as number) * (x - k));
  }
  return out;
}
