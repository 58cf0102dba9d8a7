import { HELLO_FIRST, logNormal, PATIENCE, PEOPLE, STRETCH, WAIT_AFTER_HELLO } from '../../../sim/audio/greeting-scene.ts';
import type { ClipSource, VoiceClip } from '../../../sim/audio/voice-library.ts';
import { meanSquare } from '../../../src/audio/level.ts';
import { SeededRandom, type Random } from '../../../src/kernel/random.ts';

/** What a listener could reach who has so much time. */
export interface Bound {
  readonly atMs: number;
  /** Who understands every word. */
  readonly words: Listener;
  /** Who understands none, and goes by sound and silence. */
  readonly sound: Listener;
}

/** Shares of people and machines told right: with the likelier answer, and with both alike. */
export interface Listener {
  readonly people: number;
  readonly machines: number;
  readonly alike: number;
}

const STEP_MS = 10;
const PAUSE_MS = 80;
/** Lengths of sound and silence are told apart so finely. */
const FINE_MS = 100;

/** When a clip sounds, and which words have been said by when. */
interface Timed {
  readonly clip: VoiceClip;
  /** By steps of 10 ms: sounding or not, short gaps closed; and how many words are complete. */
  readonly sounds: Uint8Array;
  readonly words: Uint8Array;
  readonly spoken: readonly string[];
}

/** What of the corpus is heard of one callee: stretches of clips and of silence. */
interface Said {
  readonly parts: readonly { readonly timed: Timed; readonly fromMs: number; readonly speed: number }[];
  readonly machine: boolean;
}

/**
 * The limit of the corpus itself: what is reached by somebody who knows how people and machines are drawn, and gives the likelier answer
 * to everything that can have been heard by then. The room, which tells recordings a little, is left out.
 * @param draws the more there are, the less is chance: groups of few are always right
 */
export function bounds(clips: ClipSource, timesMs: readonly number[], draws: number, seed: number): Bound[] {
  const random = new SeededRandom(seed);
  const timed = (kind: VoiceClip['kind']): Timed[] => clips.ofKind(kind).map((clip) => timing(clip, clips.samples(clip)));
  const hellos = timed('hello');
  const greetings = timed('greeting');
  const ofStyle = new Map(PEOPLE.map(([style]) => [style, hellos.filter((t) => t.clip.style === style)]));
  const words = ofStyle.get('word') ?? [];
  const bySpeaker = new Map<string, Timed[]>();
  for (const t of words) bySpeaker.set(speaker(t.clip), [...(bySpeaker.get(speaker(t.clip)) ?? []), t]);
  const callees = Array.from({ length: draws }, (_, i) => (i % 2 === 0 ? person(random, ofStyle, words) : machine(random, greetings, words, bySpeaker)));
  return timesMs.map((atMs) => ({ atMs, words: reached(callees, (said) => heard(said, atMs, true)), sound: reached(callees, (said) => heard(said, atMs, false)) }));
}

const speaker = (clip: VoiceClip): string => `${clip.voice} ${clip.language}`;

function person(random: Random, ofStyle: ReadonlyMap<string, readonly Timed[]>, words: readonly Timed[]): Said {
  let draw = random.next();
  const style = PEOPLE.find(([, share]) => (draw -= share) < 0)?.[0] ?? 'word';
  const first = { timed: pick(random, ofStyle.get(style) ?? words), fromMs: 0, speed: speed(random) };
  const patience = random.next();
  const [share = 0, from = 0, to = 0] = PATIENCE.find(([most]) => patience < most) ?? [];
  if (share === 0) return { parts: [first], machine: false };
  return { parts: [first, { timed: pick(random, words), fromMs: lengthOf(first) + from + random.next() * (to - from), speed: speed(random) }], machine: false };
}

function machine(random: Random, greetings: readonly Timed[], words: readonly Timed[], bySpeaker: ReadonlyMap<string, readonly Timed[]>): Said {
  const timed = pick(random, greetings);
  if (random.next() >= HELLO_FIRST) return { parts: [{ timed, fromMs: 0, speed: speed(random) }], machine: true };
  const hello = { timed: pick(random, bySpeaker.get(speaker(timed.clip)) ?? words), fromMs: 0, speed: speed(random) };
  return { parts: [hello, { timed, fromMs: lengthOf(hello) + logNormal(random, ...WAIT_AFTER_HELLO), speed: speed(random) }], machine: true };
}

