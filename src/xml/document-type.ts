import { fail, ok, type Result } from '../kernel/result.ts';

export interface EntityRefusal {
  readonly kind: 'entity' | 'syntax';
  readonly message: string;
  /** Offset in the text. */
  readonly at: number;
}

const maxSubset = 16 * 1024;
const predefined = new Set(['lt', 'gt', 'amp', 'quot', 'apos']);

/**
 * Replaces references to general entities that the internal subset declares with plain text (XML 1.0 §4.4.2). Entities
 * that are external, hold markup or refer to other entities are refused when they are declared: what such a declaration
 * could do is fetch a file or grow without bound. A text without an internal subset is returned as it is.
 */
export function expandEntities(text: string, maxExpansion: number): Result<string, EntityRefusal> {
  const start = /<!DOCTYPE\b/.exec(text);
  if (start === null || text.slice(0, start.index).includes('<![CDATA[')) return ok(text);
  const subset = internalSubset(text, start.index);
  if (subset === undefined) return ok(text);
  if (subset.to < 0) return fail({ kind: 'syntax', message: 'the document type declaration does not end', at: start.index });
  if (subset.to - subset.from > maxSubset) return fail({ kind: 'entity', message: `the internal subset of the document type is longer than ${maxSubset} characters`, at: subset.from });
  const entities = new Map<string, string>();
  const inside = text.slice(subset.from, subset.to).replace(/<!--[\s\S]*?-->/g, (comment) => ' '.repeat(comment.length));
  for (const found of inside.matchAll(/<!ENTITY\s+(%\s+)?([^\s"'>%]+)\s+(?:(SYSTEM|PUBLIC)\b|"([^"]*)"|'([^']*)')|%([^\s;%"']+);/g)) {
    const [, parameter, name = '', external, double, single, reference] = found;
    const at = subset.from + found.index;
    if (reference !== undefined) return fail({ kind: 'entity', message: `the parameter entity %${reference}; is refused`, at });
    if (parameter !== undefined) return fail({ kind: 'entity', message: `the parameter entity ${name} is refused`, at });
    if (external !== undefined) return fail({ kind: 'entity', message: `the external entity ${name} is refused`, at });
    const value = double ?? single ?? '';
    if (/[<&]/.test(value.replace(/&#(x[0-9a-fA-F]+|[0-9]+);/g, ''))) {
      return fail({ kind: 'entity', message: `the entity ${name} holds markup or another entity; only plain text is taken`, at });
    }
    if (!entities.has(name)) entities.set(name, value);
  }
  if (entities.size === 0) return ok(text);
  let added = 0;
  let out = text.slice(0, subset.to);
  let done = subset.to;
  for (let at = nextMark(text, subset.to); at >= 0; at = nextMark(text, at)) {
    if (text[at] === '<') {
      // Inside of comments and CDATA nothing is a reference.
      const end = text.startsWith('<!--', at) ? text.indexOf('-->', at + 4) : text.startsWith('<![CDATA[', at) ? text.indexOf(']]>', at + 9) : at;
      if (end < 0) break;
      at = end + 1;
      continue;
    }
    const name = /^&([^\s#;&<]{1,100});/.exec(text.slice(at, at + 102))?.[1];
    const value = name === undefined || predefined.has(name) ? undefined : entities.get(name);
    if (name === undefined || value === undefined) {
      at += 1;
      continue;
    }
    added += value.length;
    if (added > maxExpansion) return fail({ kind: 'entity', message: `entities add more than ${maxExpansion} characters`, at });
    out += text.slice(done, at) + value;
    at += name.length + 2;
    done = at;
  }
  return ok(out + text.slice(done));
}

const mark = /&|<!--|<!\[CDATA\[/g;

function nextMark(text: string, from: number): number {
  mark.lastIndex = from;
  return mark.exec(text)?.index ?? -1;
}

/** Offsets of what stands between the square brackets of the DOCTYPE; undefined when it has none, `to` −1 when it never closes. */
function internalSubset(text: string, from: number): { from: number; to: number } | undefined {
  let quote = '';
  let open = -1;
  for (let i = from; i < text.length; i++) {
    const c = text[i] as string;
    if (quote !== '') {
      if (c === quote) quote = '';
    } else if (text.startsWith('<!--', i)) {
      const end = text.indexOf('-->', i);
      if (end < 0) break;
      i = end + 2;
    } else if (c === '"' || c === "'") quote = c;
    else if (c === '[' && open < 0) open = i + 1;
    else if (c === ']' && open >= 0) return { from: open, to: i };
    else if (c === '>' && open < 0) return undefined;
  }
  return { from: open < 0 ? from : open, to: -1 };
}
