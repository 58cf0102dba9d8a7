import type { ScriptScope } from '../../ecmascript/ecmascript.ts';
import type { VxmlNode } from '../document/node.ts';
import type { VxmlDocument } from '../document/vxml-document.ts';

/** The application scope (§5.1.2): lives while transitions stay within one application. */
export interface ApplicationContext {
  /** The root document; undefined while a document without one is active, which is then its own root. */
  readonly root: VxmlDocument;
  readonly scope: ScriptScope;
}

/** The document that is active, with its scopes. */
export interface DocumentContext {
  readonly document: VxmlDocument;
  readonly application: ApplicationContext;
  /** The same as the application's when the document is the root itself. */
  readonly scope: ScriptScope;
  /** True in a subdialog's own context: `<return>` is allowed. */
  readonly subdialog: boolean;
}

/** The root document where it is another than the active one: its links, handlers, properties and forms are inherited. */
export function inheritedRoot(context: DocumentContext): VxmlDocument | undefined {
  return context.application.root === context.document ? undefined : context.application.root;
}

const ownReferences: ReadonlySet<string> = new Set(['choice', 'grammar', 'link']);

/** The root document when a link, choice or grammar of it is in force in a leaf. What stands in handlers is as if copied into the leaf. */
export function inheritedFrom(context: DocumentContext, node: VxmlNode): VxmlDocument | undefined {
  const root = inheritedRoot(context);
  if (root === undefined || !ownReferences.has(node.tag)) return undefined;
  let top = node.xml;
  while (top.parent !== undefined) top = top.parent;
  return top === root.root.xml ? root : undefined;
}
