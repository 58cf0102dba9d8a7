/** Event codes 0–15 of RFC 4733 §3.2 as keys; 16 is flash. */
const keys = '0123456789*#ABCD';

/** The key of an event code, `!` for flash, or '' when the code is no DTMF event. */
export function keyOfEvent(code: number): string {
  return code === 16 ? '!' : code >= 0 && code < 16 ? (keys[code] as string) : '';
}

/** The event code of a key, or -1. Letters in either case. */
export function eventOfKey(key: string): number {
  return key === '!' ? 16 : key === '' ? -1 : keys.indexOf(key.toUpperCase());
}
