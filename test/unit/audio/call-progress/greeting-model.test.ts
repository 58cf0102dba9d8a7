import { BackgroundTrace } from '../../../../src/audio/call-progress/background-trace.ts';
import { GREETING_FEATURES, GreetingFeatures } from '../../../../src/audio/call-progress/greeting-features.ts';
import { decide, GreetingModel, oddsOf, type BoostedTrees } from '../../../../src/audio/call-progress/greeting-model.ts';
import { powerOfDbm0 } from '../../../../src/audio/level.ts';

const sureness = { verdictMs: 1000, liveEarly: 3, recordedEarly: 4, live: -0.5, recorded: 1 };
const SPEECH = powerOfDbm0(-18);
const QUIET = powerOfDbm0(-60);

/** One tree that asks whether the sound has lasted 500 ms: log-odds 2 for a machine if so, −2 if not. */
const byLength: BoostedTrees = { sureness: { verdictMs: 1000, liveEarly: 9, recordedEarly: 9, live: 0, recorded: 0 }, depth: 1, bias: 0, trees: [[GREETING_FEATURES.indexOf('active'), 500, -2, 2]] };

function spoken(...stretches: readonly (readonly [soundingMs: number, quietMs: number])[]): GreetingFeatures {
  const trace = new BackgroundTrace();
  for (let i = 0; i < 50; i++) trace.push(QUIET);
  for (let i = 0; i < 10; i++) trace.push(SPEECH);
  const features = new GreetingFeatures();
  features.begin(trace, 10, -60);
  stretches.forEach(([soundingMs, quietMs], n) => {
    for (let ms = n === 0 ? 100 : 0; ms < soundingMs; ms += 10) features.block(SPEECH, true);
    for (let ms = 0; ms < quietMs; ms += 10) features.block(QUIET, false);
  });
  return features;
}

describe('deciding', () => {
  it('needs to be surer before its time than at it', () => {
    expect(decide(3.9, 600, 1000, sureness)).toBeUndefined();
    expect(decide(4, 600, 1000, sureness)).toBe('recorded_msg');
    expect(decide(-3, 600, 1000, sureness)).toBeUndefined();
    expect(decide(-3.1, 600, 1000, sureness)).toBe('live_voice');
    expect(decide(1, 1000, 1000, sureness)).toBe('recorded_msg');
    expect(decide(0.4, 1000, 1000, sureness)).toBe('live_voice');
  });

  it('wants to be surer when it is given more time', () => {
    expect(decide(4.1, 600, 1500, sureness)).toBeUndefined();
    expect(decide(6, 600, 1500, sureness)).toBe('recorded_msg');
    expect(decide(4, 600, 700, sureness)).toBe('recorded_msg');
  });

  it('waits in doubt, and half as long again tells what is likelier', () => {
    expect(decide(0.7, 1000, 1000, sureness)).toBeUndefined();
    expect(decide(0.7, 1480, 1000, sureness)).toBeUndefined();
    expect(decide(0.7, 1500, 1000, sureness)).toBe('recorded_msg');
    expect(decide(-0.1, 1500, 1000, sureness)).toBe('live_voice');
  });
});

describe('the greeting model', () => {
  it('sums its trees', () => {
    const x = new Float64Array(GREETING_FEATURES.length);
    x[GREETING_FEATURES.indexOf('active')] = 499;
    expect(oddsOf(byLength, x)).toBe(-2);
    x[GREETING_FEATURES.indexOf('active')] = 500;
    expect(oddsOf({ ...byLength, bias: 0.5, trees: [...byLength.trees, ...byLength.trees] }, x)).toBe(4.5);
  });

  it('speaks at its time, with the confidence of its odds', () => {
    const model = new GreetingModel({}, byLength);
    expect(model.judge(spoken([300, 680]))).toBeUndefined();
    expect(model.judge(spoken([300, 700]))).toMatchObject({ verdict: 'live_voice' });
    expect(model.judge(spoken([1000, 0]))).toMatchObject({ verdict: 'recorded_msg' });
    expect(model.judge(spoken([1000, 0]))?.confidence).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
  });

  it('leans towards people as far as their loss costs more, and admits that it is not sure', () => {
    const model = new GreetingModel({ missedPersonCost: 10 }, byLength);
    const judgement = model.judge(spoken([1000, 0]));
    expect(judgement?.verdict).toBe('live_voice');
    expect(judgement?.confidence).toBeCloseTo(1 / (1 + Math.exp(2)), 6);
    expect(new GreetingModel({ missedPersonCost: 0.1 }, byLength).judge(spoken([300, 700]))?.verdict).toBe('recorded_msg');
  });

  it('takes the time that a hint gives it, but never less than 600 ms', () => {
    expect(new GreetingModel({ verdictMs: 1400 }, byLength).judge(spoken([300, 1080]))).toBeUndefined();
    expect(new GreetingModel({ verdictMs: 1400 }, byLength).judge(spoken([300, 1100]))?.verdict).toBe('live_voice');
    expect(new GreetingModel({ verdictMs: 0 }, byLength).judge(spoken([300, 280]))).toBeUndefined();
    expect(new GreetingModel({ verdictMs: 0 }, byLength).judge(spoken([300, 300]))?.verdict).toBe('live_voice');
  });
});

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
