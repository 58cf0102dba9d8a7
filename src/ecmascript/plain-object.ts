import type { Expression } from 'acorn';
import { parseExpression } from './expression-syntax.ts';
import { simplified, type SimpleExpression } from './simple-expression.ts';

/** An expression that makes a new object of plain values: `{}`, `{a: 1, 'b.c': x}`, `new Object()`. */
export interface PlainObject {
  readonly entries: readonly (readonly [key: string, value: SimpleExpression])[];
  /** It is made by calling `Object`, as far as that is the language's own. */
  readonly byName: boolean;
}

const known = new Map<string, PlainObject | undefined>();

export function plainObject(text: string): PlainObject | undefined {
  if (known.has(text)) return known.get(text);
  const parsed = text.length > 400 ? undefined : parseExpression(text);
  const object = parsed?.ok === true ? plainObjectOf(parsed.value) : undefined;
  if (known.size > 20_000) known.clear();
  known.set(text, object);
  return object;
}

export function plainObjectOf(e: Expression): PlainObject | undefined {
  if (e.type === 'NewExpression') return e.callee.type === 'Identifier' && e.callee.name === 'Object' && e.arguments.length === 0 ? { entries: [], byName: true } : undefined;
  if (e.type !== 'ObjectExpression') return undefined;
  const entries: (readonly [string, SimpleExpression])[] = [];
  for (const property of e.properties) {
    if (property.type !== 'Property' || property.kind !== 'init' || property.computed || property.method || property.shorthand) return undefined;
    const key = property.key.type === 'Identifier' ? property.key.name : property.key.type === 'Literal' && typeof property.key.value === 'string' ? property.key.value : undefined;
    const value = simplified(property.value, 0);
    if (key === undefined || key === '__proto__' || value === undefined) return undefined;
    entries.push([key, value]);
  }
  return { entries, byName: false };
}
