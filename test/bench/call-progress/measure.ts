import type { CalleeAudio } from '../../../sim/audio/callee-audio.ts';
import { firstVerdict, expected, tryOut, TONES, type Trial } from './trial.ts';

/** Hints `verdictMs` that the curve is drawn through. */
const ALLOWED_MS = [700, 900, 1_100, 1_300, 1_600, 2_000, 2_500] as const;

export interface Group {
  readonly name: string;
  readonly count: number;
  readonly right: number;
  readonly rightAfterRevision: number;
  readonly p50: number;
  readonly p95: number;
}

export interface CurvePoint {
  readonly verdictMs: number;
  /** The slower of the two kinds, ms after the true beginning of speech. */
  readonly p95: number;
  readonly people: number;
  readonly machines: number;
  /** People who have not finished their greeting at `p95`: what they say sounds like what a machine says. */
  readonly peopleStillSpeaking: number;
}

interface Measured {
  readonly trials: readonly Trial[];
  readonly curve: readonly CurvePoint[];
}

export function measure(callees: Iterable<CalleeAudio>, tell: (line: string) => void): Measured {
  const trials: Trial[] = [];
  const others = ALLOWED_MS.map((): { kind: string; right: boolean; verdictMs: number | undefined }[] => []);
  for (const callee of callees) {
    trials.push(tryOut(callee));
    if (callee.kind === 'person' || callee.kind === 'machine') {
      ALLOWED_MS.forEach((verdictMs, i) => {
        const { first, verdictMs: atMs } = firstVerdict(callee, { verdictMs });
        others[i]?.push({ kind: callee.kind, right: first === expected(callee), verdictMs: atMs });
      });
    }
    if (trials.length % 500 === 0) tell(`${trials.length} callees`);
  }
  const people = trials.filter((t) => t.kind === 'person');
  const curve = ALLOWED_MS.map((verdictMs, i): CurvePoint => {
    const of = (kind: string) => (others[i] ?? []).filter((o) => o.kind === kind);
    const times = (kind: string): number[] => of(kind).flatMap((o) => o.verdictMs ?? []);
    const p95 = Math.max(percentile(times('person'), 0.95), percentile(times('machine'), 0.95));
    return {
      verdictMs, p95,
      people: share(of('person'), (o) => o.right),
      machines: share(of('machine'), (o) => o.right),
      peopleStillSpeaking: share(people, ({ truth }) => (truth.greetingEndMs ?? 0) - (truth.speechStartMs ?? 0) > p95),
    };
  });
  return { trials, curve };
}

export const isRight = (trial: Trial, told: Trial['first'] = trial.first): boolean => told === expected(trial);
export const isTone = (trial: Trial): boolean => trial.kind in TONES || trial.kind === 'sit';

export function group(name: string, of: readonly Trial[]): Group {
  const times = of.flatMap((t) => (t.verdictMs === undefined || (t.first !== 'live_voice' && t.first !== 'recorded_msg') ? [] : [t.verdictMs]));
  return { name, count: of.length, right: share(of, (t) => isRight(t)), rightAfterRevision: share(of, (t) => isRight(t, t.last)), p50: percentile(times, 0.5), p95: percentile(times, 0.95) };
}

const by = (of: readonly Trial[], kind: string, key: (t: Trial) => string | undefined): Group[] =>
  [...new Set(of.flatMap((t) => key(t) ?? []))].sort().map((value) => group(`${kind}, ${value}`, of.filter((t) => key(t) === value)));
const language = (t: Trial): string | undefined => t.truth.scene?.clip?.language.replace(/^en-.*/, 'en');

/** People and machines by the language they speak. */
export const byLanguage = (trials: readonly Trial[], before = ''): Group[] =>
  [['people', 'person'], ['machines', 'machine']].flatMap(([name, kind]) => by(trials.filter((t) => t.kind === kind), `${before}${name ?? ''}`, language));

