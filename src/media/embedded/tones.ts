import type { ToneCadence } from '../../audio/tone-generator.ts';
import type { ToneName } from '../media.ts';

const once = (...segments: ToneCadence['segments']): ToneCadence => ({ segments });
const over = (...segments: ToneCadence['segments']): ToneCadence => ({ segments, repeatFrom: 0 });

/** The tones that can be played. Supervisory tones as in North America (ITU-T E.180 Supplement 2); SIT by E.180 §8. */
export const tones: Readonly<Record<ToneName, ToneCadence>> = {
  zip: once({ frequencies: [1400], durationMs: 100, levelDbm0: -16 }, { frequencies: [], durationMs: 50 }, { frequencies: [1400], durationMs: 100, levelDbm0: -16 }),
  beep: once({ frequencies: [1000], durationMs: 200, levelDbm0: -12 }),
  entry: once({ frequencies: [660], durationMs: 100, levelDbm0: -18 }, { frequencies: [880], durationMs: 150, levelDbm0: -18 }),
  exit: once({ frequencies: [880], durationMs: 100, levelDbm0: -18 }, { frequencies: [660], durationMs: 150, levelDbm0: -18 }),
  ringback: over({ frequencies: [440, 480], durationMs: 2000, levelDbm0: -19 }, { frequencies: [], durationMs: 4000 }),
  busy: over({ frequencies: [480, 620], durationMs: 500, levelDbm0: -24 }, { frequencies: [], durationMs: 500 }),
  reorder: over({ frequencies: [480, 620], durationMs: 250, levelDbm0: -24 }, { frequencies: [], durationMs: 250 }),
  sit: once(
    { frequencies: [950], durationMs: 330, levelDbm0: -14 }, { frequencies: [1400], durationMs: 330, levelDbm0: -14 },
    { frequencies: [1800], durationMs: 330, levelDbm0: -14 }, { frequencies: [], durationMs: 1000 },
  ),
  dial: over({ frequencies: [350, 440], durationMs: 10_000, levelDbm0: -13 }),
};

/** Undefined: it does not end by itself. */
export function toneLengthMs(name: ToneName): number | undefined {
  const { segments, repeatFrom } = tones[name];
  return repeatFrom === undefined ? segments.reduce((total, { durationMs = 0 }) => total + durationMs, 0) : undefined;
}
