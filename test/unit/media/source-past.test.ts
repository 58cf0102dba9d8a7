/** What a source keeps of the frames that were. */
import { Source } from '../../../src/media/embedded/source.ts';

const filled = (source: Source, value: number | undefined): void => {
  source.begin();
  if (value === undefined) return source.silence();
  source.frame.fill(value);
  source.present = true;
};
const past = (source: Source, samples: number): number[] => {
  const into = new Int16Array(samples).fill(99);
  source.recent(into);
  return [...into];
};
const times = (n: number, value: number): number[] => new Array<number>(n).fill(value);

test('the last 60 ms before the present frame, the oldest first, and silence before them', () => {
  const source = new Source(8000);
  for (const value of [1, 2, 3, 4, 5]) filled(source, value);
  expect(past(source, 400)).toEqual([...times(80, 2), ...times(160, 3), ...times(160, 4)]);
  expect(past(source, 500)).toEqual([...times(20, 0), ...times(160, 2), ...times(160, 3), ...times(160, 4)]);
});

test('silence is a past too, for however long it lasts', () => {
  const source = new Source(8000);
  for (const value of [1, 2, undefined, 3]) filled(source, value);
  expect(past(source, 480)).toEqual([...times(160, 1), ...times(160, 2), ...times(160, 0)]);
  for (let i = 0; i < 9; i++) filled(source, undefined);
  filled(source, 7);
  expect(past(source, 480)).toEqual(times(480, 0));
  for (const value of [8, 9, 10]) filled(source, value);
  expect(past(source, 480)).toEqual([...times(160, 7), ...times(160, 8), ...times(160, 9)]);
});

test('a frame that is looked at later still holds the same three ticks on', () => {
  const source = new Source(8000);
  for (const value of [1, 2, 3]) filled(source, value);
  const { frame } = source;
  for (const value of [undefined, undefined, 4]) filled(source, value);
  expect([...frame]).toEqual(times(160, 3));
});

test('a reader that comes back to a clamped stream hears what one hears who comes to it for the first time', () => {
  const [left, fresh] = [new Source(8000), new Source(8000)];
  const heard: Int16Array[][] = [[], []];
  for (let tick = 0; tick < 60; tick++) {
    for (const [n, source] of [left, fresh].entries()) {
      source.begin();
      // A key is down from the 30th tick on.
      for (let i = 0; i < 160; i++) source.frame[i] = 3000 * (Math.sin((tick * 160 + i) * 0.5474) + (tick < 30 ? 0.2 : Math.sin((tick * 160 + i) * 0.9495)));
      source.present = true;
      const reads = tick >= 40 || (source === left && tick < 35);
      const view = reads ? source.view('silence', 8000) : undefined;
      if (view !== undefined && tick >= 40) heard[n]!.push(view.slice());
    }
  }
  expect(heard[0]).toHaveLength(20);
  expect(heard[0]).toEqual(heard[1]);
  expect(heard[0]!.slice(3).every((frame) => frame.every((sample) => sample === 0))).toBe(true);
});
