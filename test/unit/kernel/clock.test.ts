import { SimulatedClock, SystemClock } from '../../../src/kernel/clock.ts';

describe('SimulatedClock', () => {
  it('fires timers in the order of their time, and of their setting when due together', () => {
    const clock = new SimulatedClock(1_000);
    const fired: string[] = [];
    clock.after(20, () => fired.push('c'));
    clock.after(10, () => fired.push('a'));
    clock.after(10, () => fired.push('b'));
    clock.advance(20);
    expect(fired).toEqual(['a', 'b', 'c']);
    expect(clock.now()).toBe(1_020);
    expect(clock.monotonic()).toBe(20);
    expect(clock.openTimers).toBe(0);
  });

  it('fires a timer that another timer sets, at its own time', () => {
    const clock = new SimulatedClock();
    const at: number[] = [];
    clock.after(5, () => clock.after(5, () => at.push(clock.now())));
    clock.advance(100);
    expect(at).toEqual([10]);
  });

  it('does not fire a cancelled timer', () => {
    const clock = new SimulatedClock();
    const timer = clock.after(5, () => {
      throw new Error('fired');
    });
    timer.cancel();
    timer.cancel();
    clock.advance(10);
    expect(clock.nextDue()).toBeUndefined();
  });
});

describe('SystemClock', () => {
  it('counts the timers that are open', async () => {
    const clock = new SystemClock();
    const cancelled = clock.after(60_000, () => undefined);
    await new Promise<void>((resolve) => {
      clock.after(1, resolve);
      expect(clock.openTimers).toBe(2);
    });
    expect(clock.openTimers).toBe(1);
    cancelled.cancel();
    expect(clock.openTimers).toBe(0);
  });
});
