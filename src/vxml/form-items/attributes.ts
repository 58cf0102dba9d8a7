import { expression, optional, variable } from '../document/attribute.ts';

/** §2.3: what every form item has. */
export const itemAttributes = { name: optional(variable), expr: optional(expression), cond: optional(expression) } as const;
