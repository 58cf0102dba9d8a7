import { parseTimeInterval } from '../../../../src/ccxml/events/time-interval.ts';

describe('time intervals', () => {
  it.each([['10s', 10_000], ['500ms', 500], ['+1.6s', 1600], ['.4s', 400], ['0s', 0], ['1.s', 1000]])('%s is %d ms', (text, ms) => expect(parseTimeInterval(text)).toEqual({ milliseconds: ms, bare: false }));
  it.each([['250', 250], [250, 250]])('%p without a unit is milliseconds, and said to be bare', (value, ms) => expect(parseTimeInterval(value)).toEqual({ milliseconds: ms, bare: true }));
  it.each([['banana'], ['-1s'], ['1 s'], ['s'], [''], ['1m'], [Number.NaN], [-5], [undefined], [{}]])('%p is none', (value) => expect(parseTimeInterval(value)).toBeUndefined());
});
