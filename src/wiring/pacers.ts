import { createPacer } from '../core/pacing/create-pacer.ts';
import type { LedgerHistory } from '../core/pacing/ledger.ts';
import { pacingOfText } from '../core/pacing/pacing-text.ts';
import { defaultPromise, type Pacer, type PacingKind, type PacingOptions, type PacingPromise } from '../core/pacing/pacing.ts';
import { NailupError } from '../kernel/nailup-error.ts';
import type { ServedJob } from '../modules/agents/index.ts';
import type { JobPacing } from '../modules/campaigns/index.ts';

const hourMs = 3_600_000;

/** @throws NailupError PACING_INVALID */
export function pacingOptions({ pacing, promise }: Pick<JobPacing, 'pacing' | 'promise'>): PacingOptions {
  const options = pacingOfText(pacing);
  if (typeof options === 'string') throw new NailupError('PACING_INVALID', `pacing "${pacing}": ${options}`, { mend: 'docs/pacing.md lists the kinds.' });
  if (promise === undefined || options.kind !== 'cruise') return options;
  return { ...options, promise };
}

/**
 * The pacer of a job, with what its campaign has spent so far; ages count back from `now`.
 * @throws NailupError PACING_INVALID
 */
export function pacerOf(job: JobPacing, ledger: { readonly history: LedgerHistory; readonly now: number } = { history: [], now: 0 }): Pacer {
  const { promise, floor, ceiling } = job;
  if (promise !== undefined && !(promise.windowMs >= hourMs && promise.windowMs <= 24 * hourMs)) throw invalid(`promise.windowMs ${promise.windowMs}: not from 1 to 24 hours`);
  if (promise !== undefined && !(promise.thresholdMs >= 0 && promise.thresholdMs <= 60_000)) throw invalid(`promise.thresholdMs ${promise.thresholdMs}: not from 0 to 60 seconds`);
  for (const [word, value] of [['floor', floor], ['ceiling', ceiling]] as const) if (value !== undefined && !(Number.isInteger(value) && value >= 0)) throw invalid(`${word} ${value}: not a whole number of calls`);
  if (floor !== undefined && ceiling !== undefined && floor > ceiling) throw invalid(`floor ${floor}: above the ceiling of ${ceiling}`);
  const options = pacingOptions(job);
  const pacer = createPacer({ ...options, history: ledger.history, now: ledger.now });
  if (typeof pacer === 'string') throw invalid(`pacing "${job.pacing}": ${pacer}`);
  return pacer;
}

const invalid = (sentence: string): NailupError => new NailupError('PACING_INVALID', sentence, { mend: 'docs/pacing.md lists the kinds and their parameters.' });

/** A promise of which only some is given; the rest is that of the short form, or the usual one. */
export function completePromise(given: Partial<PacingPromise>, pacing: string, before: PacingPromise = defaultPromise): PacingPromise {
  const options = pacingOfText(pacing);
  const inText = typeof options === 'string' ? undefined : options.promise?.targetRate;
  const { thresholdMs, from, windowMs } = before;
  return { targetRate: given.targetRate ?? inText ?? before.targetRate, thresholdMs: given.thresholdMs ?? thresholdMs, from: given.from ?? from, windowMs: given.windowMs ?? windowMs };
}

/** The licence that the agents of a kind use, and what its contacts are to them. */
export function agentTermsOf(kind: PacingKind): Pick<ServedJob, 'licence' | 'contactType'> {
  switch (kind) {
    case 'manual':
      return { licence: 'manual', contactType: 'Manual' };
    case 'preview':
      return { licence: 'preview', contactType: 'Preview' };
    case 'ratio':
    case 'cruise':
      return { licence: 'predictive', contactType: 'Predictive' };
    default:
      return { licence: 'predictive', contactType: 'Progressive' };
  }
}
