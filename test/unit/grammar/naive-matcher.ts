import type { Expansion, Grammar } from '../../../src/grammar/grammar.ts';
import type { MatchState } from '../../../src/grammar/matcher.ts';

/**
 * A second matcher that shares no idea with the first: Brzozowski derivatives of the rule as an expression. Slow, without
 * recursion of rules, but short enough to be believed.
 */
export type Expression =
  | { readonly kind: 'never' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'key'; readonly key: string | undefined }
  | { readonly kind: 'then'; readonly first: Expression; readonly rest: Expression }
  | { readonly kind: 'either'; readonly options: readonly Expression[] }
  | { readonly kind: 'times'; readonly item: Expression; readonly min: number; readonly max: number };

const never: Expression = { kind: 'never' };
const nothing: Expression = { kind: 'nothing' };
export const allKeys = [...'0123456789*#ABCD'];

export function expressionOf(e: Expansion, grammar: Grammar): Expression {
  switch (e.kind) {
    case 'token': return [...e.text.replace(/\s/g, '')].map((key): Expression => ({ kind: 'key', key })).reduceRight((rest, first) => then(first, rest), nothing);
    case 'sequence': return e.items.map((i) => expressionOf(i, grammar)).reduceRight((rest, first) => then(first, rest), nothing);
    case 'alternatives': return either(e.items.map((a) => expressionOf(a.expansion, grammar)));
    case 'repeat': return times(expressionOf(e.item, grammar), e.min, e.max);
    case 'special': return e.name === 'NULL' ? nothing : e.name === 'VOID' ? never : times({ kind: 'key', key: undefined }, 0, Infinity);
    case 'tag': return nothing;
    case 'reference': return expressionOf(grammar.rules.get(e.rule!)!.expansion, grammar);
  }
}

function then(first: Expression, rest: Expression): Expression {
  if (first.kind === 'never' || rest.kind === 'never') return never;
  if (first.kind === 'nothing') return rest;
  return rest.kind === 'nothing' ? first : { kind: 'then', first, rest };
}

function either(options: readonly Expression[]): Expression {
  const flat = options.flatMap((o) => (o.kind === 'either' ? o.options : [o])).filter((o) => o.kind !== 'never');
  const seen = new Map(flat.map((o) => [JSON.stringify(o), o]));
  const [only] = [...seen.values()];
  return seen.size === 0 || only === undefined ? never : seen.size === 1 ? only : { kind: 'either', options: [...seen.values()] };
}

function times(item: Expression, min: number, max: number): Expression {
  if (max === 0 || item.kind === 'nothing') return nothing;
  if (item.kind === 'never') return min === 0 ? nothing : never;
  return { kind: 'times', item, min: whole(item) ? 0 : min, max };
}

export function whole(e: Expression): boolean {
  switch (e.kind) {
    case 'never': return false;
    case 'nothing': return true;
    case 'key': return false;
    case 'then': return whole(e.first) && whole(e.rest);
    case 'either': return e.options.some(whole);
    case 'times': return e.min === 0;
  }
}

export function derivative(e: Expression, key: string): Expression {
  switch (e.kind) {
    case 'never':
    case 'nothing': return never;
    case 'key': return e.key === undefined || e.key === key ? nothing : never;
    case 'then': {
      const direct = then(derivative(e.first, key), e.rest);
      return whole(e.first) ? either([direct, derivative(e.rest, key)]) : direct;
    }
    case 'either': return either(e.options.map((o) => derivative(o, key)));
    case 'times': return then(derivative(e.item, key), times(e.item, Math.max(e.min - 1, 0), e.max - 1));
  }
}

/** Since `never` is simplified away everywhere, an expression that is not `never` matches something. */
export function naiveState(e: Expression): MatchState {
  const more = allKeys.some((key) => derivative(e, key).kind !== 'never');
  if (whole(e)) return more ? 'match-may-extend' : 'match-final';
  return more ? 'partial' : 'nomatch';
}
