import type { Expression } from 'acorn';
import { parseExpression } from './expression-syntax.ts';

/**
 * The expressions that most attributes hold: literals, variables and their properties, comparisons and sums of them. They are
 * worked out from this form, with the realm asked only for the values of paths; everything else is compiled. On primitive
 * values the operators of the two engines are the same; where a path turns out to hold an object, the expression is compiled
 * after all.
 */
export type SimpleExpression =
  | { readonly kind: 'value'; readonly value: Primitive }
  | SimplePath
  | { readonly kind: 'not'; readonly operand: SimpleExpression }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: SimpleExpression; readonly right: SimpleExpression }
  | { readonly kind: 'logical'; readonly operator: '&&' | '||'; readonly left: SimpleExpression; readonly right: SimpleExpression }
  | { readonly kind: 'conditional'; readonly test: SimpleExpression; readonly yes: SimpleExpression; readonly no: SimpleExpression };

export interface SimplePath {
  readonly kind: 'path';
  /** `event$.info.x`: names joined by dots. */
  readonly text: string;
  /** The first of the names, a variable's. */
  readonly root: string;
  readonly below: readonly string[];
  readonly line: number;
  readonly column: number;
}

export type Primitive = string | number | boolean | null | undefined;
export type BinaryOperator = '==' | '!=' | '===' | '!==' | '<' | '>' | '<=' | '>=' | '+' | '-' | '*' | '/' | '%';

const binary = new Set<string>(['==', '!=', '===', '!==', '<', '>', '<=', '>=', '+', '-', '*', '/', '%']);

/** Forms by text, shared by all contexts of a thread. */
const forms = new Map<string, SimpleExpression | undefined>();

export function simpleExpression(text: string): SimpleExpression | undefined {
  const known = forms.get(text);
  if (known !== undefined || forms.has(text)) return known;
  const parsed = text.length > 400 ? undefined : parseExpression(text);
  const form = parsed?.ok === true ? simplified(parsed.value, 0) : undefined;
  if (forms.size > 20_000) forms.clear();
  forms.set(text, form);
  return form;
}

/** The form of a parsed expression. `depth`: how deep it stands in another. */
export function simplified(e: Expression, depth: number): SimpleExpression | undefined {
  if (depth > 30) return undefined;
  const part = (inner: Expression): SimpleExpression | undefined => simplified(inner, depth + 1);
  switch (e.type) {
    case 'ParenthesizedExpression': return part(e.expression);
    case 'Literal': {
      const { value } = e;
      if (value === null) return e.raw === 'null' ? { kind: 'value', value: null } : undefined;
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? { kind: 'value', value } : undefined;
    }
    case 'Identifier':
      if (e.name === 'undefined') return { kind: 'value', value: undefined };
      return pathOf(e);
    case 'MemberExpression': return pathOf(e);
    case 'UnaryExpression': {
      const operand = part(e.argument);
      if (operand === undefined) return undefined;
      if (e.operator === '!') return { kind: 'not', operand };
      return e.operator === '-' && operand.kind === 'value' && typeof operand.value === 'number' ? { kind: 'value', value: -operand.value } : undefined;
    }
    case 'BinaryExpression': {
      if (!binary.has(e.operator) || e.left.type === 'PrivateIdentifier') return undefined;
      const left = part(e.left);
      const right = part(e.right);
      return left === undefined || right === undefined ? undefined : { kind: 'binary', operator: e.operator as BinaryOperator, left, right };
    }
    case 'LogicalExpression': {
      if (e.operator === '??') return undefined;
      const left = part(e.left);
      const right = part(e.right);
      return left === undefined || right === undefined ? undefined : { kind: 'logical', operator: e.operator, left, right };
    }
    case 'ConditionalExpression': {
      const test = part(e.test);
      const yes = part(e.consequent);
      const no = part(e.alternate);
      return test === undefined || yes === undefined || no === undefined ? undefined : { kind: 'conditional', test, yes, no };
    }
    default: return undefined;
  }
}

