import { fail, ok, type Result } from '../../kernel/result.ts';

type Part = string | { readonly field: string; readonly otherwise: string | undefined };

/** A text with fields of the contact: `Dear {{name|customer}}`, where `customer` stands for a name that is missing or empty. */
export interface Template {
  readonly fields: readonly string[];
  /** `escape` is applied to what comes from the contact. The fault names the field that has neither a value nor a substitute. */
  render(values: Readonly<Record<string, string>>, escape?: (value: string) => string): Result<string, string>;
}

/** The fault is a sentence with the column of what is wrong, counted from 1. */
export function parseTemplate(text: string): Result<Template, string> {
  const parts: Part[] = [];
  for (let at = 0; at < text.length; ) {
    const open = text.indexOf('{{', at);
    const stray = text.indexOf('}}', at);
    if (stray >= 0 && (open < 0 || stray < open)) return fail(`column ${stray + 1}: }} without {{ before it`);
    if (open < 0) {
      parts.push(text.slice(at));
      break;
    }
    const close = text.indexOf('}}', open);
    if (close < 0) return fail(`column ${open + 1}: {{ is not closed by }}`);
    const [, field, otherwise] = /^\s*([\w .-]+?)\s*(?:\|([^{}]*))?$/.exec(text.slice(open + 2, close)) ?? [];
    if (field === undefined) return fail(`column ${open + 1}: "${text.slice(open, close + 2)}" names no field; write {{name}} or {{name|what to write without one}}`);
    if (open > at) parts.push(text.slice(at, open));
    parts.push({ field, otherwise });
    at = close + 2;
  }
  return ok({
    fields: parts.flatMap((part) => (typeof part === 'string' ? [] : [part.field])),
    render: (values, escape = (value) => value) => {
      let out = '';
      for (const part of parts) {
        if (typeof part === 'string') {
          out += part;
          continue;
        }
        const value = Object.hasOwn(values, part.field) && values[part.field] !== '' ? values[part.field] : part.otherwise;
        if (value === undefined) return fail(`the contact has no "${part.field}", and the template says nothing instead of it`);
        out += escape(value);
      }
      return ok(out);
    },
  });
}
