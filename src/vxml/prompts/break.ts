import { duration, optional, word } from '../document/attribute.ts';
import { defineElement, type NodeOf } from '../document/element-definition.ts';
import { normal } from '../fia/completion.ts';
import type { Compose } from './compose.ts';

/** SSML 1.0 §3.2.3: a pause. */
export const breakElement = defineElement({
  tag: 'break',
  clause: 'SSML 1.0 §3.2.3',
  attributes: { time: optional(duration), strength: optional(word('none', 'x-weak', 'weak', 'medium', 'strong', 'x-strong')), size: optional(word('none', 'small', 'medium', 'large')) },
  content: [],
});

/** Milliseconds for a break without a time; SSML leaves them to the processor. */
const byStrength: Readonly<Record<string, number>> = { 'none': 0, 'x-weak': 100, 'weak': 250, 'small': 250, 'medium': 500, 'strong': 750, 'large': 750, 'x-strong': 1000 };

export const composeBreak: Compose = (element, _frame, composer) => {
  const { time, strength, size } = (element as NodeOf<typeof breakElement>).attributes;
  const durationMs = time ?? byStrength[strength ?? size ?? 'medium'] ?? 500;
  if (durationMs > 0) composer.item({ kind: 'silence', durationMs });
  return normal;
};
