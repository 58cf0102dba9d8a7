import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpus } from '../../../sim/audio/corpus.ts';
import type { CalleeAudio } from '../../../sim/audio/callee-audio.ts';
import { CallProgressAnalyser } from '../../../src/audio/call-progress/call-progress-analyser.ts';
import type { CallProgressEvent, CallProgressName } from '../../../src/audio/call-progress/call-progress-event.ts';
import { packageRoot } from '../../../src/kernel/package-root.ts';
import type { Benchmark, BenchmarkOutcome, Goal } from '../benchmark.ts';
import { confusionPicture } from './confusion-picture.ts';

/** One callee's outcome. */
interface Trial {
  readonly label: string;
  readonly kind: CalleeAudio['kind'];
  /** The first verdict or final event, and the last word with the revisions of the background mode. */
  readonly first: CallProgressName | 'nothing';
  readonly last: CallProgressName | 'nothing';
  /** Person and machine: from the true beginning of speech to the first verdict, ms. */
  readonly verdictMs: number | undefined;
  /** Machine with a beep, recognised: told end minus true end, ms. */
  readonly beepErrorMs: number | undefined;
  readonly hasBeep: boolean;
}

/** What waiting brings: the same callees with the hint `verdictMs`. */
const SLOW_VERDICT_MS = 1800;

const TONES: Readonly<Record<string, CallProgressName>> = { busy: 'busy_tone', reorder: 'reorder', ringback: 'ringing', dial: 'dial_tone', 'fax-answer': 'fax_answer_tone', 'fax-calling': 'fax_calling_tone' };

function run(callee: CalleeAudio, verdictMs?: number): Trial {
  const early = callee.kind in TONES && !callee.kind.startsWith('fax');
  const events: CallProgressEvent[] = [];
  const hints = { phase: early ? 'progress' : 'connected', background: true, timeoutMs: 8000, ...(verdictMs === undefined ? {} : { verdictMs }), ...(callee.truth.country === undefined ? {} : { country: callee.truth.country }) } as const;
  const analyser = new CallProgressAnalyser(hints, (event) => events.push(event));
  for (let i = 0; i + 160 <= callee.samples.length; i += 160) analyser.push(callee.samples.subarray(i, i + 160));
  const verdicts = events.filter((e) => e.progress === 'live_voice' || e.progress === 'recorded_msg' || (e.final && e.progress !== 'msg_end'));
  const told = verdicts[0] ?? events.find((e) => e.progress !== 'start_of_voice');
  const { speechStartMs, beepEndMs } = callee.truth;
  const end = events.find((e) => e.progress === 'msg_end');
  return {
    label: callee.truth.sit ?? callee.kind,
    kind: callee.kind,
    first: told?.progress ?? 'nothing',
    last: verdicts.at(-1)?.progress ?? told?.progress ?? 'nothing',
    verdictMs: speechStartMs === undefined || told === undefined ? undefined : told.knownMs - speechStartMs,
    hasBeep: beepEndMs !== undefined,
    beepErrorMs: beepEndMs === undefined || end === undefined ? undefined : end.offsetMs - beepEndMs,
  };
}

const right = (trial: Trial, told: Trial['first']): boolean =>
  trial.kind === 'person' ? told === 'live_voice' : trial.kind === 'machine' ? told === 'recorded_msg' : trial.kind === 'sit' ? told === trial.label : told === TONES[trial.kind];

const share = (trials: readonly Trial[], good: (t: Trial) => boolean): number => (trials.length === 0 ? Number.NaN : trials.filter(good).length / trials.length);
const percent = (x: number): string => `${(x * 100).toFixed(1)} %`;
const percentile = (values: readonly number[], p: number): number => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * p))] ?? Number.NaN;

export const benchmark: Benchmark = {
  run({ args }): Promise<BenchmarkOutcome> {
    const count = Number(args.find((a) => /^\d+$/.test(a)) ?? 1500);
    const seed = 2_000_003;
    const trials: Trial[] = [];
    const slow: Trial[] = [];
    for (const callee of corpus('held-out', count, seed)) {
      trials.push(run(callee));
      if (callee.kind === 'person' || callee.kind === 'machine') slow.push(run(callee, SLOW_VERDICT_MS));
    }
    const people = trials.filter((t) => t.kind === 'person');
    const machines = trials.filter((t) => t.kind === 'machine');
    const tones = trials.filter((t) => t.kind in TONES || t.kind === 'sit');
    const verdict = (group: readonly Trial[]): number[] => group.flatMap((t) => (t.verdictMs === undefined || (t.first !== 'live_voice' && t.first !== 'recorded_msg') ? [] : [t.verdictMs]));
    const beeps = machines.filter((t) => t.hasBeep && t.last === 'recorded_msg');
    const group = (of: readonly Trial[]): Group => ({ count: of.length, right: share(of, (t) => right(t, t.first)), rightAfterRevision: share(of, (t) => right(t, t.last)), verdictMs: { p50: percentile(verdict(of), 0.5), p95: percentile(verdict(of), 0.95) } });
    const measured = {
      count,
      seed,
      people: group(people),
      machines: group(machines),
      slowPeople: group(slow.filter((t) => t.kind === 'person')),
      slowMachines: group(slow.filter((t) => t.kind === 'machine')),
      tones: { count: tones.length, right: share(tones, (t) => right(t, t.first)) },
      beeps: { count: beeps.length, within100Ms: share(beeps, (t) => t.beepErrorMs !== undefined && Math.abs(t.beepErrorMs) <= 100) },
    };
    const p95 = Math.max(measured.people.verdictMs.p95, measured.machines.verdictMs.p95);
    const goals: Goal[] = [
      { name: 'people', goal: 'at least 97 % right', measured: percent(measured.people.right), met: measured.people.right >= 0.97 },
      { name: 'machines', goal: 'at least 97 % right', measured: percent(measured.machines.right), met: measured.machines.right >= 0.97 },
      { name: 'verdict', goal: 'p95 at most 1,200 ms after speech starts', measured: Math.round(p95), met: p95 <= 1200 },
      { name: 'tones', goal: 'at least 99 % right', measured: percent(measured.tones.right), met: measured.tones.right >= 0.99 },
      { name: 'beep end', goal: 'all but 1 % within 100 ms', measured: percent(measured.beeps.within100Ms), met: measured.beeps.within100Ms >= 0.99 },
    ];
    const labels = [...new Set(trials.map((t) => t.label))].sort();
    const told = [...new Set(trials.map((t) => t.first))].sort();
    const cell = (label: string, name: string): number => trials.filter((t) => t.label === label && t.first === name).length;
    if (!args.includes('--no-docs')) writeDocs(measured, goals, labels, told, cell, new Map(trials.map((t) => [t.label, t.kind === 'silence' ? 'timeout' : t.kind === 'music' ? 'recorded_msg' : t.kind === 'person' ? 'live_voice' : t.kind === 'machine' ? 'recorded_msg' : t.kind === 'sit' ? t.label : (TONES[t.kind] ?? 'nothing')])));
    return Promise.resolve({
      title: `Call progress on ${count} callees of the held-out third`,
      columns: ['truth', ...told],
      rows: labels.map((label) => [label, ...told.map((name) => cell(label, name) || '')]),
      goals,
      measured,
    });
  },
};

