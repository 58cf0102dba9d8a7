import { SimulatedClock } from '../../../../src/kernel/clock.ts';
import { SeededRandom } from '../../../../src/kernel/random.ts';
import { TimerWheel, WheelTimer } from '../../../../src/sip/transaction/timer-wheel.ts';

describe('the timer wheel', () => {
  it('fires every timer never early and at most one granule late, whatever its delay', () => {
    const clock = new SimulatedClock(12_345);
    const wheel = new TimerWheel(clock);
    const random = new SeededRandom(3);
    const lateness: number[] = [];
    for (let i = 0; i < 2_000; i += 1) {
      const delay = random.next() * (i % 10 === 0 ? 2_000_000 : 40_000);
      const due = clock.monotonic() + delay;
      wheel.after(delay, () => lateness.push(clock.monotonic() - due));
      if (i % 7 === 0) clock.advance(random.next() * 13);
    }
    clock.advance(2_100_000);
    expect(lateness).toHaveLength(2_000);
    expect(Math.min(...lateness)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...lateness)).toBeLessThanOrEqual(10.001);
    expect(wheel.size).toBe(0);
    expect(clock.openTimers).toBe(0);
  });

  it('moves a running timer when it is started again, and fires it once', () => {
    const clock = new SimulatedClock();
    const wheel = new TimerWheel(clock);
    const fired: number[] = [];
    const timer = new WheelTimer({ onTimer: () => fired.push(clock.monotonic()) }, 't');
    wheel.start(timer, 100);
    clock.advance(50);
    wheel.start(timer, 100);
    clock.advance(1_000);
    expect(fired).toEqual([150]);
  });

  it('does not fire what another timer of the same instant stopped', () => {
    const clock = new SimulatedClock();
    const wheel = new TimerWheel(clock);
    const fired: string[] = [];
    const second = new WheelTimer({ onTimer: () => fired.push('second') }, '');
    wheel.after(20, () => {
      fired.push('first');
      wheel.stop(second);
    });
    wheel.start(second, 20);
    clock.advance(100);
    expect(fired).toEqual(['first']);
    expect(clock.openTimers).toBe(0);
  });

  it('keeps one clock timer armed for any number of its own, and none when it is empty', () => {
    const clock = new SimulatedClock();
    const wheel = new TimerWheel(clock);
    const timers = Array.from({ length: 1_000 }, (_, i) => wheel.after(i * 3, () => undefined));
    expect(clock.openTimers).toBe(1);
    for (const timer of timers) timer.cancel();
    expect(wheel.size).toBe(0);
    expect(clock.openTimers).toBe(0);
  });

  it('fires after a long pause of the clock everything that fell due in it', () => {
    const clock = new SimulatedClock();
    const wheel = new TimerWheel(clock, { slotsPowerOfTwo: 4 });
    let fired = 0;
    for (let i = 1; i <= 50; i += 1) wheel.after(i * 37, () => (fired += 1));
    clock.advance(60_000);
    expect(fired).toBe(50);
  });

  it('goes on after a task that throws', () => {
    const clock = new SimulatedClock();
    const wheel = new TimerWheel(clock);
    let fired = false;
    wheel.after(10, () => {
      throw new Error('bug');
    });
    wheel.after(50, () => (fired = true));
    expect(() => clock.advance(20)).toThrow('bug');
    clock.advance(100);
    expect(fired).toBe(true);
  });
});
