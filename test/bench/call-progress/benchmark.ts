import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpus } from '../../../sim/audio/corpus.ts';
import { CorpusVoices } from '../../../sim/audio/corpus-voices.ts';
import { RecordedVoices } from '../../../sim/audio/recorded-voices.ts';
import { greetingWeights } from '../../../src/audio/call-progress/greeting-weights.ts';
import { revisionWeights } from '../../../src/audio/call-progress/revision-weights.ts';
import { packageRoot } from '../../../src/kernel/package-root.ts';
import { installDebianPackages, type DebianPackage } from '../../interop/debian-packages.ts';
import type { Benchmark, BenchmarkOutcome, Goal } from '../benchmark.ts';
import { bounds } from './bound.ts';
import { confusionPicture } from './confusion-picture.ts';
import { curvePicture } from './curve-picture.ts';
import { byLanguage, byWhatWasHeard, group, isRight, isTone, measure, percent, share, standings, subsets, wronglyRevised } from './measure.ts';
import { callProgressPage } from './page.ts';
import { expected } from './trial.ts';

/** Never used for anything else. */
const SEED = 8_112_903;
/** People and machines with recorded voices. */
const RECORDED = 400;
/** People and machines in languages that are in neither part. */
const UNHEARD = 400;
/** What could have been heard by then is counted over so many callees drawn. */
const BOUND_AT_MS = [1_000, 1_100, 1_200, 1_500, 2_000];
const BOUND_DRAWS = 400_000;

/** What the corpus is synthesised with, and the recordings of living people. */
const PACKAGES: readonly DebianPackage[] = [
  { name: 'espeak-ng', program: 'espeak-ng' },
  { name: 'flite', program: 'flite' },
  { name: 'sox', program: 'sox' },
  { name: 'festival', program: 'festival' },
  ...['czech-ph', 'czech-machac', 'czech-dita', 'czech-krb'].map((voice) => ({ name: `festvox-${voice}`, program: `/usr/share/festival/voices/czech/${voice.replace('-', '_')}` })),
  { name: 'festvox-suopuhe-lj', program: '/usr/share/festival/voices/finnish/suo_fi_lj_diphone' },
  { name: 'festvox-suopuhe-mv', program: '/usr/share/festival/voices/finnish/hy_fi_mv_diphone' },
  ...[['italp', 'lp'], ['itapc', 'pc']].map(([name = '', voice = '']) => ({ name: `festvox-${name}16k`, program: `/usr/share/festival/voices/italian/${voice}_diphone` })),
  { name: 'festvox-ru', program: '/usr/share/festival/voices/russian/msu_ru_nsh_clunits' },
  { name: 'festvox-us-slt-hts', program: '/usr/share/festival/voices/us/cmu_us_slt_arctic_hts' },
  { name: 'festvox-kdlpc16k', program: '/usr/share/festival/voices/english/ked_diphone' },
  { name: 'ktuberling-data', program: '/usr/share/ktuberling/sounds/en' },
  ...[['en', 'en_US_f_Allison'], ['es', 'es_MX_f_Allison'], ['fr', 'fr_CA_f_June'], ['it', 'it_IT_m_Carlo'], ['ru', 'ru_RU_f_IvrvoiceRU']].map(([code = '', speaker = '']) => ({ name: `asterisk-core-sounds-${code}-wav`, program: `/usr/share/asterisk/sounds/${speaker}` })),
];

