import { fail, ok, type Result } from '../../kernel/result.ts';
import { parseXml } from '../../xml/parse-xml.ts';
import type { XmlElement } from '../../xml/xml-tree.ts';

const attribute = (element: XmlElement, name: string): string | undefined => element.attributes.find((a) => a.localName === name)?.value;

export interface JsgfGrammar {
  readonly jsgf: string;
  /** Words that the recogniser has no pronunciation of: the alternatives that need them are left out. Written forms (`7`, `a.m.`) are not told. */
  readonly unknown: readonly string[];
}

/** An expansion: its text, or why it cannot be said. `word`: for want of a pronunciation, so that another alternative may do. */
type Part = Result<string, { readonly reason: string; readonly word?: string }>;
interface Naming {
  readonly rule: (id: string) => string;
  readonly knows: (word: string) => boolean;
  readonly unknown: Set<string>;
}

/**
 * Turns SRGS XML grammars into one JSGF grammar whose public rule is any of their roots. Takes rules, items with repeats,
 * one-of with weights, local rule references, GARBAGE-free token sequences; tags are dropped (the caller interprets the words
 * with the SRGS itself). Anything else, such as references to other documents, is refused with its reason, and so is a grammar of which
 * nothing is left without the words that `knows` denies.
 */
export function srgsToJsgf(grammars: readonly { readonly key: string; readonly srgs: string }[], knows: (word: string) => boolean = () => true): Result<JsgfGrammar, string> {
  const unknown = new Set<string>();
  const rules: string[] = [];
  const roots: string[] = [];
  for (const [g, { key, srgs }] of grammars.entries()) {
    const document = parseXml(srgs);
    if (!document.ok) return fail(`grammar ${key}: not well-formed`);
    const { root } = document.value;
    if (root.localName !== 'grammar') return fail(`grammar ${key}: <${root.localName}> is no SRGS grammar`);
    if (attribute(root, 'mode') === 'dtmf') continue;
    const rootRule = attribute(root, 'root');
    if (rootRule === undefined) return fail(`grammar ${key}: no root rule`);
    const name = (id: string): string => `g${g}_${id.replace(/[^A-Za-z0-9_]/g, '_')}`;
    const naming: Naming = { rule: name, knows, unknown };
    const defined = new Set<string>();
    for (const child of root.children) {
      if (child.kind !== 'element' || child.localName !== 'rule') continue;
      const id = attribute(child, 'id') ?? '';
      const body = sequence(child, naming);
      if (!body.ok) return fail(`grammar ${key}: ${body.error.reason}`);
      defined.add(id);
      rules.push(`<${name(id)}> = ${body.value};`);
    }
    if (!defined.has(rootRule)) return fail(`grammar ${key}: its root rule ${rootRule} is not there`);
    roots.push(`<${name(rootRule)}>`);
  }
  if (roots.length === 0) return fail('no voice grammar');
  return ok({ jsgf: `#JSGF V1.0;\ngrammar nailup;\npublic <any> = ${roots.join(' | ')};\n${rules.join('\n')}\n`, unknown: [...unknown].filter((word) => /\p{L}/u.test(word) && !word.includes('.')) });
}

function sequence(element: XmlElement, naming: Naming): Part {
  const parts: string[] = [];
  for (const child of element.children) {
    if (child.kind === 'text') {
      const words = child.text.toLowerCase().replace(/"/g, ' ').trim();
      if (/[^\p{L}\p{N}\s'.-]/u.test(words)) return fail({ reason: `"${words}" holds signs that are no words` });
      const word = words.split(/\s+/).find((w) => w !== '' && !naming.knows(w));
      if (word !== undefined) {
        naming.unknown.add(word);
        return fail({ reason: `"${word}" is not in the dictionary`, word });
      }
      if (words !== '') parts.push(words);
      continue;
    }
    if (child.kind !== 'element') continue;
    const part = expansion(child, naming);
    if (!part.ok) return part;
    if (part.value !== '') parts.push(part.value);
  }
  return ok(parts.length > 0 ? parts.join(' ') : '<NULL>');
}

function expansion(element: XmlElement, naming: Naming): Part {
  switch (element.localName) {
    case 'item':
    case 'token': {
      const inner = sequence(element, naming);
      return inner.ok ? ok(repeated(inner.value, attribute(element, 'repeat'))) : inner;
    }
    case 'one-of': {
      const options: string[] = [];
      let lacking: Part | undefined;
      for (const item of element.children) {
        if (item.kind !== 'element' || item.localName !== 'item') continue;
        const option = expansion(item, naming);
        if (!option.ok && option.error.word === undefined) return option;
        if (!option.ok) {
          lacking ??= option;
          continue;
        }
        const weight = Number(attribute(item, 'weight') ?? Number.NaN);
        options.push((weight > 0 ? `/${weight}/ ` : '') + option.value);
      }
      if (options.length === 0 && lacking !== undefined) return lacking;
      return ok(options.length > 0 ? `(${options.join(' | ')})` : '<VOID>');
    }
    case 'ruleref': {
      const special = attribute(element, 'special');
      if (special === 'NULL' || special === 'GARBAGE') return ok('');
      if (special === 'VOID') return ok('<VOID>');
      const uri = attribute(element, 'uri') ?? '';
      return uri.startsWith('#') ? ok(`<${naming.rule(uri.slice(1))}>`) : fail({ reason: `a reference to ${uri}; only rules of the same grammar are supported here` });
    }
    case 'tag':
    case 'example':
      return ok('');
    default:
      return fail({ reason: `<${element.localName}> is not supported here` });
  }
}

/** JSGF knows `*`, `+` and `[…]`; counted repeats are written out, up to 20. */
function repeated(inner: string, repeat: string | undefined): string {
  if (repeat === undefined) return `(${inner})`;
  const match = /^(\d+)(?:(-)(\d*))?$/.exec(repeat);
  if (match === null) return `(${inner})`;
  const least = Number(match[1]);
  const most = match[2] === undefined ? least : match[3] === '' ? Infinity : Number(match[3]);
  const required = Array.from({ length: Math.min(least, 20) }, () => `(${inner})`);
  if (most === Infinity) return [...required, `(${inner})*`].join(' ');
  let optional = '';
  for (let i = Math.min(most, 20) - least; i > 0; i--) optional = `[(${inner})${optional === '' ? '' : ` ${optional}`}]`;
  const all = [...required, ...(optional === '' ? [] : [optional])].join(' ');
  return all === '' ? '<NULL>' : all;
}
