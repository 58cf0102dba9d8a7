import type { VxmlNode } from '../document/node.ts';

/** One choice of a menu or option of a field, as `<enumerate>` says it and grammars are made of it. */
export interface Enumerated {
  readonly node: VxmlNode;
  /** The words, white space collapsed. */
  readonly phrase: string;
  /** The keys, without blanks. */
  readonly dtmf: string | undefined;
  readonly accept: 'exact' | 'approximate';
}

const read = new WeakMap<VxmlNode, readonly Enumerated[]>();

/** The choices of a `<menu>` or options of a `<field>` in document order, numbered as §2.2.1 (`dtmf="true"`) says. */
export function entriesOf(owner: VxmlNode): readonly Enumerated[] {
  let entries = read.get(owner);
  if (entries === undefined) {
    entries = numbered(owner);
    read.set(owner, entries);
  }
  return entries;
}

function numbered(owner: VxmlNode): readonly Enumerated[] {
  const menu = owner.attributes as { dtmf?: boolean; accept?: 'exact' | 'approximate' };
  let next = 1;
  return owner.children.flatMap((child): Enumerated[] => {
    if (child.kind !== 'element' || (child.tag !== 'choice' && child.tag !== 'option')) return [];
    const { dtmf, accept } = child.attributes as { dtmf?: string; accept?: 'exact' | 'approximate' };
    // §2.2.1: the first nine choices without keys of their own get 1 to 9.
    const auto = owner.tag === 'menu' && menu.dtmf === true && dtmf === undefined && next <= 9 ? String(next++) : undefined;
    const inherited = owner.tag === 'menu' ? menu.accept : undefined;
    return [{ node: child, phrase: wordsOf(child).replace(/\s+/g, ' ').trim(), dtmf: dtmf ?? auto, accept: accept ?? inherited ?? 'exact' }];
  });
}

/** All character data of a choice, that of speech mark-up and of the alternatives to audio included. */
function wordsOf(node: VxmlNode): string {
  return node.children.map((child) => (child.kind === 'text' ? child.text : child.tag === 'desc' || child.tag === 'grammar' ? '' : wordsOf(child))).join('');
}