/** What can be told of it at that time, as a key: what was said, or for how long it sounded, and for how long it has been silent. */
function heard({ parts }: Said, atMs: number, understood: boolean): string {
  let said = '';
  let soundMs = 0;
  let silenceMs = 0;
  let stretches = '';
  for (let ms = 0; ms < atMs; ms += STEP_MS) {
    const part = parts.findLast((p) => p.fromMs <= ms) ?? parts[0];
    const step = part === undefined ? 0 : Math.floor(((ms - part.fromMs) * part.speed) / STEP_MS);
    if (part?.timed.sounds[step] === 1) {
      if (silenceMs >= PAUSE_MS) {
        stretches += `${fine(soundMs)}-${fine(silenceMs)} `;
        soundMs = 0;
      }
      soundMs += STEP_MS;
      silenceMs = 0;
    } else silenceMs += STEP_MS;
  }
  if (!understood) return `${stretches}${fine(soundMs)}-${fine(silenceMs)}`;
  for (const { timed, fromMs, speed: faster } of parts) {
    if (fromMs >= atMs) break;
    const step = Math.min(timed.words.length - 1, Math.floor(((atMs - fromMs) * faster) / STEP_MS));
    said += ` | ${timed.spoken.slice(0, timed.words[step]).join(' ')}`;
  }
  return `${parts[0]?.timed.clip.language.replace(/-.*/, '') ?? ''}${said} ${fine(silenceMs)}`;
}

const fine = (ms: number): number => Math.round(ms / FINE_MS);

/** The likelier answer for each group; and the limit of the odds moved until people and machines are told right alike. */
function reached(callees: readonly Said[], key: (said: Said) => string): Listener {
  const groups = new Map<string, [people: number, machines: number]>();
  for (const said of callees) {
    const name = key(said);
    const group = groups.get(name) ?? [0, 0];
    group[said.machine ? 1 : 0] += 1;
    groups.set(name, group);
  }
  const all = [...groups.values()].sort((a, b) => b[0] / (b[0] + b[1]) - a[0] / (a[0] + a[1]));
  const likelier: [people: number, machines: number] = [0, 0];
  let [people, machines] = [0, 0];
  for (const [some, others] of all) {
    people += some;
    machines += others;
    if (some >= others) likelier[0] += some;
    else likelier[1] += others;
  }
  let [right, spared] = [0, 1];
  for (const [some, others] of all) {
    const [rightNow, sparedNow] = [right + some / people, spared - others / machines];
    // Within a group the answer is left to chance.
    if (rightNow >= sparedNow) return { people: likelier[0] / people, machines: likelier[1] / machines, alike: right + ((some / people) * (spared - right)) / (some / people + others / machines) };
    [right, spared] = [rightNow, sparedNow];
  }
  return { people: likelier[0] / people, machines: likelier[1] / machines, alike: 1 };
}

/** Words are spread over the time that it sounds in proportion to their letters: no synthesizer tells where they lie. */
function timing(clip: VoiceClip, samples: Int16Array): Timed {
  const block = STEP_MS * 8;
  const powers = Array.from({ length: Math.floor(samples.length / block) }, (_, i) => meanSquare(samples, i * block, block));
  const least = Math.max(...powers) * 1e-3;
  const sounds = Uint8Array.from(powers, (power) => (power > least ? 1 : 0));
  let last = 0;
  sounds.forEach((on, i) => {
    if (on === 0) return;
    if (i - last <= PAUSE_MS / STEP_MS) sounds.fill(1, last, i);
    last = i;
  });
  const parts = clip.text.split(/\s+/).length > 2 ? clip.text.split(/\s+/) : Array.from(clip.text);
  const letters = parts.reduce((sum, part) => sum + part.length, 0);
  const total = sounds.reduce((sum, on) => sum + on, 0);
  let sounded = 0;
  // A clip is cut off after some seconds: its words are spread over what would have been.
  const whole = Math.max(total, clip.durationMs >= 5_990 ? (letters * 65) / STEP_MS : 0);
  const words = Uint8Array.from(sounds, (on) => {
    sounded += on;
    let at = 0;
    let count = 0;
    while (count < parts.length && (at += (parts[count]?.length ?? 0)) <= (letters * sounded) / whole + 1e-9) count += 1;
    return count;
  });
  return { clip, sounds, words, spoken: parts };
}

const lengthOf = (part: { readonly timed: Timed; readonly speed: number }): number => (part.timed.sounds.length * STEP_MS) / part.speed;
const speed = (random: Random): number => 1 + (random.next() * 2 - 1) * STRETCH;

function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random.next() * list.length)] as T;
}