/** People and machines by what was said, by whom, and through what. */
export function subsets(trials: readonly Trial[]): Group[] {
  const people = trials.filter((t) => t.kind === 'person');
  const machines = trials.filter((t) => t.kind === 'machine');
  const capture = (t: Trial): string | undefined => (t.truth.scene === undefined ? undefined : `${t.truth.scene.capture.noise === undefined ? 'quiet' : `noisy (${t.truth.scene.capture.noise.kind})`} room`);
  const settings: readonly ((t: Trial) => string | undefined)[] = [
    (t) => t.truth.scene?.clip?.voice.replace(/-.*/, '').replace('espeak', 'espeak-ng'),
    capture,
    (t) => `line ${t.truth.snrDb === Infinity ? 'clean' : `noise at ${t.truth.snrDb} dB`}`,
    (t) => `${t.truth.channel.loss * 100} % of packets lost`,
  ];
  return [
    ...by(people, 'people', (t) => ({ word: 'one word', pair: 'two words', name: 'name', sentence: 'a sentence', greeting: undefined })[t.truth.scene?.style ?? 'greeting']),
    ...by(machines, 'machines', (t) => (t.truth.scene?.helloFirst === true ? 'hello and a pause first' : 'announcement at once')),
    ...byLanguage(trials),
    ...settings.flatMap((key) => [...by(people, 'people', key), ...by(machines, 'machines', key)]),
  ];
}

/** What stands so long after speech begins, ms: the verdict, as it has been revised by then. */
const STANDS_AT_MS = [1_200, 1_600, 2_000, 2_500, 3_000, 4_000, 6_000] as const;

export interface Standing {
  readonly atMs: number;
  readonly people: number;
  readonly machines: number;
}

/** Right of each kind by what stands at each time; no verdict yet is not right. */
export function standings(trials: readonly Trial[]): Standing[] {
  const right = (kind: string, atMs: number): number => share(trials.filter((t) => t.kind === kind), (t) => t.verdicts.findLast((v) => v.atMs <= atMs)?.told === expected(t));
  return STANDS_AT_MS.map((atMs) => ({ atMs, people: right('person', atMs), machines: right('machine', atMs) }));
}

/** Share who had been told for what they are, and were then taken for the other, if only for a while. */
export const wronglyRevised = (trials: readonly Trial[], kind: string): number =>
  share(trials.filter((t) => t.kind === kind), (t) => t.verdicts.some(({ told }, i) => i > 0 && told !== expected(t) && t.verdicts[i - 1]?.told === expected(t)));

/** The goal's time, ms after speech begins, and how much of a pause, or of speech after it, tells something. */
const ASKED_MS = 1_200;
const TELLING_MS = 200;

/** People and machines by what they had done when the goal's time was over: who had done nothing that the other kind does not do. */
export function byWhatWasHeard(trials: readonly Trial[]): Group[] {
  const since = (t: Trial, atMs = 0): number => (t.truth.speechStartMs ?? 0) + ASKED_MS - atMs;
  const pausedFor = (t: Trial): number => since(t, t.truth.greetingEndMs);
  const resumedFor = (t: Trial): number => since(t, t.truth.scene?.announcementStartMs);
  const people = trials.filter((t) => t.kind === 'person');
  const machines = trials.filter((t) => t.kind === 'machine');
  const afterHello = machines.filter((t) => t.truth.scene?.helloFirst === true);
  return [
    group('people in the middle of their greeting', people.filter((t) => pausedFor(t) <= 0)),
    group(`people silent for less than ${TELLING_MS} ms`, people.filter((t) => pausedFor(t) > 0 && pausedFor(t) < TELLING_MS)),
    group('people silent for longer', people.filter((t) => pausedFor(t) >= TELLING_MS)),
    group('machines that said hello and wait', afterHello.filter((t) => resumedFor(t) <= 0)),
    group(`machines that go on after it since less than ${TELLING_MS} ms`, afterHello.filter((t) => resumedFor(t) > 0 && resumedFor(t) < TELLING_MS)),
    group('machines that go on after it for longer', afterHello.filter((t) => resumedFor(t) >= TELLING_MS)),
    group('machines that speak without a hello first', machines.filter((t) => t.truth.scene?.helloFirst !== true)),
  ];
}

export const share = <T>(of: readonly T[], good: (t: T) => boolean): number => (of.length === 0 ? Number.NaN : of.filter(good).length / of.length);
const percentile = (values: readonly number[], p: number): number => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * p))] ?? Number.NaN;
export const percent = (x: number): string => `${(x * 100).toFixed(1)} %`;
