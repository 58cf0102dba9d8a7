import { expression, optional, text } from '../document/attribute.ts';

/** §2.3: what every form item has. */
export const itemAttributes = { name: optional(text), expr: optional(expression), cond: optional(expression) } as const;
