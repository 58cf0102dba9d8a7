import { alwaysPermitted, defaultRules, evaluate, rulesOfPack, type AddressHistory, type AttemptQuestion, type PastAttempt, type RuleSet } from '../../../../src/modules/rules/index.ts';

const hour = 3_600_000;
const now = Date.parse('2026-06-10T12:00:00Z');
const rules: RuleSet = { ...defaultRules, guardTimes: alwaysPermitted };
const question: AttemptQuestion = { address: '+493023125001', timeZones: ['Europe/Berlin'], asker: 'pacer', channel: 'voice', now };
const past = (hoursAgo: number, more: Partial<PastAttempt> = {}): PastAttempt => ({ startedAt: now - hoursAgo * hour, nuisance: false, machine: false, ...more });
const ask = (history: Partial<AddressHistory>, more: Partial<AttemptQuestion> = {}, set: RuleSet = rules) => evaluate(set, { ...question, ...more }, { attempts: [], ...history });

describe('the rules', () => {
  it('allow a contact that nothing speaks against', () => {
    expect(ask({})).toEqual({ allowed: true });
  });

  it('refuse a contact without an address for good', () => {
    expect(ask({}, { address: '' })).toMatchObject({ allowed: false, code: 'Sys_No_Callable_Address' });
  });

  it('refuse an address on the do-not-call list for good, whoever asks', () => {
    for (const asker of ['pacer', 'agent', 'callback', 'api'] as const) {
      const verdict = ask({ doNotCall: { source: 'opt-out key', addedAt: now - hour } }, { asker });
      expect(verdict).toMatchObject({ allowed: false, rule: 'do-not-call', code: 'DNC' });
      expect(verdict).not.toHaveProperty('retryAt');
    }
  });

  it('allow it again when a do-not-call entry has run out', () => {
    expect(ask({ doNotCall: { source: 'timed', addedAt: now - 9 * hour, until: now } })).toEqual({ allowed: true });
    expect(ask({ doNotCall: { source: 'timed', addedAt: now - 9 * hour, until: now + 1 } })).toMatchObject({ code: 'DNC' });
  });

  it.each([
    ['block', { allowed: false, rule: 'time-zone', code: 'Restricted' }],
    ['allow', { allowed: true }],
    [{ treatAs: 'Europe/Berlin' }, { allowed: true }],
  ] as const)('treat an unknown time zone by the policy %j', (unknownTimeZone, expected) => {
    for (const timeZones of [[], ['Etc/Unknown']]) expect(ask({}, { timeZones }, { ...rules, unknownTimeZone })).toMatchObject(expected);
  });

  it('say when the guard times open', () => {
    const verdict = ask({}, { timeZones: ['America/Los_Angeles'] }, defaultRules);
    expect(verdict).toMatchObject({ allowed: false, rule: 'guard-times', code: 'Restricted', retryAt: Date.parse('2026-06-10T15:00:00Z') });
  });

  it('count the attempts of 24 hours, and say when the oldest leaves the window', () => {
    const attempts = [past(1), past(20), past(5)];
    expect(ask({ attempts: attempts.slice(0, 2) })).toEqual({ allowed: true });
    expect(ask({ attempts })).toMatchObject({ allowed: false, rule: 'frequency', retryAt: now + 4 * hour });
    expect(ask({ attempts: [...attempts, past(2)] })).toMatchObject({ rule: 'frequency', retryAt: now + 19 * hour });
    expect(ask({ attempts: [past(1), past(2), past(24)] })).toEqual({ allowed: true });
    expect(ask({ attempts: [past(0), past(0), past(0), past(0)] }, {}, { ...rules, frequency: { perAddressIn24Hours: 0, minIntervalMs: 0 } })).toEqual({ allowed: true });
  });

  it('keep the time between two attempts', () => {
    const set = { ...rules, frequency: { perAddressIn24Hours: 0, minIntervalMs: 2 * hour } };
    expect(ask({ attempts: [past(1), past(3)] }, {}, set)).toMatchObject({ rule: 'interval', retryAt: now + hour });
    expect(ask({ attempts: [past(2)] }, {}, set)).toEqual({ allowed: true });
  });

  it('leave an abandoned person alone for 72 hours, except for an agent who asks', () => {
    const attempts = [past(71, { nuisance: true })];
    expect(ask({ attempts })).toMatchObject({ allowed: false, rule: '72Hours_NUISANCE', retryAt: now + hour });
    expect(ask({ attempts }, { asker: 'callback' })).toMatchObject({ rule: '72Hours_NUISANCE' });
    expect(ask({ attempts }, { asker: 'agent' })).toEqual({ allowed: true });
    expect(ask({ attempts }, { channel: 'sms' })).toEqual({ allowed: true });
    expect(ask({ attempts: [past(72, { nuisance: true })] })).toEqual({ allowed: true });
  });

  it('leave an answering machine alone for 24 hours, except for an agent who asks', () => {
    const attempts = [past(23, { machine: true })];
    expect(ask({ attempts })).toMatchObject({ rule: '24Hours_AMD', retryAt: now + hour });
    expect(ask({ attempts }, { asker: 'agent' })).toEqual({ allowed: true });
    expect(ask({ attempts }, {}, { ...rules, machineMs: 0 })).toEqual({ allowed: true });
  });

  it('name the earliest time that all of them permit: after the 72 hours comes the next morning', () => {
    // 71 h ago; the 72 hours end at 13:00Z, 22:00 in Tokyo: 08:00 there is 23:00Z.
    const verdict = ask({ attempts: [past(71, { nuisance: true })] }, { timeZones: ['Asia/Tokyo'] }, defaultRules);
    expect(verdict).toMatchObject({ rule: '72Hours_NUISANCE', retryAt: Date.parse('2026-06-10T23:00:00Z') });
    const later = ask({ attempts: [past(71, { nuisance: true })] }, { timeZones: ['Asia/Tokyo'], now: Date.parse('2026-06-10T23:00:00Z') }, defaultRules);
    expect(later).toEqual({ allowed: true });
  });

  it('never allow before the time they named, and allow at it when nothing else happened', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland'];
    for (let i = 0; i < 400; i++) {
      const attempts = [past((i * 7) % 30), past((i * 3) % 80, { nuisance: i % 3 === 0 }), past((i * 5) % 26, { machine: i % 2 === 0 })];
      const when = now + i * 37 * 60_000;
      const history = { attempts: attempts.map((attempt) => ({ ...attempt, startedAt: attempt.startedAt + i * 37 * 60_000 })) };
      const verdict = ask(history, { timeZones: [zones[i % 4]!], now: when }, defaultRules);
      if (verdict.allowed) continue;
      expect(verdict.retryAt).toBeGreaterThan(when);
      expect(ask(history, { timeZones: [zones[i % 4]!], now: verdict.retryAt! }, defaultRules)).toEqual({ allowed: true });
      expect(ask(history, { timeZones: [zones[i % 4]!], now: verdict.retryAt! - 1 }, defaultRules)).toMatchObject({ allowed: false });
    }
  });
});

describe('a compliance pack', () => {
  it('applies from its date on, the newest of its name', () => {
    const packs = [
      { name: 'x', from: '2020-01-01', source: 'a', rules: { nuisanceMs: 1 } },
      { name: 'x', from: '2026-01-01', source: 'b', rules: { nuisanceMs: 2 } },
    ];
    expect(rulesOfPack('x', '2019-12-31', packs)).toBeUndefined();
    expect(rulesOfPack('x', '2025-12-31', packs)?.nuisanceMs).toBe(1);
    expect(rulesOfPack('x', '2026-01-01', packs)?.nuisanceMs).toBe(2);
    expect(rulesOfPack('us-tsr', '2026-01-01')).toMatchObject({ guardTimes: { every: [{ from: '08:00', to: '21:00' }] } });
    expect(rulesOfPack('nowhere', '2026-01-01')).toBeUndefined();
  });
});
