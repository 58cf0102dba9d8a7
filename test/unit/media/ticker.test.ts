import { describe, expect, test } from '@jest/globals';
import { Ticker } from '../../../src/media/embedded/ticker.ts';

/** A clock that stands still but for what the task takes and what is waited for. */
class Clock {
  #now = 1_000;
  #due: { readonly at: number; readonly run: () => void } | undefined;

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): NodeJS.Timeout {
    this.#due = { at: this.#now + ms, run };
    return 0 as unknown as NodeJS.Timeout;
  }

  pass(ms: number): void {
    this.#now += ms;
  }

  /** What waits is run, ever again, until that time. */
  runUntil(end: number): void {
    while (this.#due !== undefined && this.#due.at < end) {
      const { at, run } = this.#due;
      this.#due = undefined;
      this.#now = Math.max(this.#now, at);
      run();
    }
  }
}

/** Starts of the ticks, when the tick of that number takes `work(number)` ms. */
function starts(work: (tick: number) => number, untilMs: number): { readonly at: number[]; readonly ticker: Ticker } {
  const clock = new Clock();
  const at: number[] = [];
  const ticker = new Ticker(20, (now) => {
    at.push(now - 1_000);
    clock.pass(work(at.length));
  }, clock);
  ticker.start();
  clock.runUntil(1_000 + untilMs);
  return { at, ticker };
}

describe('a ticker', () => {
  test('ticks each period, whatever a tick takes', () => {
    const { at, ticker } = starts((tick) => tick % 3 === 0 ? 19 : 1, 401);
    expect(at).toEqual(Array.from({ length: 20 }, (_, i) => (i + 1) * 20));
    expect(ticker.latenessMs(1)).toBe(0);
    expect(ticker.workMs(0.5, 250)).toBe(1);
  });

  test('makes up for what was missed, tick by tick', () => {
    const { at, ticker } = starts((tick) => tick === 3 ? 130 : 5, 401);
    expect(at.slice(0, 10)).toEqual([20, 40, 60, 190, 195, 200, 205, 210, 215, 220]);
    expect(at).toHaveLength(20);
    expect(ticker.latenessMs(1)).toBe(110);
  });

  test('does not make up for a stop of more than ten ticks', () => {
    const { at } = starts((tick) => tick === 3 ? 1_000 : 1, 1_201);
    expect(at.slice(2)).toEqual([60, 1_060, 1_080, 1_100, 1_120, 1_140, 1_160, 1_180, 1_200]);
  });

  test('gives up catching up after a second, so that a thread with too much to do is not late for good', () => {
    const { at, ticker } = starts(() => 22, 20_000);
    // Behind by 2 ms more each tick: by a whole period after ten ticks, and back to the clock 50 ticks later, ever again.
    expect(ticker.latenessMs(1)).toBeLessThanOrEqual(2 * 62);
    expect(ticker.latenessMs(0.5)).toBeLessThan(80);
    expect(at.length).toBeGreaterThan(20_000 / 22 - 20);
  });

  test('a thread that catches up slowly has its second for it', () => {
    const { at } = starts((tick) => tick === 10 ? 90 : 18, 3_000);
    // 70 ms behind, 2 less each tick: within a period after 26.
    expect(at).toHaveLength(149);
    expect(at.at(-1)).toBe(2_980);
  });
});
