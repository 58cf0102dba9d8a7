import { SimulatedClock } from '../../../../src/kernel/clock.ts';
import { SeededRandom } from '../../../../src/kernel/random.ts';
import { meaningOf } from '../../../../src/signalling/call-failure.ts';
import { RollingWindow } from '../../../../src/signalling/embedded/rolling-window.ts';
import { TollFraudGuard } from '../../../../src/signalling/embedded/toll-fraud-guard.ts';
import { Trunk } from '../../../../src/signalling/embedded/trunk.ts';
import { trunkOrder } from '../../../../src/signalling/embedded/trunk-selection.ts';

describe('the rolling window', () => {
  it('never lets more than its limit through in any window, however the demand comes', () => {
    const random = new SeededRandom(5);
    const window = new RollingWindow(30, 5_000);
    const taken: number[] = [];
    let now = 0;
    for (let i = 0; i < 20_000; i += 1) {
      now += random.next() * 100;
      if (window.take(now)) taken.push(now);
    }
    for (let i = 30; i < taken.length; i += 1) expect((taken[i] ?? 0) - (taken[i - 30] ?? 0)).toBeGreaterThanOrEqual(5_000);
    expect(taken.length).toBeGreaterThan((now / 5_000) * 30 * 0.95);
  });

  it('says how long to wait', () => {
    const window = new RollingWindow(2, 1_000);
    expect(window.take(0)).toBe(true);
    expect(window.take(400)).toBe(true);
    expect(window.take(900)).toBe(false);
    expect(window.waitMs(900)).toBe(100);
    expect(window.take(1_000)).toBe(true);
  });
});

describe('the toll-fraud guard', () => {
  it('lets only listed sources speak, by network and family', () => {
    const guard = new TollFraudGuard({ allowedSources: ['192.0.2.0/24', '2001:db8::/32', '198.51.100.7'] }, new SimulatedClock());
    expect(['192.0.2.9', '198.51.100.7', '2001:db8::5', '::ffff:192.0.2.1'].map((one) => guard.admits(one))).toEqual([true, true, true, true]);
    expect(['192.0.3.9', '198.51.100.8', '2001:db9::5', 'nonsense'].map((one) => guard.admits(one))).toEqual([false, false, false, false]);
  });

  it('drops a scanner by its name and does not hear its address for a while', () => {
    const clock = new SimulatedClock();
    const guard = new TollFraudGuard({ banMs: 1_000 }, clock);
    expect(guard.screen({ userAgent: 'Friendly-Scanner 1.2', source: '203.0.113.1' })).toBe('drop');
    expect(guard.admits('203.0.113.1')).toBe(false);
    expect(guard.admits('203.0.113.2')).toBe(true);
    clock.advance(1_001);
    expect(guard.admits('203.0.113.1')).toBe(true);
  });

  it('drops what a source asks beyond its rate, and forgives with time', () => {
    const clock = new SimulatedClock();
    const guard = new TollFraudGuard({ requestsPerSecond: 5 }, clock);
    const ask = (): unknown => guard.screen({ userAgent: undefined, source: '203.0.113.1' });
    expect(Array.from({ length: 7 }, ask)).toEqual([true, true, true, true, true, 'drop', 'drop']);
    expect(guard.screen({ userAgent: undefined, source: '203.0.113.9' })).toBe(true);
    clock.advance(200);
    expect([ask(), ask()]).toEqual([true, 'drop']);
  });

  it('allows only numbers of an allowed prefix, and the longer prefix wins', () => {
    const guard = new TollFraudGuard({ allowedPrefixes: ['+49', '+1', '+4990099'], blockedPrefixes: ['+49900'] }, new SimulatedClock());
    expect(guard.obstacle('+4930123', true)).toBeUndefined();
    expect(guard.obstacle('+881612345', true)).toMatch(/no allowed prefix/);
    expect(guard.obstacle('+49900123', true)).toMatch(/blocked prefix/);
    expect(guard.obstacle('+4990099123', true)).toBeUndefined();
    expect(new TollFraudGuard({}, new SimulatedClock()).obstacle('+881612345', true)).toBeUndefined();
  });

  it('finds the number however it is written, and lets nothing else onto a trunk once prefixes are set', () => {
    const guard = new TollFraudGuard({ allowedPrefixes: ['+49'], allowedTargets: ['sip:1001@192.0.2.7'] }, new SimulatedClock());
    for (const target of ['tel:+49-30-123', 'sip:+4930123@carrier.test', 'sip:%2B4930123@carrier.test', '+49 (30) 123', 'sip:+4930123;phone-context=x@carrier.test']) expect([target, guard.obstacle(target, true)]).toEqual([target, undefined]);
    for (const target of ['tel:+881-612', 'sip:%2B881612@carrier.test', 'sip:+881612:secret@carrier.test', '+%38816', '*21*+4930123#', 'sip:*21@carrier.test', 'sip:%2a21@carrier.test']) expect([target, guard.obstacle(target, true)]).toEqual([target, expect.stringMatching(/prefix/)]);
    expect(guard.obstacle('sip:1001@192.0.2.7', false)).toBeUndefined();
    expect(guard.obstacle('sip:1002@192.0.2.7', false)).toMatch(/no allowed prefix/);
    expect(guard.obstacle('sip:alice@192.0.2.7', false)).toBeUndefined();
    expect(guard.obstacle('sip:127.0.0.1:5070', false)).toBeUndefined();
  });

  it('drops strangers unheard, but hears trunks, loopback, listed sources, and who wants to register', () => {
    const guard = new TollFraudGuard({ strangers: 'drop' }, new SimulatedClock());
    const ask = (source: string, method: string, known = false): unknown => guard.screen({ userAgent: undefined, source, method }, known);
    expect([ask('203.0.113.1', 'INVITE'), ask('203.0.113.1', 'OPTIONS')]).toEqual(['drop', 'drop']);
    expect([ask('203.0.113.1', 'REGISTER'), ask('127.0.0.9', 'INVITE'), ask('203.0.113.1', 'INVITE', true)]).toEqual([true, true, true]);
    const listed = new TollFraudGuard({ strangers: 'drop', allowedSources: ['203.0.113.0/24'] }, new SimulatedClock());
    expect(listed.screen({ userAgent: undefined, source: '203.0.113.1', method: 'INVITE' })).toBe(true);
  });
});

