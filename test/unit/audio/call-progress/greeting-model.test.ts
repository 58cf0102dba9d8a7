import { BackgroundTrace } from '../../../../src/audio/call-progress/background-trace.ts';
import { BANDS } from '../../../../src/audio/call-progress/greeting-bands.ts';
import { GREETING_FEATURES, GreetingFeatures } from '../../../../src/audio/call-progress/greeting-features.ts';
import { GreetingInputs, INPUTS } from '../../../../src/audio/call-progress/greeting-inputs.ts';
import { GreetingModel, type Judgement, type TrainedModel } from '../../../../src/audio/call-progress/greeting-model.ts';
import type { RevisionModel } from '../../../../src/audio/call-progress/second-thoughts.ts';
import { powerOfDbm0 } from '../../../../src/audio/level.ts';

const SPEECH = powerOfDbm0(-18);
const QUIET = powerOfDbm0(-60);

/** Log-odds 2 for a machine as soon as the sound has lasted 500 ms, else −2: a step, as far as one unit can make one. */
const byLength: TrainedModel = {
  inputs: INPUTS, dense: 1, hidden: 1,
  values: Float64Array.from([
    ...GREETING_FEATURES.map((name) => (name === 'active' ? 1_000 : 0)), ...new Array<number>(2 * BANDS).fill(0), -490,
    // Reset and update stand still; the new state is where the sum lies from 5 on.
    0, 0, 100, 0, 0, 0, 0, -50, -500, 0, 0, 0, 2, 0,
  ]),
  sureness: { verdictMs: 1_000, lastMs: 2_000, liveEarly: 9, recordedEarly: 9, live: 0, recorded: 0, liveLate: 0, recordedLate: 0 },
};

const byLengthLater: RevisionModel = { ...byLength, live: 1.5, recorded: 1.5, lastMs: 3_000 };

/** Lets the model follow a greeting of stretches; the first verdict, and when it was told. */
function judged(model: GreetingModel, ...stretches: readonly (readonly [soundingMs: number, quietMs: number])[]): (Judgement & { atMs: number }) | undefined {
  return heard((features) => model.judge(features), stretches);
}

/** The same of second thoughts, from one time on, when that has been told. */
function reconsidered(model: GreetingModel, told: Judgement['verdict'], fromMs: number, ...stretches: readonly (readonly [soundingMs: number, quietMs: number])[]): (Judgement & { atMs: number }) | undefined {
  return heard((features) => {
    if (features.elapsedMs >= fromMs) return model.reconsider(features, told);
    model.judge(features);
    return undefined;
  }, stretches);
}

function heard(ask: (features: GreetingFeatures) => Judgement | undefined, stretches: readonly (readonly [soundingMs: number, quietMs: number])[]): (Judgement & { atMs: number }) | undefined {
  const trace = new BackgroundTrace();
  for (let i = 0; i < 50; i++) trace.push(QUIET);
  for (let i = 0; i < 10; i++) trace.push(SPEECH);
  const features = new GreetingFeatures();
  features.begin(trace, 10, 0, -60);
  let blocks = 0;
  let told: (Judgement & { atMs: number }) | undefined;
  const block = (power: number, sounds: boolean): void => {
    features.block(power, sounds);
    if (blocks++ % 2 === 1) features.look(undefined);
    const judgement = ask(features);
    if (judgement !== undefined) told ??= { ...judgement, atMs: features.elapsedMs };
  };
  stretches.forEach(([soundingMs, quietMs], n) => {
    for (let ms = n === 0 ? 100 : 0; ms < soundingMs; ms += 10) block(SPEECH, true);
    for (let ms = 0; ms < quietMs; ms += 10) block(QUIET, false);
  });
  return told;
}

describe('the greeting model', () => {
  it('speaks at its time, with the confidence of its odds', () => {
    expect(judged(new GreetingModel({}, byLength), [300, 690])).toBeUndefined();
    expect(judged(new GreetingModel({}, byLength), [300, 900])).toMatchObject({ verdict: 'live_voice', atMs: 1_020 });
    const machine = judged(new GreetingModel({}, byLength), [1_200, 0]);
    expect(machine).toMatchObject({ verdict: 'recorded_msg', atMs: 1_020 });
    expect(machine?.confidence).toBeCloseTo(1 / (1 + Math.exp(-2)), 3);
  });

  it('leans towards people as far as their loss costs more, and admits that it is not sure', () => {
    const judgement = judged(new GreetingModel({ missedPersonCost: 10 }, byLength), [1_200, 0]);
    expect(judgement?.verdict).toBe('live_voice');
    expect(judgement?.confidence).toBeCloseTo(1 / (1 + Math.exp(2)), 3);
    expect(judged(new GreetingModel({ missedPersonCost: 0.1 }, byLength), [300, 900])?.verdict).toBe('recorded_msg');
  });

  it('takes the time that a hint gives it, but never less than 600 ms', () => {
    expect(judged(new GreetingModel({ verdictMs: 1_400 }, byLength), [300, 1_300])?.atMs).toBe(1_420);
    expect(judged(new GreetingModel({ verdictMs: 0 }, byLength), [300, 900])?.atMs).toBe(620);
  });

  it('is told by hints when to speak, and then says that alone', () => {
    expect(judged(new GreetingModel({ recordedSpeechMs: 400, liveSilenceMs: 500 }, byLength), [500, 0])).toMatchObject({ verdict: 'recorded_msg', atMs: 400 });
    expect(judged(new GreetingModel({ recordedSpeechMs: 900, liveSilenceMs: 500 }, byLength), [300, 600])).toMatchObject({ verdict: 'live_voice', atMs: 800 });
    expect(judged(new GreetingModel({ recordedSpeechMs: 3_000 }, byLength), [1_200, 0])).toBeUndefined();
  });

  it('begins anew with a new greeting', () => {
    const model = new GreetingModel({}, byLength);
    expect(judged(model, [1_200, 0])?.verdict).toBe('recorded_msg');
    expect(judged(model, [300, 900])).toMatchObject({ verdict: 'live_voice', atMs: 1_020 });
  });
});

