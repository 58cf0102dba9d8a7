import { defaultPromise, type PacingKind, type PacingOptions } from './pacing.ts';

const perMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
const kinds: readonly PacingKind[] = ['manual', 'preview', 'progressive', 'ratio', 'rate', 'skill', 'cruise'];

/**
 * Reads the short form of a pacing, as configuration and commands give it: `manual`, `preview`, `preview:20` (seconds until it is
 * dialled), `progressive`, `progressive:1.2`, `ratio:1.5`, `ratio:1.5:work:0.2` (what is watched, least hit rate), `rate:5/s`,
 * `rate:300/m`, `skill:sales:queue:5`, `cruise`, `cruise:0.03`. Answers a sentence when it is none of these.
 */
export function pacingOfText(text: string): PacingOptions | string {
  const [word, ...given] = text.split(':');
  const kind = kinds.find((k) => k === word);
  if (kind === undefined) return `kind "${word ?? ''}" is unknown; use ${kinds.join(', ')}`;
  const [value, ...more] = given;
  if (value === undefined) return { kind };
  if (kind === 'rate') return rate(value, more);
  if (kind === 'skill') return skill(value, more);
  const number = Number(value);
  if (value === '' || !Number.isFinite(number)) return `${kind}: "${value}" is not a number`;
  if (kind === 'ratio') return ratio(number, more);
  if (more.length > 0) return `${kind}: "${more.join(':')}" is too much; one number follows it`;
  switch (kind) {
    case 'cruise':
      return { kind, promise: { ...defaultPromise, targetRate: number } };
    case 'preview':
      return { kind, autoDialMs: number * 1_000 };
    case 'progressive':
      return { kind, ratio: number };
    case 'manual':
      return 'manual: takes no number';
  }
}

function rate(value: string, more: readonly string[]): PacingOptions | string {
  const [, count, unit = 's'] = /^(\d+(?:\.\d+)?)(?:\/([smh]))?$/.exec(value) ?? [];
  if (count === undefined || more.length > 0) return `rate: "${[value, ...more].join(':')}" is not a number of calls per second, minute or hour, e.g. 5/s, 300/m or 2000/h`;
  return { kind: 'rate', rate: { count: Number(count), perMs: perMs[unit] ?? 1_000 } };
}

function ratio(lines: number, more: readonly string[]): PacingOptions | string {
  const [watch, hitRate, ...rest] = more;
  if (watch === undefined) return { kind: 'ratio', ratio: lines };
  if ((watch !== 'update' && watch !== 'work') || rest.length > 0) return `ratio: "${more.join(':')}" is not update or work, with the least hit rate after it, e.g. ratio:1:work:0.2`;
  const least = hitRate === undefined ? undefined : Number(hitRate);
  if (least !== undefined && !Number.isFinite(least)) return `ratio: least hit rate "${hitRate ?? ''}" is not a number`;
  return { kind: 'ratio', ratio: lines, watch, ...(least === undefined ? {} : { minHitRate: least }) };
}

function skill(name: string, more: readonly string[]): PacingOptions | string {
  const [measure, keep, ratioText, ...rest] = more;
  const kept = Number(keep);
  const factor = ratioText === undefined ? undefined : Number(ratioText);
  if (name === '' || (measure !== 'queue' && measure !== 'waitMs' && measure !== 'freeAgents') || keep === undefined || keep === '' || !Number.isFinite(kept) || rest.length > 0) {
    return `skill: "${[name, ...more].join(':')}" is not NAME:queue|waitMs|freeAgents:NUMBER, e.g. skill:sales:queue:5`;
  }
  if (factor !== undefined && !(factor > 0)) return `skill: ratio "${ratioText ?? ''}" is not a number above 0`;
  return { kind: 'skill', skill: { name, measure, keep: kept, ...(factor === undefined ? {} : { ratio: factor }) } };
}