function writeDocs(measured: { count: number; seed: number; people: Group; machines: Group; slowPeople: Group; slowMachines: Group; tones: { count: number; right: number }; beeps: { count: number; within100Ms: number } }, goals: readonly Goal[], labels: readonly string[], told: readonly string[], cell: (label: string, name: string) => number, expected: ReadonlyMap<string, string>): void {
  const docs = join(packageRoot(), 'docs');
  writeFileSync(join(docs, 'call-progress.svg'), confusionPicture(labels, told, cell, expected));
  const table = [`| truth | ${told.join(' | ')} |`, `|---|${told.map(() => '--:').join('|')}|`, ...labels.map((label) => `| ${label} | ${told.map((name) => cell(label, name) || '').join(' | ')} |`)];
  const group = (name: string, g: Group): string => `| ${name} | ${g.count} | ${percent(g.right)} | ${percent(g.rightAfterRevision)} | ${Math.round(g.verdictMs.p50)} | ${Math.round(g.verdictMs.p95)} |`;
  writeFileSync(
    join(docs, 'call-progress.md'),
    `# Call progress analysis, measured

Made by \`npm run bench -- call-progress ${measured.count}\` (seed ${measured.seed}) from the corpus generator in \`sim/audio\`: ${measured.count} callees
of the **held-out third**, whose recordings were never tuned on.

| goal | asked | measured | met |
|---|---|---|---|
${goals.map((g) => `| ${g.name} | ${g.goal} | ${g.measured} | ${g.met ? 'yes' : '**no**'} |`).join('\n')}

| | callees | right at the first verdict | right after revision | verdict p50, ms after speech starts | p95 |
|---|--:|--:|--:|--:|--:|
${group('people', measured.people)}
${group('machines', measured.machines)}
${group(`people, \`verdictMs\` ${SLOW_VERDICT_MS}`, measured.slowPeople)}
${group(`machines, \`verdictMs\` ${SLOW_VERDICT_MS}`, measured.slowMachines)}

A verdict can be revised: \`recorded_msg\` is followed by \`live_voice\` when the speaker stops within two seconds and waits; in the
background mode \`live_voice\` is followed by \`recorded_msg\` when the speaker goes on without a pause, or a beep comes.

## First verdict

${table.join('\n')}

![Confusion picture: rows the truth, columns what was told](call-progress.svg)

Music after the answer counts as a recording. Networks that send the same tone for busy and reorder are tested as busy; the
called country is given as a hint, as it is on a real call.

## What the corpus holds

* **People**: a greeting of 0.2–1.5 s in eleven languages (one in twelve takes more than a second), 0.15–2 s after the answer, in one of
  five after the knock of a handset; then a pause of 1.3 s or more; some say hello again, some go on talking.
* **Machines**: 0.2–2.5 s after the answer, half of them with the hiss of the recording beginning before the voice; one in seven
  opens with a hello and a pause of 120–450 ms; then the greeting, 0.15–1.6 s of nothing, and in seven of eight a beep: single,
  dual, two steps, three short ones, decaying, long, or swept.
* **Tones**: of ${labels.includes('busy') ? 'all the plans in \`src/audio/call-progress/tone-plans.ts\`' : 'no plan'}, frequencies ±0.5 %, cadence ±4 %; special information tones of every sub-type; fax.
* **Lines**: level −26 to −12 dBm0, noise (white, pink, car, babble) at none, 35, 25 or 18 dB, µ-law or A-law, 0–3 % of packets lost
  in bursts and concealed.

The voices are synthesised (espeak-ng, flite, and a syllable generator), so the figures compare versions of this analyser with
each other; on a real network they will be worse. Tune with the hints \`verdictMs\`, \`messageEndSilenceMs\`, \`liveSilenceMs\` and \`recordedSpeechMs\`.
The model is trained anew by \`npx tsx test/bench/call-progress/train-greeting-model.ts\`.
`,
  );
}

interface Group {
  readonly count: number;
  readonly right: number;
  readonly rightAfterRevision: number;
  readonly verdictMs: { readonly p50: number; readonly p95: number };
}
