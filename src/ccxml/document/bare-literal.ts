import { parseExpression } from '../../ecmascript/expression-syntax.ts';
import type { AttributeSpec } from '../elements/element.ts';

/**
 * Pages of the wild write `delay="500ms"`, `duplex="half"` or `dest="tel:+4930…"` where an expression is asked for. What can only be
 * meant as a string is read as one: the quoted text comes back. Undefined: an expression, to be evaluated as it stands.
 */
export function quoteBareLiteral(text: string, spec: AttributeSpec, declared: ReadonlySet<string>): string | undefined {
  const bare = text.trim();
  if (spec.values?.some((word) => word === bare) === true) return declared.has(bare) ? undefined : JSON.stringify(bare);
  if (spec.kind === 'time' && /^\+?(\d+(\.\d*)?|\.\d+)(ms|s)$/.test(bare)) return JSON.stringify(bare);
  if ((spec.kind === 'uri' && /^(sips?|tel|https?|file):[^'"\s]+$/i.test(bare)) || (spec.kind === 'string' && /^(text|application)\/[\w.+-]+$/.test(bare))) {
    return parseExpression(bare).ok && spec.kind === 'uri' ? undefined : JSON.stringify(bare);
  }
  return undefined;
}
