/**
 * A time interval (CCXML 1.0 attribute type "time interval", CSS2 time): an unsigned or `+` number and `s` or `ms`.
 * A bare number is not one; pages of the wild mean milliseconds by it, and it is taken so, with a warning.
 */
export interface TimeInterval {
  readonly milliseconds: number;
  readonly bare: boolean;
}

export function parseTimeInterval(value: unknown): TimeInterval | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? { milliseconds: value, bare: true } : undefined;
  if (typeof value !== 'string') return undefined;
  const match = /^\s*\+?(\d+(?:\.\d*)?|\.\d+)(ms|s)?\s*$/.exec(value);
  if (match === null) return undefined;
  const amount = Number(match[1]);
  return { milliseconds: match[2] === 's' ? amount * 1000 : amount, bare: match[2] === undefined };
}
