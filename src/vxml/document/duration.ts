/** VoiceXML 2.0 §6.5 time designation (CSS2): `5s`, `850ms`, `+1.5s`. Milliseconds; undefined when it is none. */
export function parseDuration(value: string): number | undefined {
  const match = /^\s*\+?(\d+\.?\d*|\.\d+)(ms|s)\s*$/.exec(value);
  if (match === null) return undefined;
  return Number(match[1]) * (match[2] === 's' ? 1000 : 1);
}
