import { VerdictPolicy } from '../../../../src/audio/call-progress/verdict-policy.ts';

const sureness = { verdictMs: 1_000, lastMs: 2_400, liveEarly: 3, recordedEarly: 4, live: -0.5, recorded: 1, liveLate: 1.5, recordedLate: 2 };
const after = (policy: VerdictPolicy, ms: number): VerdictPolicy => {
  policy.decide(0.7, ms);
  return policy;
};

describe('the policy of the verdict', () => {
  it('needs to be surer before its time than at it', () => {
    const policy = new VerdictPolicy(sureness);
    expect(policy.decide(3.9, 600)).toBeUndefined();
    expect(policy.decide(4, 600)).toBe('recorded_msg');
    expect(policy.decide(-3, 600)).toBeUndefined();
    expect(policy.decide(-3.1, 600)).toBe('live_voice');
    expect(policy.decide(1, 1_000)).toBe('recorded_msg');
    expect(new VerdictPolicy(sureness).decide(0.4, 1_000)).toBe('live_voice');
  });

  it('leaves open at its time what is most in doubt, and then waits until it is sure', () => {
    expect(after(new VerdictPolicy(sureness), 1_000).decide(1.9, 1_040)).toBeUndefined();
    expect(after(new VerdictPolicy(sureness), 1_000).decide(2, 1_040)).toBe('recorded_msg');
    expect(after(new VerdictPolicy(sureness), 1_000).decide(-1.5, 1_040)).toBeUndefined();
    expect(after(new VerdictPolicy(sureness), 1_000).decide(-1.6, 1_040)).toBe('live_voice');
  });

  it('tells in the end what is likelier', () => {
    expect(after(new VerdictPolicy(sureness), 1_000).decide(0.1, 2_380)).toBeUndefined();
    expect(after(new VerdictPolicy(sureness), 1_000).decide(0, 2_400)).toBe('recorded_msg');
    expect(after(new VerdictPolicy(sureness), 1_000).decide(-0.1, 2_400)).toBe('live_voice');
  });

  it('wants to be surer of a machine when it is given more time, and takes at least half as long again in doubt', () => {
    expect(new VerdictPolicy(sureness, 1_500).decide(5.9, 600)).toBeUndefined();
    expect(new VerdictPolicy(sureness, 1_500).decide(6, 600)).toBe('recorded_msg');
    expect(new VerdictPolicy(sureness, 700).decide(4, 600)).toBe('recorded_msg');
    expect(after(new VerdictPolicy(sureness, 1_800), 1_800).decide(0.1, 2_680)).toBeUndefined();
    expect(after(new VerdictPolicy(sureness, 1_800), 1_800).decide(0.1, 2_700)).toBe('recorded_msg');
  });

  it('asks less of a machine the longer the time that was asked for has run', () => {
    expect(new VerdictPolicy(sureness, 1_500).decide(4.2, 1_250)).toBeUndefined();
    expect(new VerdictPolicy(sureness, 1_500).decide(4.3, 1_250)).toBe('recorded_msg');
    expect(new VerdictPolicy(sureness, 1_500).decide(1.5, 1_480)).toBe('recorded_msg');
    expect(new VerdictPolicy(sureness, 1_500).decide(5.9, 1_000)).toBeUndefined();
  });

  it('forgets with a new greeting that it waits', () => {
    const policy = after(new VerdictPolicy(sureness), 1_000);
    policy.begin();
    expect(policy.decide(1, 1_000)).toBe('recorded_msg');
  });
});
