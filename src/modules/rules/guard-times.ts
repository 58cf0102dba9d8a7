import { DateTime } from 'luxon';

/** ISO 8601 weekday: 1 Monday … 7 Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Local wall times `HH:MM`; `to` is not included. `to` before `from` means a window into the next day; `24:00` is allowed. */
export interface GuardWindow {
  readonly from: string;
  readonly to: string;
}

/** When a contact may be reached, by the contact's own clock. */
export interface GuardTimes {
  /** For each weekday that `days` does not name. */
  readonly every: readonly GuardWindow[];
  /** A weekday's own windows; an empty list closes the day. */
  readonly days?: Readonly<Partial<Record<Weekday, readonly GuardWindow[]>>>;
  /** Local dates `YYYY-MM-DD` on which nobody is reached. A window from the evening before ends at midnight. */
  readonly closedDates?: readonly string[];
}

/** 16 CFR 310.4(c) allows 8 a.m. to 9 p.m. of the called person's time; it is the mildest that fits most countries. */
export const defaultGuardTimes: GuardTimes = { every: [{ from: '08:00', to: '21:00' }] };

/** At any hour. */
export const alwaysPermitted: GuardTimes = { every: [{ from: '00:00', to: '24:00' }] };

const horizonDays = 15;

/**
 * The earliest instant at or after `now` at which the windows of every zone are open (a number whose zone is ambiguous must
 * be permitted in all of them); undefined when there is none within two weeks. Equal to `now` when it is permitted now.
 */
export function earliestPermitted(guard: GuardTimes, zones: readonly string[], now: number): number | undefined {
  let at = now;
  const limit = now + horizonDays * 86_400_000;
  for (let moved = true; moved; ) {
    moved = false;
    for (const zone of zones) {
      const next = earliestInZone(guard, zone, at);
      if (next === undefined || next > limit) return undefined;
      if (next > at) {
        at = next;
        moved = true;
      }
    }
  }
  return at;
}

function earliestInZone(guard: GuardTimes, zone: string, at: number): number | undefined {
  const today = DateTime.fromMillis(at, { zone }).startOf('day');
  let earliest: number | undefined;
  // Yesterday's window may reach into today. The days are in order, but windows within a day need not be.
  for (let offset = -1; offset <= horizonDays; offset++) {
    const day = today.plus({ days: offset });
    if (guard.closedDates?.includes(isoDate(day)) === true) continue;
    for (const window of guard.days?.[day.weekday as Weekday] ?? guard.every) {
      const { start, end } = instants(guard, day, window);
      if (at >= end) continue;
      const open = Math.max(at, start);
      if (open < end && (earliest === undefined || open < earliest)) earliest = open;
    }
    if (earliest !== undefined && offset >= 0) return earliest;
  }
  return earliest;
}

function instants(guard: GuardTimes, day: DateTime, window: GuardWindow): { start: number; end: number } {
  const from = minutes(window.from);
  const to = minutes(window.to);
  const tomorrow = day.plus({ days: 1 });
  const overnight = to <= from;
  const cut = overnight && guard.closedDates?.includes(isoDate(tomorrow)) === true;
  const end = cut ? tomorrow.startOf('day') : overnight ? wall(tomorrow, to) : wall(day, to);
  return { start: wall(day, from).toMillis(), end: end.toMillis() };
}

/** The wall time on that date: not midnight plus minutes, which is an hour off on the days the clocks change. */
function wall(day: DateTime, minute: number): DateTime {
  if (minute === 1440) return day.plus({ days: 1 }).startOf('day');
  return day.set({ hour: Math.floor(minute / 60), minute: minute % 60, second: 0, millisecond: 0 });
}

function minutes(text: string): number {
  const match = /^(\d{2}):(\d{2})$/.exec(text);
  const value = match === null ? NaN : Number(match[1]) * 60 + Number(match[2]);
  if (!(value <= 1440) || Number(match?.[2]) > 59) throw new RangeError(`"${text}" is not a time of day, write HH:MM up to 24:00`);
  return value;
}

function isoDate(day: DateTime): string {
  return day.toFormat('yyyy-MM-dd');
}

/** Throws a RangeError that names the first window that cannot be read. */
export function checkGuardTimes(guard: GuardTimes): void {
  for (const window of [...guard.every, ...Object.values(guard.days ?? {}).flat()]) {
    minutes(window.from);
    minutes(window.to);
  }
}

/** Whether the machine knows the IANA zone. */
export function isTimeZone(zone: string): boolean {
  return DateTime.utc().setZone(zone).isValid;
}
