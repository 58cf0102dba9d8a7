import { WithinCallRate } from './call-rate.ts';
import { CruisePacer } from './cruise/cruise.ts';
import { defaultPromise, type Pacer, type PacingOptions } from './pacing.ts';
import { ManualPacer, PreviewPacer } from './preview.ts';
import { ProgressivePacer } from './progressive.ts';
import { RatePacer } from './rate.ts';
import { RatioPacer } from './ratio.ts';
import { SkillPacer } from './skill.ts';

/**
 * The pacer of a kind, held to the calls per second of its limits, or a sentence that says what is wrong with the options.
 * In the short text form (`cruise:0.03`, `rate:5`) the number is the promise's target rate, or calls a second.
 */
export function createPacer(options: PacingOptions): Pacer | string {
  const pacer = pacerOfKind(options);
  return typeof pacer === 'string' ? pacer : new WithinCallRate(pacer);
}

function pacerOfKind(options: PacingOptions): Pacer | string {
  const { ratio } = options;
  switch (options.kind) {
    case 'manual':
      return new ManualPacer();
    case 'preview':
      if (options.autoDialMs !== undefined && !(options.autoDialMs >= 1_000 && options.autoDialMs <= 600_000)) return `autoDialMs ${options.autoDialMs}: a preview is dialled after 1 to 600 seconds, e.g. preview:20`;
      return new PreviewPacer();
    case 'progressive':
      if (ratio !== undefined && !(ratio >= 1 && ratio <= 10)) return `ratio ${ratio}: progressive over-dials by 1 to 10`;
      return new ProgressivePacer(ratio === undefined ? {} : { ratio });
    case 'ratio':
      if (ratio === undefined || !(ratio > 0 && ratio <= 10)) return `ratio ${ratio ?? 'missing'}: give a ratio above 0 and at most 10, e.g. ratio:1.5`;
      if (options.minHitRate !== undefined && !(options.minHitRate > 0 && options.minHitRate <= 1)) return `minHitRate ${options.minHitRate}: a share above 0 and at most 1`;
      return new RatioPacer({ ratio, ...(options.watch === undefined ? {} : { watch: options.watch }), ...(options.minHitRate === undefined ? {} : { minHitRate: options.minHitRate }) });
    case 'rate': {
      const rate = options.rate ?? (ratio === undefined ? undefined : { count: ratio, perMs: 1000 });
      if (rate === undefined || !(rate.count > 0) || !(rate.perMs > 0)) return 'rate missing: give calls a second above 0, e.g. rate:5';
      return new RatePacer(rate);
    }
    case 'skill': {
      const { skill } = options;
      if (skill === undefined || !(skill.keep >= 0)) return 'skill missing: give the measure (queue, waitMs or freeAgents) and how much of it to keep';
      return new SkillPacer(skill);
    }
    case 'cruise': {
      const promise = options.promise ?? { ...defaultPromise, targetRate: ratio ?? defaultPromise.targetRate };
      if (!(promise.targetRate > 0 && promise.targetRate <= 0.5)) return `targetRate ${promise.targetRate}: cruise promises a rate above 0 and at most 0.5, e.g. cruise:0.03`;
      return new CruisePacer({ promise, ...(options.history === undefined ? {} : { history: options.history }), ...(options.now === undefined ? {} : { now: options.now }) });
    }
    default:
      return `kind ${String(options.kind)} is unknown; use manual, preview, progressive, ratio, rate, skill or cruise`;
  }
}
