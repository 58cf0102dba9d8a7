import { ScriptReference, type ScriptScope } from './ecmascript.ts';

/**
 * Values cross the wall as JSON in which an array is always a tuple that says what it is: `["a", …items]` an array, `["u"]`
 * undefined, `["n", "NaN"]` a number JSON has no word for, `["r", scope, name, …path]` a live object of the realm.
 * Functions and symbols are left out; dates become ISO strings.
 */
export function encodeHostValue(value: unknown, scopeNumber: (scope: ScriptScope) => number): string {
  return JSON.stringify(encode(value, scopeNumber, 0));
}

const maxDepth = 64;

function encode(value: unknown, scopeNumber: (scope: ScriptScope) => number, depth: number): unknown {
  if (depth > maxDepth) return ['u'];
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : ['n', Object.is(value, -0) ? '-0' : String(value)];
    case 'bigint':
      return ['n', String(value)];
    case 'object':
      break;
    default:
      return ['u'];
  }
  if (value === null) return null;
  if (value instanceof ScriptReference) return ['r', scopeNumber(value.scope), value.name, ...value.path];
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (Array.isArray(value)) return ['a', ...value.map((item) => encode(item, scopeNumber, depth + 1))];
  const object: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of Object.entries(value)) {
    if (typeof item !== 'function' && typeof item !== 'symbol') object[key] = encode(item, scopeNumber, depth + 1);
  }
  return object;
}

/** The other way: what the realm's encoder wrote. One letter says the type of a primitive, `j` starts the JSON form. */
export function decodeRealmValue(text: string): unknown {
  const rest = text.slice(1);
  switch (text[0]) {
    case 's': return rest;
    case 'n': return Number(rest);
    case 't': return true;
    case 'f': return false;
    case 'l': return null;
    case 'j': return decode(JSON.parse(rest));
    default: return undefined;
  }
}

function decode(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const [tag, ...items] = value as [string, ...unknown[]];
    if (tag === 'a') return items.map(decode);
    return tag === 'n' ? Number(items[0]) : undefined;
  }
  const object: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') Object.defineProperty(object, key, { value: decode(item), enumerable: true, configurable: true, writable: true });
    else object[key] = decode(item);
  }
  return object;
}