/** Characters that stand before the text where the positions were counted: `"use strict";(`. */
const before = '"use strict";('.length;

function pathOf(e: Expression): SimplePath | undefined {
  const names: string[] = [];
  let at: Expression = e;
  while (at.type === 'MemberExpression') {
    if (at.optional || at.property.type === 'PrivateIdentifier' || at.object.type === 'Super') return undefined;
    if (!at.computed && at.property.type === 'Identifier') names.unshift(at.property.name);
    else if (at.computed && at.property.type === 'Literal' && typeof at.property.value === 'number' && /^\d{1,9}$/.test(at.property.raw ?? '')) names.unshift(String(at.property.value));
    else if (at.computed && at.property.type === 'Literal' && typeof at.property.value === 'string' && /^[\w$-]+$/.test(at.property.value)) names.unshift(at.property.value);
    else return undefined;
    at = at.object;
  }
  if (at.type !== 'Identifier' || at.name === 'arguments' || at.name === 'undefined') return undefined;
  const line = e.loc?.start.line ?? 1;
  const column = (e.loc?.start.column ?? 0) + 1 - (line === 1 ? before : 0);
  return { kind: 'path', text: [at.name, ...names].join('.'), root: at.name, below: names, line, column };
}

/** Thrown when a path holds what only the realm can work with; the expression is then compiled. */
export const needsRealm = Symbol('needs the realm');
/** What stands for an object: a value that is true and equal to neither null nor undefined. */
export const anObject = Symbol('an object');

export type PathReader = (path: SimplePath) => Primitive | typeof anObject;

/** The value; throws `needsRealm` when it hangs on an object. */
export function simpleValue(e: SimpleExpression, read: PathReader): Primitive {
  switch (e.kind) {
    case 'value': return e.value;
    case 'path': {
      const value = read(e);
      if (value === anObject) throw needsRealm;
      return value;
    }
    case 'not': return !simpleTruth(e.operand, read);
    case 'logical': {
      const left = simpleValue(e.left, read);
      return (e.operator === '&&') === Boolean(left) ? simpleValue(e.right, read) : left;
    }
    case 'conditional': return simpleValue(simpleTruth(e.test, read) ? e.yes : e.no, read);
    case 'binary': return operate(e, read);
  }
}

/** The value by ToBoolean; objects are true. */
export function simpleTruth(e: SimpleExpression, read: PathReader): boolean {
  switch (e.kind) {
    case 'path': {
      const value = read(e);
      return value === anObject || Boolean(value);
    }
    case 'not': return !simpleTruth(e.operand, read);
    case 'logical': return e.operator === '&&' ? simpleTruth(e.left, read) && simpleTruth(e.right, read) : simpleTruth(e.left, read) || simpleTruth(e.right, read);
    case 'conditional': return simpleTruth(simpleTruth(e.test, read) ? e.yes : e.no, read);
    default: return Boolean(simpleValue(e, read));
  }
}

function operate(e: Extract<SimpleExpression, { kind: 'binary' }>, read: PathReader): Primitive {
  const side = (s: SimpleExpression): Primitive | typeof anObject => (s.kind === 'path' ? read(s) : simpleValue(s, read));
  const l = side(e.left);
  const r = side(e.right);
  if (l === anObject || r === anObject) {
    const other = l === anObject ? r : l;
    if (other !== null && other !== undefined) throw needsRealm;
    if (e.operator === '==' || e.operator === '===') return false;
    if (e.operator === '!=' || e.operator === '!==') return true;
    throw needsRealm;
  }
  // The operators of the language on whatever primitives these are, conversions included.
  const a = l as number;
  const b = r as number;
  switch (e.operator) {
    case '==': return a == b;
    case '!=': return a != b;
    case '===': return a === b;
    case '!==': return a !== b;
    case '<': return a < b;
    case '>': return a > b;
    case '<=': return a <= b;
    case '>=': return a >= b;
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': return a / b;
    case '%': return a % b;
  }
}
