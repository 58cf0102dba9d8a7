import type { XmlElement } from '../../xml/xml-tree.ts';

/** Where something stands in a document. Lines and columns count from 1. */
export interface Place {
  readonly uri: string | undefined;
  readonly line: number;
  readonly column: number;
}

/** An element of the model: its attributes are parsed by its definition, its children are validated. */
export interface VxmlNode<A = unknown> {
  readonly kind: 'element';
  readonly tag: string;
  readonly attributes: A;
  readonly children: readonly VxmlContent[];
  /** The element it was made of: for inline grammars, speech mark-up and inherited xml:lang/xml:base. */
  readonly xml: XmlElement;
  readonly place: Place;
}

export interface VxmlText {
  readonly kind: 'text';
  readonly text: string;
  readonly place: Place;
}

export type VxmlContent = VxmlNode | VxmlText;

export const placeText = (place: Place): string => `${place.uri ?? 'document'}:${place.line}:${place.column}`;

/** The child elements of one tag. The caller names the attribute type that the tag's definition gives. */
export function childrenOf<A>(node: VxmlNode, ...tags: readonly string[]): readonly VxmlNode<A>[] {
  return node.children.filter((c) => c.kind === 'element' && tags.includes(c.tag)) as unknown as readonly VxmlNode<A>[];
}

/** Character data directly below the node. */
export function ownText(node: VxmlNode): string {
  return node.children.map((c) => (c.kind === 'text' ? c.text : '')).join('');
}
