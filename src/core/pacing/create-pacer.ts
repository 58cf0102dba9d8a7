import type { Pacer, PacingOptions } from './pacing.ts';
import { ProgressivePacer } from './progressive.ts';
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
    default:
      return `kind ${options.kind} is unknown; use progressive or ratio`;
  }
}
