import { MessageChannel } from 'node:worker_threads';
import { SystemClock } from '../../../../src/kernel/clock.ts';
import { InputFirstClock } from '../../../../src/vxml/server/input-first-clock.ts';

const stall = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

describe('InputFirstClock', () => {
  it('lets in a key that arrived during a stall before the time-out that was due meanwhile', async () => {
    const clock = new InputFirstClock(new SystemClock());
    const { port1, port2 } = new MessageChannel();
    const order: string[] = [];
    // The port has to be open before the stall, as that of a worker is.
    await new Promise<void>((resolve) => {
      port2.once('message', resolve);
      port1.postMessage('open');
    });
    const both = new Promise<void>((resolve) => {
      const note = (what: string): void => void (order.push(what) === 2 && resolve());
      port2.on('message', () => note('key'));
      clock.after(5, () => note('time-out'));
    });
    port1.postMessage('1');
    stall(30);
    await both;
    port1.close();
    expect(order).toEqual(['key', 'time-out']);
  });

  it('does not fire what is cancelled after it was due', async () => {
    const clock = new InputFirstClock(new SystemClock());
    let fired = false;
    const timer = clock.after(0, () => (fired = true));
    await new Promise<void>((resolve) => {
      // Due in the same turn of timers, after the other one: the task waits for its immediate.
      setTimeout(() => {
        timer.cancel();
        setImmediate(() => setImmediate(resolve));
      }, 0);
    });
    expect(fired).toBe(false);
  });
});
