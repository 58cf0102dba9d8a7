import { AbandonmentLedger } from '../../../../src/core/pacing/ledger.ts';

const hourMs = 3_600_000;
const windows = [{ windowMs: 24 * hourMs, cap: 0.03 }, { windowMs: hourMs, cap: 0.06 }];

describe('the abandonment ledger', () => {
  test('bears three of the first hundred, whoever they are', () => {
    const ledger = new AbandonmentLedger({ windows, monthCap: 0.03 });
    expect(ledger.room(1)).toBeCloseTo(3);
    ledger.add(1000, 2, 2);
    expect(ledger.room(1)).toBeCloseTo(1);
  });

  test('earns three for every hundred answered after that', () => {
    const ledger = new AbandonmentLedger({ windows: [windows[0]!], monthCap: 0.03 });
    for (let i = 0; i < 400; i++) ledger.add(i * 10_000, 1, 0);
    expect(ledger.room(1)).toBeCloseTo(12);
  });

  test('lets a day go after a day, but not the month', () => {
    const ledger = new AbandonmentLedger({ windows, monthCap: 0.03 });
    ledger.add(0, 200, 6);
    ledger.advance(25 * hourMs);
    expect(ledger.totals.day).toEqual({ answered: 0, abandoned: 0 });
    expect(ledger.totals.month).toEqual({ answered: 200, abandoned: 6 });
    ledger.advance(31 * 24 * hourMs);
    expect(ledger.totals.month).toEqual({ answered: 0, abandoned: 0 });
  });

  test('is strictest in the window that bears least', () => {
    const ledger = new AbandonmentLedger({ windows, monthCap: 1 });
    ledger.add(0, 1000, 0);
    ledger.add(5 * hourMs, 100, 5);
    expect(ledger.room(1)).toBeCloseTo(1);
  });

  test('leaves brief windows out of the lasting room', () => {
    const ledger = new AbandonmentLedger({ windows: [windows[0]!, { ...windows[1]!, brief: true }], monthCap: 1 });
    ledger.add(0, 1000, 0);
    ledger.add(5 * hourMs, 100, 5);
    expect(ledger.room(1)).toBeCloseTo(1);
    expect(ledger.lastingRoom(1)).toBeCloseTo(28);
  });

  test('knows since when people have come, until they are a day ago', () => {
    const ledger = new AbandonmentLedger({ windows, monthCap: 0.03 });
    expect(ledger.sinceFirst(0)).toBe(0);
    ledger.add(hourMs, 1, 0);
    ledger.add(3 * hourMs, 1, 0);
    expect(ledger.sinceFirst(5 * hourMs)).toBe(4 * hourMs);
    expect(ledger.sinceFirst(26 * hourMs)).toBe(23 * hourMs);
    expect(ledger.sinceFirst(60 * hourMs)).toBe(0);
  });

  test('knows after a restart what it knew before', () => {
    const ledger = new AbandonmentLedger({ windows, monthCap: 0.03 });
    for (let i = 0; i < 300; i++) ledger.add(i * 60_000, 2, i % 50 === 0 ? 1 : 0);
    const now = 300 * 60_000;
    const again = new AbandonmentLedger({ windows, monthCap: 0.03, history: ledger.history(now), now });
    expect(again.totals.day).toEqual(ledger.totals.day);
    expect(again.room(1)).toBeCloseTo(ledger.room(1));
  });
});
