import type { ScriptOutcome } from '../../ecmascript/ecmascript.ts';
import type { AttributeSource, AttributeSpec } from '../elements/element.ts';
import { parseTimeInterval } from '../events/time-interval.ts';

/** What evaluating one attribute gave: a value, no value, an ECMAScript failure, or a value that is not of the kind asked for. */
export type AttributeOutcome =
  | { readonly type: 'value'; readonly value: unknown; readonly warning?: string }
  | { readonly type: 'script'; readonly failure: Extract<ScriptOutcome, { ok: false }> }
  | { readonly type: 'invalid'; readonly reason: string };

/** Reads one attribute as its kind says. `evaluate` is the ECMAScript evaluation in the current scope. */
export function evaluateAttribute(name: string, spec: AttributeSpec, source: AttributeSource, evaluate: (expression: string) => ScriptOutcome): AttributeOutcome {
  if (spec.kind === 'literal' || spec.kind === 'location') return { type: 'value', value: source.text };
  if (spec.kind === 'namelist') return evaluateNamelist(source.text, evaluate);
  const outcome = evaluate(source.text);
  if (!outcome.ok) return { type: 'script', failure: outcome };
  const { value } = outcome;
  const invalid = (wanted: string): AttributeOutcome => ({ type: 'invalid', reason: `${name} is ${show(value)}, not ${wanted}` });
  // What is not set says nothing; but an identifier that is not set must never fall back to some other object.
  if (value === undefined && spec.required !== true && !/id[12]?$/.test(name) && spec.kind !== 'any') return { type: 'value', value: undefined };
  switch (spec.kind) {
    case 'any':
    case 'condition':
      return { type: 'value', value };
    case 'string':
    case 'uri':
      return typeof value === 'string' ? { type: 'value', value } : typeof value === 'number' || typeof value === 'boolean' ? { type: 'value', value: String(value) } : invalid('a string');
    case 'enumeration': {
      const word = typeof value === 'string' ? value.trim() : undefined;
      if (word === undefined) return invalid(`one of ${(spec.values ?? []).join(', ')}`);
      if (spec.values?.includes(word) === true) return { type: 'value', value: word };
      const lower = word.toLowerCase();
      return spec.values?.includes(lower) === true ? { type: 'value', value: lower, warning: `${name}: ${JSON.stringify(word)} is read as ${JSON.stringify(lower)}` } : invalid(`one of ${(spec.values ?? []).join(', ')}`);
    }
    case 'time': {
      const time = parseTimeInterval(value);
      if (time === undefined) return invalid('a time interval');
      return { type: 'value', value: time.milliseconds, ...(time.bare ? { warning: `${name}: ${JSON.stringify(value)} has no unit and is read as milliseconds` } : {}) };
    }
    case 'number': {
      const number = typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
      return Number.isFinite(number) ? { type: 'value', value: number } : invalid('a number');
    }
    case 'boolean':
      if (typeof value === 'boolean') return { type: 'value', value };
      return value === 'true' || value === 'false' ? { type: 'value', value: value === 'true' } : invalid('true or false');
    case 'object':
      return typeof value === 'object' && value !== null ? { type: 'value', value } : invalid('an object');
  }
}

function evaluateNamelist(text: string, evaluate: (expression: string) => ScriptOutcome): AttributeOutcome {
  const values: Record<string, unknown> = {};
  for (const name of text.split(/\s+/)) {
    if (name === '') continue;
    const outcome = evaluate(name);
    if (!outcome.ok) return { type: 'script', failure: outcome };
    put(values, name.split('.'), outcome.value);
  }
  return { type: 'value', value: values };
}

/** `a.b` becomes property b of property a, so that the receiver finds it under the name it was sent by. */
function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first = '', ...rest] = path;
  if (first === '__proto__') return;
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const inner = target[first];
  const next = typeof inner === 'object' && inner !== null ? { ...(inner as Record<string, unknown>) } : {};
  target[first] = next;
  put(next, rest, value);
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(typeof value === 'object' && value !== null ? JSON.stringify(value) : value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
