import { CompletionCodes, defaultRetryPolicy, nextStep, systemCompletionCodes, attemptInProgress, type RetryPolicy } from '../../../../src/modules/campaigns/index.ts';
import { isPerson } from '../../../../src/modules/campaigns/attempt-record.ts';
import { completeSettings } from '../../../../src/modules/campaigns/campaign-settings.ts';

const codes = new CompletionCodes();
const policy: RetryPolicy = { byCode: { Call_Busy: { count: 2, delayMs: 1_000 }, Invalid_Number: { count: 9, delayMs: 1 }, Sale: { count: 9, delayMs: 1 } }, maxAttempts: 5 };
const after = (code: string, attempts: number, used: Record<string, number> = {}) => nextStep(policy, codes.get(code), { attempts, used, endedAt: 10_000 });

describe('the next step of a contact', () => {
  it('is another try after the code\'s delay while its count lasts', () => {
    expect(after('Call_Busy', 1)).toEqual({ state: 'waiting', dueAt: 11_000 });
    expect(after('Call_Busy', 2, { Call_Busy: 1 })).toEqual({ state: 'waiting', dueAt: 11_000 });
    expect(after('Call_Busy', 3, { Call_Busy: 2 })).toEqual({ state: 'exhausted' });
  });
  it('is the end after a code without a policy', () => {
    expect(after('Answer_Human', 1)).toEqual({ state: 'done' });
  });
  it('is the end after a closing or successful code, whatever the policy says', () => {
    expect(after('Invalid_Number', 1)).toEqual({ state: 'done' });
    expect(after('Sale', 1)).toEqual({ state: 'done' });
  });
  it('is the end when all attempts are used', () => {
    expect(after('Call_Busy', 5, {})).toEqual({ state: 'exhausted' });
  });
});

describe('completion codes', () => {
  it('are each named once, and an attempt in progress is none of them', () => {
    const names = systemCompletionCodes.map((code) => code.code);
    expect(new Set(names).size).toBe(names.length);
    expect(names).not.toContain(attemptInProgress);
    for (const code of Object.keys(defaultRetryPolicy.byCode)) expect(codes.all().map((c) => c.code)).toContain(code);
  });
  it('that nobody knows are an agent\'s words', () => {
    expect(codes.get('Wants_A_Pony')).toEqual({ code: 'Wants_A_Pony', kind: 'agent' });
  });
});

describe('a person answered', () => {
  const result = { nuisance: false, completionCode: 'X', times: {} };
  it.each([
    ['a live voice', { ...result, completionCode: 'Answer_Human' }, true],
    ['an abandoned call', { ...result, completionCode: 'Disconnected_By_System', nuisance: true }, true],
    ['a talk with an agent', { ...result, completionCode: 'Their_Own_Code', agent: 'agent-1' as never }, true],
    ['a hang-up while waiting for an agent', { ...result, completionCode: 'Disconnected_By_User', times: { verdict: 1 } }, true],
    ['a hang-up before anything was said', { ...result, completionCode: 'Disconnected_By_User' }, false],
    ['a machine', { ...result, completionCode: 'Answer_Machine' }, false],
    ['a machine that the agent noticed', { ...result, completionCode: 'Answered_By_Machine', agent: 'agent-1' as never }, false],
    ['nobody', { ...result, completionCode: 'Ring_No_Answer' }, false],
  ])('with %s: %#', (_name, given, expected) => {
    expect(isPerson(given, codes.get(given.completionCode))).toBe(expected);
  });
});

describe('settings that make no sense', () => {
  it('are refused with the place', () => {
    expect(() => completeSettings({ leaseMs: 5 })).toThrow('a lease must last at least a second');
    expect(() => completeSettings({ retries: { byCode: { X: { count: -1, delayMs: 0 } }, maxAttempts: 1 } })).toThrow('a retry needs a count');
    expect(() => completeSettings({ rules: { ...completeSettings({}).rules, guardTimes: { every: [{ from: 'x', to: '10:00' }] } } })).toThrow('"x" is not a time of day');
  });
});
