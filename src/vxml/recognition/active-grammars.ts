import { languageOf } from '../../xml/xml-tree.ts';
import { childrenOf, type VxmlNode } from '../document/node.ts';
import type { DialogNode, VxmlDocument } from '../document/vxml-document.ts';
import { inheritedRoot } from '../scope/document-context.ts';
import { propertyOf } from '../scope/properties.ts';
import type { Evaluated } from '../scope/scripts.ts';
import type { Frame } from '../session/frame.ts';
import { entriesOf } from './enumerated.ts';
import { grammarOf, type GrammarNode } from './grammar-of.ts';
import { keysGrammar, phraseGrammar } from './generated-grammar.ts';
import type { ActiveGrammar, Target } from './target.ts';

/** A grammar that is to be active, before it is compiled. */
type Wanted = { readonly target: Target } & ({ readonly node: GrammarNode } | { readonly srgs: string; readonly language: string } | { readonly builtin: string; readonly language: string; readonly optional: boolean });

/**
 * The grammars that are active while an item waits, in order of precedence (§3.1.4): the item's own, the form's, the document's, the root's.
 * A modal item (or `<record>`, `<transfer>`) has its own alone.
 */
export async function activeGrammars(frame: Frame, modal: boolean): Promise<Evaluated<readonly ActiveGrammar[]>> {
  const wanted = [...ofItem(frame), ...(modal ? [] : ofSurroundings(frame))];
  const active: ActiveGrammar[] = [];
  for (const each of wanted) {
    const grammar = await grammarOf(frame, each);
    if (!grammar.ok) return grammar;
    if (grammar.value !== undefined) active.push({ grammar: grammar.value.grammar, weight: grammar.value.weight, target: each.target });
  }
  return { ok: true, value: active };
}

function ofItem(frame: Frame): Wanted[] {
  const { item, context } = frame;
  if (item === undefined) return [];
  const { node } = item;
  if (node.tag === 'menu') return ofMenu(frame, node as DialogNode, context.document);
  const target: Target = { kind: 'item', node };
  const language = languageOf(node.xml) ?? context.document.language ?? 'en-US';
  const own: Wanted[] = childrenOf(node, 'grammar').map((g) => ({ target, node: g as GrammarNode }));
  const { type } = node.attributes as { type?: string };
  if (node.tag === 'field' && type !== undefined) {
    own.push({ target, builtin: `builtin:dtmf/${type}`, language, optional: false }, { target, builtin: `builtin:grammar/${type}`, language, optional: true });
  }
  const options = node.tag === 'field' ? entriesOf(node) : [];
  for (const { node: option, phrase, dtmf, accept } of options) {
    const { value } = option.attributes as { value?: string };
    const optionTarget: Target = { kind: 'option', node, value: value ?? (phrase === '' ? (dtmf ?? '') : phrase) };
    if (dtmf !== undefined) own.push({ target: optionTarget, srgs: keysGrammar(dtmf), language });
    if (phrase !== '') own.push({ target: optionTarget, srgs: phraseGrammar(phrase, accept, language), language });
  }
  return [...own, ...linksIn(frame, node)];
}

function ofSurroundings(frame: Frame): Wanted[] {
  const { dialog, item, context } = frame;
  const wanted: Wanted[] = [];
  if (dialog !== undefined && dialog.node.tag === 'form') {
    wanted.push(...formLevel(dialog.node, context.document, false), ...linksIn(frame, dialog.node));
  }
  const root = inheritedRoot(context);
  for (const document of root === undefined ? [context.document] : [context.document, root]) {
    wanted.push(...linksIn(frame, document.root));
    for (const other of document.dialogs) {
      if (other === dialog?.node || other === (item?.node as unknown)) continue;
      if (other.tag === 'form') wanted.push(...formLevel(other, document, true));
      else if (other.attributes.scope === 'document') wanted.push(...ofMenu(frame, other, document));
    }
  }
  return [...wanted, ...universals(frame)];
}

function formLevel(dialog: DialogNode, document: VxmlDocument, documentScopeOnly: boolean): Wanted[] {
  return childrenOf<{ scope: 'document' | 'dialog' | undefined }>(dialog, 'grammar')
    .filter((g) => !documentScopeOnly || (g.attributes.scope ?? dialog.attributes.scope) === 'document')
    .map((g) => ({ target: { kind: 'form', dialog, document }, node: g as unknown as GrammarNode }));
}

function ofMenu(frame: Frame, menu: DialogNode, document: VxmlDocument): Wanted[] {
  const language = languageOf(menu.xml) ?? frame.context.document.language ?? 'en-US';
  return entriesOf(menu).flatMap(({ node, phrase, dtmf, accept }): Wanted[] => {
    const target: Target = { kind: 'choice', node, dialog: menu, document };
    const given = childrenOf(node, 'grammar');
    // §2.2: a grammar in the choice takes the place of the one made of its words; the keys stay.
    return [
      ...(dtmf === undefined ? [] : [{ target, srgs: keysGrammar(dtmf), language }]),
      ...given.map((g) => ({ target, node: g as GrammarNode })),
      ...(given.length === 0 && phrase !== '' ? [{ target, srgs: phraseGrammar(phrase, accept, language), language }] : []),
    ];
  });
}

function linksIn(frame: Frame, owner: VxmlNode): Wanted[] {
  return childrenOf<{ dtmf: string | undefined }>(owner, 'link').flatMap((link): Wanted[] => {
    const target: Target = { kind: 'link', node: link };
    const language = languageOf(link.xml) ?? frame.context.document.language ?? 'en-US';
    return [
      ...(link.attributes.dtmf === undefined ? [] : [{ target, srgs: keysGrammar(link.attributes.dtmf), language }]),
      ...childrenOf(link, 'grammar').map((g) => ({ target, node: g as GrammarNode })),
    ];
  });
}

/** §2.5, §6.3.6: the words for help, cancel and exit, where the property asks for them. */
function universals(frame: Frame): Wanted[] {
  const asked = (propertyOf(frame, 'universals') ?? 'none').split(/\s+/);
  const events = (['help', 'cancel', 'exit'] as const).filter((e) => asked.includes(e) || asked.includes('all'));
  const language = frame.context.document.language ?? 'en-US';
  return events.map((event) => ({ target: { kind: 'universal', event }, srgs: phraseGrammar(event, 'exact', language), language }));
}
