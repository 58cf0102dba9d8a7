/** `yyyymmdd`, or undefined for a day that no calendar has. Unknown parts are `?` (VoiceXML 2.0 App. P). */
export function dateValue(year: string, month: number, day: number): string | undefined {
  const known = /^\d{4}$/.test(year) ? Number(year) : 2000;
  if (month < 1 || month > 12 || day < 1) return undefined;
  const last = new Date(Date.UTC(known, month, 0));
  last.setUTCFullYear(known, month, 0);
  if (day > last.getUTCDate()) return undefined;
  return `${year}${String(month).padStart(2, '0')}${String(day).padStart(2, '0')}`;
}

/** `hhmmx`: `a`, `p`, `h` for the 24-hour clock, `?` for what could be both. */
export function timeValue(hour: number, minute: number, half: 'a' | 'p' | undefined): string | undefined {
  if (minute > 59 || hour > 23 || (half !== undefined && (hour < 1 || hour > 12))) return undefined;
  const mark = half ?? (hour >= 1 && hour <= 12 ? '?' : 'h');
  return `${String(hour).padStart(2, '0')}${String(minute).padStart(2, '0')}${mark}`;
}