describe('second thoughts', () => {
  const model = (hints: ConstructorParameters<typeof GreetingModel>[0] = {}, revision = byLengthLater): GreetingModel => new GreetingModel(hints, byLength, revision);

  it('take back what the odds speak against, at a step of their own, with the confidence of the odds', () => {
    const person = reconsidered(model(), 'recorded_msg', 1_000, [300, 2_000]);
    expect(person).toMatchObject({ verdict: 'live_voice', atMs: 1_060 });
    expect(person?.confidence).toBeCloseTo(1 / (1 + Math.exp(-2)), 3);
    expect(reconsidered(model(), 'live_voice', 1_000, [2_000, 0])).toMatchObject({ verdict: 'recorded_msg', atMs: 1_060 });
  });

  it('let stand what they agree with, or are not sure enough to speak against', () => {
    expect(reconsidered(model(), 'live_voice', 1_000, [300, 2_000])).toBeUndefined();
    expect(reconsidered(model(), 'recorded_msg', 1_000, [2_000, 0])).toBeUndefined();
    const unsure = { ...byLengthLater, live: 2.1, recorded: 2.1 };
    expect(reconsidered(model({}, unsure), 'recorded_msg', 1_000, [300, 2_000])).toBeUndefined();
    expect(reconsidered(model({}, unsure), 'live_voice', 1_000, [2_000, 0])).toBeUndefined();
  });

  it('come to an end', () => {
    expect(reconsidered(model(), 'live_voice', 3_000, [4_000, 0])).toBeUndefined();
    expect(reconsidered(model(), 'live_voice', 2_900, [4_000, 0])).toBeDefined();
  });

  it('lean towards people as the verdict does, and leave to a hint what it says alone', () => {
    expect(reconsidered(model({ missedPersonCost: 10 }), 'live_voice', 1_000, [2_000, 0])).toBeUndefined();
    expect(reconsidered(model({ missedPersonCost: 100 }), 'recorded_msg', 1_000, [2_000, 0])).toMatchObject({ verdict: 'live_voice' });
    expect(reconsidered(model({ liveSilenceMs: 5_000 }), 'recorded_msg', 1_000, [300, 2_000])).toBeUndefined();
    expect(reconsidered(model({ recordedSpeechMs: 5_000 }), 'live_voice', 1_000, [2_000, 0])).toBeUndefined();
  });
});

describe('the inputs of the network', () => {
  const features = (): GreetingFeatures => {
    const begun = new GreetingFeatures();
    begun.begin(new BackgroundTrace(), 0, 0, -60);
    return begun;
  };
  const tone = (bin: number): Float64Array => Float64Array.from({ length: 128 }, (_, k) => (k === bin ? 1e9 : 0));

  it('are complete at every second look', () => {
    const inputs = new GreetingInputs();
    const heard = features();
    expect(inputs.take(heard)).toBeUndefined();
    heard.look(tone(18));
    expect(inputs.take(heard)).toBeUndefined();
    heard.look(tone(18));
    expect(inputs.take(heard)).toHaveLength(INPUTS);
    expect(inputs.take(heard)).toBeUndefined();
  });

  it('have the bands below the loudest so far, the two looks one after the other', () => {
    const inputs = new GreetingInputs();
    const heard = features();
    heard.look(tone(18));
    inputs.take(heard);
    heard.look(undefined);
    const [...values] = inputs.take(heard) ?? [];
    const first = values.slice(GREETING_FEATURES.length, GREETING_FEATURES.length + BANDS);
    // 562 Hz lies between the middles of the sixth and the seventh of the 24 bands.
    expect(first.map((v) => v > 1)).toEqual(Array.from({ length: BANDS }, (_, b) => b === 5 || b === 6));
    expect(Math.max(...first)).toBeCloseTo(1.5, 5);
    expect(values.slice(-BANDS).every((v) => v === -1.5)).toBe(true);
  });
});
