import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/kernel/package-root.ts';
import { numberOf, type Fuzzer } from '../fuzz.ts';
import { messagesBelow, ownCorpus } from './corpus.ts';
import { fuzzDialogs } from './dialog-fuzz.ts';
import { fuzzMessages } from './message-fuzz.ts';

/** The conformance suites that are expected beside the project. */
const besideUs = join(packageRoot(), '..', 'shared', 'conformance', 'sip');

/** Mutated messages, then dialogs out of order. */
export const fuzzer: Fuzzer = {
  usage: `npm run fuzz -- sip [--messages 1000000] [--dialogs 5000] [--seed 1] [--corpus FOLDER]
  FOLDER: messages to begin with, beside our own; without it ${besideUs}, if it is there`,
  async run({ args, say }) {
    const seed = numberOf(args, '--seed', 1);
    const named = args.includes('--corpus') ? args[args.indexOf('--corpus') + 1] : undefined;
    if (args.includes('--corpus') && (named === undefined || !existsSync(named))) throw new RangeError(`--corpus: there is no folder ${named ?? ''}`);
    const folder = named ?? (existsSync(besideUs) ? besideUs : undefined);
    const corpus = [...ownCorpus, ...(folder === undefined ? [] : messagesBelow(folder))];
    const messages = fuzzMessages({ messages: numberOf(args, '--messages', 1_000_000), seed, corpus, say });
    say(messages.summary);
    const dialogs = await fuzzDialogs({ dialogs: numberOf(args, '--dialogs', 5_000), seed, say });
    return { summary: `${messages.summary}; ${dialogs.summary}`, faults: [...messages.faults, ...dialogs.faults] };
  },
};
