import type { Expansion } from '../grammar.ts';

/** Expansions written in code. */
export const token = (text: string): Expansion => ({ kind: 'token', text, line: 1, column: 1 });
export const sequence = (...items: Expansion[]): Expansion => ({ kind: 'sequence', items });
export const oneOf = (...items: Expansion[]): Expansion => ({ kind: 'alternatives', items: items.map((expansion) => ({ weight: 1, expansion })) });
export const words = (text: string): Expansion => oneOf(...text.split('|').map((w) => sequence(...w.trim().split(/\s+/).map(token))));
export const repeat = (min: number, max: number, item: Expansion): Expansion => ({ kind: 'repeat', min, max, probability: undefined, item });
export const optional = (item: Expansion): Expansion => repeat(0, 1, item);
export const many = (item: Expansion): Expansion => repeat(1, Number.POSITIVE_INFINITY, item);
