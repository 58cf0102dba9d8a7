import { writeFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultShares } from '../../../sim/carrier/behaviour.ts';
import { makeContacts } from '../../../sim/demo/contacts-file.ts';
import { Demo } from '../../../sim/demo/demo.ts';
import { integrityFigures } from '../../../sim/demo/report.ts';
import { CruisePacer } from '../../../src/core/pacing/cruise/cruise.ts';
import { defaultPromise } from '../../../src/core/pacing/pacing.ts';
import { simulate } from '../../../src/core/pacing/simulation/simulate.ts';
import type { Benchmark, BenchmarkOutcome } from '../benchmark.ts';
import { interval, measuredOn, scenarioOf, type Setting } from './prediction.ts';

/**
 * `npm run bench -- pacing-sip [SEED] [SECONDS]`: the main job with cruise control on real SIP, RTP and PostgreSQL, beside what the
 * simulator foretells for the same carrier and agents. 200 simulated runs give an interval that holds 95 % of them: the measured
 * occupancy and abandonment have to lie in it, and the integrity figures have to be 0.
 */
const setting: Omit<Setting, 'ms'> = {
  agents: 10, shares: { ...defaultShares, noanswer: 0.3, person: 0.3, machine: 0.18 }, ringMs: [2_500, 8_000], noAnswerMs: 12_000, talkMs: [6_000, 20_000], wrapMs: [1_500, 4_000],
};
const simulatedRuns = 200;

export const benchmark: Benchmark = {
  async run({ args }): Promise<BenchmarkOutcome> {
    const seed = Number(args[0] ?? 1);
    const ms = Number(args[1] ?? 130) * 1_000;
    if (!Number.isInteger(seed) || !(ms >= 30_000 && ms <= 600_000)) throw new RangeError('usage: npm run bench -- pacing-sip [SEED] [SECONDS from 30 to 600]');
    const folder = mkdtempSync(join(tmpdir(), 'nailup-pacing-sip-'));
    const contactsFile = join(folder, 'contacts.csv');
    writeFileSync(contactsFile, makeContacts(2_000, seed));
    const range = (of: readonly [number, number]): string => of.join('-');
    const demo = new Demo({
      contactsFile, agents: setting.agents, seed, pacing: 'cruise', classify: true, keep: false, once: true, out: process.stdout, stopAfterMs: ms,
      shares: Object.entries(setting.shares).map(([kind, share]) => `${kind}=${share}`).join(), ring: range(setting.ringMs), noAnswerMs: setting.noAnswerMs, talk: range(setting.talkMs), wrap: range(setting.wrapMs),
    });
    try {
      const report = await demo.run();
      const measured = measuredOn(demo);
      const scenario = scenarioOf({ ...setting, ms: measured.ms }, demo, report);
      const runs = Array.from({ length: simulatedRuns }, (_, i) => simulate(scenario, i + 1, new CruisePacer({ promise: defaultPromise })));
      const occupancy = interval(runs.map((r) => r.occupancy));
      const abandonment = interval(runs.map((r) => r.abandonRate));
      const answered = interval(runs.map((r) => r.answeredPeople));
      const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
      const rows = [
        ['occupancy', percent(measured.occupancy), percent(occupancy.mean), `${percent(occupancy.low)} – ${percent(occupancy.high)}`],
        ['abandoned', `${percent(measured.abandoned / Math.max(1, measured.answered))} (${measured.abandoned})`, percent(abandonment.mean), `${percent(abandonment.low)} – ${percent(abandonment.high)}`],
        ['people reached', String(measured.answered), answered.mean.toFixed(0), `${answered.low.toFixed(0)} – ${answered.high.toFixed(0)}`],
      ];
      const wrong = integrityFigures.filter((figure) => report.integrity[figure] !== 0);
      const within = (value: number, { low, high }: { low: number; high: number }): boolean => value >= low - 1e-9 && value <= high + 1e-9;
      const rate = measured.abandoned / Math.max(1, measured.answered);
      return {
        title: `Cruise control on SIP for ${Math.round(measured.ms / 1_000)} s, ${setting.agents} agents, seed ${seed}, beside ${simulatedRuns} simulated runs`,
        columns: ['', 'measured', 'simulated', '95 % of the simulated runs'],
        rows,
        goals: [
          { name: 'integrity', goal: 'all figures 0', measured: wrong.length === 0 ? 'all 0' : wrong.map((f) => `${f} ${report.integrity[f]}`).join(', '), met: wrong.length === 0 },
          { name: 'occupancy', goal: 'within the simulator’s 95 % interval', measured: percent(measured.occupancy), met: within(measured.occupancy, occupancy) },
          { name: 'abandonment', goal: 'within the simulator’s 95 % interval', measured: percent(rate), met: within(rate, abandonment) },
        ],
        measured: { measured, scenario, occupancy, abandonment, answered, integrity: report.integrity, classification: report.classification },
      };
    } finally {
      await demo.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
