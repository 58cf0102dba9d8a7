import { BackgroundTrace } from '../../../../src/audio/call-progress/background-trace.ts';
import { GREETING_FEATURES, GreetingFeatures } from '../../../../src/audio/call-progress/greeting-features.ts';
import { powerOfDbm0 } from '../../../../src/audio/level.ts';

const SPEECH = powerOfDbm0(-18);
const QUIET = powerOfDbm0(-60);

function spoken(...stretches: readonly (readonly [soundingMs: number, quietMs: number])[]): GreetingFeatures {
  const trace = new BackgroundTrace();
  for (let i = 0; i < 50; i++) trace.push(QUIET);
  for (let i = 0; i < 10; i++) trace.push(SPEECH);
  const features = new GreetingFeatures();
  features.begin(trace, 10, 0, -60);
  stretches.forEach(([soundingMs, quietMs], n) => {
    for (let ms = n === 0 ? 100 : 0; ms < soundingMs; ms += 10) features.block(SPEECH, true);
    for (let ms = 0; ms < quietMs; ms += 10) features.block(QUIET, false);
  });
  return features;
}

describe('the features of a greeting', () => {
  const feature = (features: GreetingFeatures, name: (typeof GREETING_FEATURES)[number]): number => {
    const x = new Float64Array(GREETING_FEATURES.length);
    features.write(x);
    return x[GREETING_FEATURES.indexOf(name)]!;
  };

  it('count sound, silence and gaps', () => {
    const features = spoken([400, 300], [200, 50], [100, 140]);
    expect(features).toMatchObject({ elapsedMs: 1190, silenceMs: 140, gaps: 1, longestGapMs: 300, activeMs: 750 });
    expect(feature(features, 'first stretch')).toBe(400);
    expect(feature(features, 'last stretch')).toBe(350);
    expect(feature(features, 'signal to noise')).toBeCloseTo(42, 0);
  });
});

describe('the background before a voice', () => {
  const pushed = (...stretches: readonly (readonly [ms: number, dbm0: number])[]): BackgroundTrace => {
    const trace = new BackgroundTrace();
    for (const [ms, dbm0] of stretches) for (let t = 0; t < ms; t += 10) trace.push(powerOfDbm0(dbm0));
    return trace;
  };

  it('steps up where a recording begins', () => {
    const trace = pushed([800, -65], [300, -50], [90, -18]);
    trace.voiceBegan(9);
    expect(trace.stepDb).toBeCloseTo(15, 0);
    // The 30 ms before the voice are left out.
    expect(trace.stepAgoMs).toBe(270);
    expect(trace.stepAtMs).toBe(800);
  });

  it('has no step in an even room, nor before anything was heard', () => {
    const even = pushed([800, -50], [90, -18]);
    even.voiceBegan(9);
    expect(Math.abs(even.stepDb)).toBeLessThan(0.1);
    const sudden = pushed([90, -18]);
    sudden.voiceBegan(9);
    expect(sudden).toMatchObject({ stepDb: 0, stepAgoMs: 0, stepAtMs: 0 });
  });

  it('knows a knock from a voice', () => {
    expect(pushed([500, -60], [10, -8], [20, -12], [20, -18], [20, -24], [20, -32]).dyingAway(9)).toBe(true);
    expect(pushed([500, -60], [30, -14], [30, -16], [30, -18]).dyingAway(9)).toBe(false);
  });
});
