import type { AttributesIn } from './element-definition.ts';
import type { form } from '../dialogs/form.ts';
import type { menu } from '../dialogs/menu.ts';
import type { vxml } from './vxml.ts';
import { childrenOf, type Place, type VxmlNode } from './node.ts';
import { resolveUri } from '../../xml/xml-tree.ts';

export type DialogNode = VxmlNode<Pick<AttributesIn<typeof form>, 'id' | 'scope'>> | VxmlNode<Pick<AttributesIn<typeof menu>, 'id' | 'scope'>>;

/** A validated document. It knows nothing of a session and is shared by all that run it. */
export interface VxmlDocument {
  /** Where it came from, without fragment. */
  readonly uri: string;
  readonly base: string;
  readonly language: string | undefined;
  readonly root: VxmlNode<AttributesIn<typeof vxml>>;
  /** Forms and menus in document order. */
  readonly dialogs: readonly DialogNode[];
  /** Absolute address of the application root document. */
  readonly applicationUri: string | undefined;
  /** What only the whole shows, e.g. two dialogs of one name. */
  readonly problems: readonly { readonly message: string; readonly place: Place }[];
}

export function vxmlDocument(root: VxmlNode, uri: string, base: string, language: string | undefined): VxmlDocument {
  const node = root as VxmlNode<AttributesIn<typeof vxml>>;
  const dialogs = childrenOf<{ id: string | undefined; scope: 'dialog' | 'document' }>(root, 'form', 'menu');
  const problems: { message: string; place: Place }[] = [];
  const seen = new Set<string>();
  for (const dialog of dialogs) {
    const { id } = dialog.attributes;
    if (id !== undefined && seen.has(id)) problems.push({ message: `two dialogs have the id "${id}"`, place: dialog.place });
    if (id !== undefined) seen.add(id);
  }
  const { application } = node.attributes;
  const applicationUri = application === undefined ? undefined : resolveUri(application, base)?.replace(/#.*$/, '');
  if (application !== undefined && applicationUri === undefined) problems.push({ message: `application "${application}" is no address`, place: root.place });
  return { uri, base, language, root: node, dialogs, applicationUri, problems };
}

export function dialogNamed(document: VxmlDocument, id: string | undefined): DialogNode | undefined {
  return id === undefined ? document.dialogs[0] : document.dialogs.find((d) => d.attributes.id === id);
}
