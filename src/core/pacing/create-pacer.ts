import type { Pacer, PacingOptions } from './pacing.ts';
import { ProgressivePacer } from './progressive.ts';
import { RatePacer } from './rate.ts';
import { RatioPacer } from './ratio.ts';

/** The pacer of a kind, or a sentence that says what is wrong with the options. */
export function createPacer(options: PacingOptions): Pacer | string {
  const ratio = options.ratio;
  switch (options.kind) {
    case 'progressive':
      if (ratio !== undefined && !(ratio >= 1 && ratio <= 10)) return `ratio ${ratio}: progressive over-dials by 1 to 10`;
      return new ProgressivePacer(ratio === undefined ? {} : { ratio });
    case 'ratio':
      if (ratio === undefined || !(ratio > 0 && ratio <= 10)) return `ratio ${ratio ?? 'missing'}: give a ratio above 0 and at most 10, e.g. ratio:1.5`;
      return new RatioPacer({ ratio });
    case 'rate':
      if (options.rate === undefined || !(options.rate.count > 0) || !(options.rate.perMs > 0)) return 'a rate is missing; give one such as rate:5/s, rate:300/m or rate:2000/h';
      return new RatePacer(options.rate);
    default:
      return `kind ${options.kind} is unknown; use progressive or ratio`;
  }
}
