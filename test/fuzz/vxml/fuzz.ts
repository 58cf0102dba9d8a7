import { existsSync } from 'node:fs';
import { numberOf, type Fuzzer } from '../fuzz.ts';
import { pagesBelow } from './corpus.ts';
import { fuzzInterpreter } from './interpreter-fuzz.ts';
import { fuzzServer } from './server-fuzz.ts';

/** Broken pages: in the interpreter alone, then on worker threads as the server runs them. */
export const fuzzer: Fuzzer = {
  usage: `npm run fuzz -- vxml [--pages 10000] [--served 2000] [--seed 1] [--corpus FOLDER]
  FOLDER: pages to break; without it those of the project, and of the suites that stand beside it`,
  async run({ args, say }) {
    const seed = numberOf(args, '--seed', 1);
    const folder = args.includes('--corpus') ? args[args.indexOf('--corpus') + 1] : undefined;
    if (args.includes('--corpus') && (folder === undefined || !existsSync(folder))) throw new RangeError(`--corpus: there is no folder ${folder ?? ''}`);
    const corpus = folder === undefined ? pagesBelow() : pagesBelow([folder]);
    if (corpus.length === 0) throw new RangeError(`--corpus: there are no pages (*.vxml) below ${folder ?? ''}`);
    const alone = await fuzzInterpreter({ pages: numberOf(args, '--pages', 10_000), seed, corpus, say });
    say(alone.summary);
    const served = await fuzzServer({ pages: numberOf(args, '--served', 2_000), seed: seed + 1, corpus, say });
    return { summary: `${alone.summary}; ${served.summary}`, faults: [...alone.faults, ...served.faults] };
  },
};
