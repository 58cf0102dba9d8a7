import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ConformanceSuite } from '../conformance-suite.ts';
import { CaseReport } from './case-report.ts';
import { runCorpora } from './corpora-suite.ts';
import { runMedia } from './media-suite.ts';
import { runParse } from './parse-suite.ts';
import { runScenarios } from './scenarios-suite.ts';
import { runTorture } from './torture-suite.ts';

const PARTS = {
  torture: runTorture,
  parse: runParse,
  corpora: runCorpora,
  'uas-scenarios': runScenarios,
  media: runMedia,
} as const;

/** SIP messages, user agent scenarios and digits: a folder with `torture/`, `parse/` … or one of those folders itself. */
export const suite: ConformanceSuite = {
  run: async ({ path, only }) => {
    const report = new CaseReport(only);
    const alone = Object.keys(PARTS).find((part) => part === basename(path) && !existsSync(join(path, part)));
    const root = alone === undefined ? path : dirname(path);
    for (const [part, run] of Object.entries(PARTS)) {
      if (alone !== undefined && alone !== part) continue;
      if (existsSync(join(root, part))) await run(join(root, part), report);
    }
    const media = report.ratio('media');
    return report.outcome(
      `sip ${path}: torture ${report.ratio('torture')}, parse ${report.ratio('parse')}, corpora ${report.ratio('corpora')}, ` +
        `scenarios ${report.ratio('scenarios')} (core ${report.ratio('scenarios', 'core')}), media ${media}`,
    );
  },
};