/** `npm run bench -- call-progress [COUNT] [--tuning] [--no-docs]`; `--tuning` measures on the tuning part, for development, and writes no page. */
export const benchmark: Benchmark = {
  run({ args }): Promise<BenchmarkOutcome> {
    const tell = (line: string): void => console.error(line);
    const missing = installDebianPackages(PACKAGES, tell);
    if (missing !== undefined) throw new Error(missing);
    const count = Number(args.find((a) => /^\d+$/.test(a)) ?? 1500);
    const part = args.includes('--tuning') ? 'tuning' : 'held-out';
    const voices = CorpusVoices.of(part, tell);
    const { trials, curve } = measure(corpus(part, voices, count, SEED), tell);
    const unheard = part === 'tuning' ? [] : measure(corpus('unheard', CorpusVoices.of('unheard', tell), UNHEARD, SEED + 2, ['person', 'machine']), tell).trials;
    const recorded = part === 'tuning' ? [] : measure(corpus('held-out', new RecordedVoices(), RECORDED, SEED + 1, ['person', 'machine']), tell).trials;

    const people = group('people', trials.filter((t) => t.kind === 'person'));
    const machines = group('machines', trials.filter((t) => t.kind === 'machine'));
    const tones = trials.filter(isTone);
    const beeps = trials.filter((t) => t.truth.beepEndMs !== undefined && t.last === 'recorded_msg');
    const within = (of: typeof beeps): number => share(of, (t) => t.beepErrorMs !== undefined && Math.abs(t.beepErrorMs) <= 100);
    const tonesRight = share(tones, (t) => isRight(t));
    const p95 = Math.max(people.p95, machines.p95);
    const goals: Goal[] = [
      { name: 'people', goal: 'at least 97 % right', measured: percent(people.right), met: people.right >= 0.97 },
      { name: 'machines', goal: 'at least 97 % right', measured: percent(machines.right), met: machines.right >= 0.97 },
      { name: 'people, verdict revised', goal: 'at least 97 % right', measured: percent(people.rightAfterRevision), met: people.rightAfterRevision >= 0.97 },
      { name: 'machines, verdict revised', goal: 'at least 97 % right', measured: percent(machines.rightAfterRevision), met: machines.rightAfterRevision >= 0.97 },
      { name: 'verdict', goal: 'p95 at most 1,200 ms after speech starts', measured: Math.round(p95), met: p95 <= 1200 },
      { name: 'tones', goal: 'at least 99 % right', measured: percent(tonesRight), met: tonesRight >= 0.99 },
      { name: 'beep end', goal: 'all but 1 % within 100 ms', measured: percent(within(beeps)), met: within(beeps) >= 0.99 },
    ];
    const labels = [...new Set(trials.map((t) => t.label))].sort();
    const told = [...new Set(trials.map((t) => t.first))].sort();
    const cell = (label: string, name: string): number => trials.filter((t) => t.label === label && t.first === name).length;
    const frames = trials.reduce((sum, t) => sum + t.frames, 0);
    const measured = {
      count, seed: SEED, people, machines, curve,
      tones: { count: tones.length, right: tonesRight },
      beeps: { count: beeps.length, within100Ms: within(beeps), shapes: [...new Set(beeps.map((t) => t.truth.scene?.beepShape ?? ''))].sort().map((shape) => ({ shape, count: beeps.filter((t) => t.truth.scene?.beepShape === shape).length, within100Ms: within(beeps.filter((t) => t.truth.scene?.beepShape === shape)) })) },
      recorded: { people: group('people, recorded words', recorded.filter((t) => t.kind === 'person')), machines: group('machines, recorded announcements', recorded.filter((t) => t.kind === 'machine')) },
      unheard: { people: group('people, languages never heard', unheard.filter((t) => t.kind === 'person')), machines: group('machines, languages never heard', unheard.filter((t) => t.kind === 'machine')) },
      bound: bounds(voices, BOUND_AT_MS, BOUND_DRAWS, SEED),
      boundDraws: BOUND_DRAWS,
      heard: byWhatWasHeard(trials),
      standings: standings(trials),
      wronglyRevised: { people: wronglyRevised(trials, 'person'), machines: wronglyRevised(trials, 'machine') },
      subsets: [...subsets(trials), ...byLanguage(unheard, 'never heard: ')],
      confidence: [0.5, 0.7, 0.9].map((from, i, all) => {
        const to = all[i + 1] ?? 1.001;
        const of = trials.filter((t) => (t.kind === 'person' || t.kind === 'machine') && t.confidence >= from && t.confidence < to);
        return { from, to: Math.min(1, to), count: of.length, right: share(of, (t) => isRight(t)) };
      }),
      model: greetingWeights,
      revision: revisionWeights,
      usPerFrame: trials.reduce((sum, t) => sum + t.cpuUs, 0) / frames,
    };
    if (part === 'held-out' && !args.includes('--no-docs')) {
      const docs = join(packageRoot(), 'docs');
      const byLabel = new Map(trials.map((t) => [t.label, expected(t) as string]));
      writeFileSync(join(docs, 'call-progress.svg'), confusionPicture(labels, told, cell, byLabel));
      writeFileSync(join(docs, 'call-progress-curve.svg'), curvePicture(curve));
      writeFileSync(join(docs, 'call-progress.md'), callProgressPage(measured, goals, { rows: labels, columns: told, cell }));
    } else tell(JSON.stringify({ ...measured, model: undefined, revision: undefined, subsets: undefined }, null, 1) + '\n' + measured.subsets.map((g) => `${g.name}: ${g.count}, ${percent(g.right)}`).join('\n'));
    return Promise.resolve({
      title: `Call progress on ${count} callees of the ${part} part`,
      columns: ['truth', ...told],
      rows: labels.map((label) => [label, ...told.map((name) => cell(label, name) || '')]),
      goals,
      measured,
    });
  },
};

