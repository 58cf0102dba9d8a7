import { alwaysPermitted, checkGuardTimes, earliestPermitted, isTimeZone, type GuardTimes } from '../../../../src/modules/rules/index.ts';

const day: GuardTimes = { every: [{ from: '08:00', to: '21:00' }] };
const at = (iso: string): number => Date.parse(iso);
const iso = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : new Date(ms).toISOString().replace('.000Z', 'Z'));
const earliest = (guard: GuardTimes, zones: string[], now: string): string | undefined => iso(earliestPermitted(guard, zones, at(now)));

describe('guard times', () => {
  it.each([
    ['permit within the window', day, ['Europe/Berlin'], '2026-01-15T12:00:00Z', '2026-01-15T12:00:00Z'],
    ['permit at the window\'s first instant', day, ['Europe/Berlin'], '2026-01-15T07:00:00Z', '2026-01-15T07:00:00Z'],
    ['do not permit the window\'s end', day, ['Europe/Berlin'], '2026-01-15T20:00:00Z', '2026-01-16T07:00:00Z'],
    ['wait for the morning', day, ['Europe/Berlin'], '2026-01-15T03:00:00Z', '2026-01-15T07:00:00Z'],
    ['go by the contact\'s own clock in the east', day, ['Asia/Tokyo'], '2026-01-15T12:00:00Z', '2026-01-15T23:00:00Z'],
    ['go by the contact\'s own clock in the west', day, ['America/Los_Angeles'], '2026-01-15T12:00:00Z', '2026-01-15T16:00:00Z'],
    ['know zones of half an hour', day, ['Asia/Kolkata'], '2026-01-15T02:00:00Z', '2026-01-15T02:30:00Z'],
    ['permit at any hour when told so', alwaysPermitted, ['Europe/Berlin'], '2026-01-15T22:59:59Z', '2026-01-15T22:59:59Z'],
    ['keep summer time', day, ['Europe/Berlin'], '2026-07-15T05:30:00Z', '2026-07-15T06:00:00Z'],
    // 2026-03-29: 02:00 CET is 03:00 CEST in Berlin; 08:00 is 06:00Z.
    ['count wall time on the day the clocks go forward', day, ['Europe/Berlin'], '2026-03-29T00:00:00Z', '2026-03-29T06:00:00Z'],
    // 2026-10-25: 03:00 CEST is 02:00 CET; 08:00 is 07:00Z.
    ['count wall time on the day the clocks go back', day, ['Europe/Berlin'], '2026-10-25T00:00:00Z', '2026-10-25T07:00:00Z'],
    ['ask every zone that the number may lie in', day, ['America/New_York', 'America/Los_Angeles'], '2026-01-15T13:00:00Z', '2026-01-15T16:00:00Z'],
    ['ask every zone also at the end of the day', day, ['America/New_York', 'America/Los_Angeles'], '2026-01-16T02:30:00Z', '2026-01-16T16:00:00Z'],
    ['run overnight', { every: [{ from: '22:00', to: '06:00' }] }, ['Europe/Berlin'], '2026-01-15T02:00:00Z', '2026-01-15T02:00:00Z'],
    ['end overnight', { every: [{ from: '22:00', to: '06:00' }] }, ['Europe/Berlin'], '2026-01-15T05:00:00Z', '2026-01-15T21:00:00Z'],
    ['follow the weekday', { every: [{ from: '09:00', to: '17:00' }], days: { 6: [{ from: '10:00', to: '12:00' }], 7: [] } }, ['Europe/Berlin'], '2026-01-17T12:00:00Z', '2026-01-19T08:00:00Z'],
    ['keep a window that began on Sunday evening into Monday', { every: [], days: { 7: [{ from: '20:00', to: '02:00' }] } }, ['UTC'], '2026-01-19T01:00:00Z', '2026-01-19T01:00:00Z'],
    ['take the nearest of several windows in any order', { every: [{ from: '18:00', to: '20:00' }, { from: '08:00', to: '12:00' }] }, ['UTC'], '2026-01-15T06:00:00Z', '2026-01-15T08:00:00Z'],
    ['keep closed dates', { ...day, closedDates: ['2026-12-25', '2026-12-26'] }, ['Europe/Berlin'], '2026-12-25T12:00:00Z', '2026-12-27T07:00:00Z'],
    ['end the evening before a closed date at midnight', { every: [{ from: '22:00', to: '06:00' }], closedDates: ['2026-12-25'] }, ['UTC'], '2026-12-25T01:00:00Z', '2026-12-26T22:00:00Z'],
    ['have no answer when every day is closed', { every: [] }, ['UTC'], '2026-01-15T06:00:00Z', undefined],
    ['have no answer when two zones never agree', { every: [{ from: '08:00', to: '10:00' }] }, ['Asia/Tokyo', 'America/New_York'], '2026-01-15T06:00:00Z', undefined],
    ['need no clock when no zone counts', day, [], '2026-01-15T03:00:00Z', '2026-01-15T03:00:00Z'],
  ] as [string, GuardTimes, string[], string, string | undefined][])('%s', (_name, guard, zones, now, expected) => {
    expect(earliest(guard, zones, now)).toBe(expected);
  });

  it('answer for every quarter of an hour of a year what a slow walk over the minutes finds', () => {
    const guard: GuardTimes = { every: [{ from: '08:15', to: '20:45' }], days: { 7: [{ from: '22:00', to: '02:30' }] }, closedDates: ['2026-05-01'] };
    const zone = 'America/New_York';
    const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    const permitted = (ms: number): boolean => {
      const part = (when: number): Record<string, string> => Object.fromEntries(format.formatToParts(when).map((p) => [p.type, p.value]));
      const here = part(ms);
      const minute = Number(here['hour']) * 60 + Number(here['minute']);
      const date = `${here['year']}-${here['month']}-${here['day']}`;
      const before = new Date(Date.parse(`${date}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
      if (date === '2026-05-01') return false;
      const sundayNight = here['weekday'] === 'Mon' && minute < 150 && before !== '2026-05-01';
      return sundayNight || (here['weekday'] === 'Sun' ? minute >= 1320 : minute >= 495 && minute < 1245);
    };
    for (let now = at('2026-01-01T00:00:00Z'); now < at('2027-01-01T00:00:00Z'); now += 5 * 3_600_000 + 900_000) {
      let expected = now;
      while (!permitted(expected)) expected += 900_000;
      expect(iso(earliestPermitted(guard, [zone], now))).toBe(iso(expected));
    }
  });

  it('refuse a window that is no time of day', () => {
    expect(() => checkGuardTimes({ every: [{ from: '8:00', to: '21:00' }] })).toThrow('"8:00"');
    expect(() => checkGuardTimes({ every: [], days: { 1: [{ from: '08:00', to: '24:01' }] } })).toThrow('"24:01"');
    expect(() => checkGuardTimes({ every: [{ from: '08:00', to: '12:60' }] })).toThrow('"12:60"');
    checkGuardTimes(alwaysPermitted);
  });

  it('know which zones there are', () => {
    expect(['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires'].map(isTimeZone)).toEqual([true, true, true]);
    expect(['Etc/Unknown', '', 'Berlin', 'Europe/Nowhere'].map(isTimeZone)).toEqual([false, false, false, false]);
  });
});