describe('trunks', () => {
  const clock = new SimulatedClock();
  const trunk = (name: string, more = {}): Trunk => new Trunk({ name, address: 'carrier.test:5070;transport=tcp', ...more }, clock, undefined);

  it('are tried by priority, and within one by weight', () => {
    const random = new SeededRandom(4);
    const trunks = [trunk('backup', { priority: 9, group: 'g' }), trunk('light', { weight: 1, group: 'g' }), trunk('heavy', { weight: 9, group: 'g' }), trunk('other')];
    let heavyFirst = 0;
    for (let i = 0; i < 1_000; i += 1) {
      const order = trunkOrder(trunks, 'g', random).map(({ name }) => name);
      expect(order).toHaveLength(3);
      expect(order[2]).toBe('backup');
      if (order[0] === 'heavy') heavyFirst += 1;
    }
    expect(heavyFirst).toBeGreaterThan(860);
    expect(heavyFirst).toBeLessThan(940);
    expect(trunkOrder(trunks, undefined, random)).toHaveLength(4);
  });

  it('make Request-URIs of numbers and tell every obstacle', () => {
    const one = trunk('one', { maxConcurrentCalls: 1 });
    expect(one.numberUri('+4930')).toBe('sip:+4930@carrier.test:5070;transport=tcp');
    one.take();
    expect(one.obstacle()).toMatch(/1 calls, its limit/);
    one.release();
    one.pause(10);
    expect(one.obstacle()).toMatch(/pause of 10 s/);
    clock.advance(10_000);
    expect(one.obstacle()).toBeUndefined();
    one.healthy = false;
    expect(one.obstacle()).toMatch(/OPTIONS/);
    expect(() => trunk('bad', { address: 'no host here' })).toThrow(/no host/);
  });
});

describe('what a final response means', () => {
  it('has an answer for every status from 300 to 699', () => {
    for (let status = 300; status < 700; status += 1) {
      const { failure, completionCode } = meaningOf(status);
      expect(failure).not.toBe('');
      expect(completionCode).toMatch(/^[A-Z]/);
    }
  });

  it('can be configured per status, class and Q.850 cause, the narrower winning', () => {
    const overrides = { '480': { completionCode: 'CC_temp_unavailable' }, '5xx': { failure: 'noroute' as const }, '503': { completionCode: 'X' }, 'Q.850/34': { failure: 'networkbusy' as const } };
    expect(meaningOf(480, { overrides })).toEqual({ failure: 'noanswer', completionCode: 'CC_temp_unavailable' });
    expect(meaningOf(503, { overrides })).toEqual({ failure: 'noroute', completionCode: 'X' });
    expect(meaningOf(503, { overrides, q850: 34 })).toEqual({ failure: 'networkbusy', completionCode: 'X' });
  });

  it('takes 408 for a person who did not pick up only after ringing', () => {
    expect(meaningOf(408).failure).toBe('timeout');
    expect(meaningOf(408, { ringing: true }).failure).toBe('noanswer');
  });
});
