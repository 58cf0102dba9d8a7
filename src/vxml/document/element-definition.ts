import type { Completion } from '../fia/completion.ts';
import type { Frame } from '../session/frame.ts';
import type { AttributesOf, AttributeSpecs } from './attribute.ts';
import type { VxmlNode } from './node.ts';

/** One element of the language: its attributes, what may stand in it, and what it does where it is executable content. */
export interface ElementDefinition<S extends AttributeSpecs = AttributeSpecs> {
  readonly tag: string;
  /** The clause that defines it. */
  readonly clause: string;
  readonly attributes: S;
  /** Tags that may be its children; `#text` allows character data, `#any` everything unseen. */
  readonly content: readonly string[];
  /** A sentence when attributes or content contradict each other: the document is refused with error.badfetch. */
  readonly check?: (node: VxmlNode<AttributesOf<S>>) => string | undefined;
  readonly execute?: (node: VxmlNode<AttributesOf<S>>, frame: Frame) => Promise<Completion>;
}

/** The same with its types rubbed out, as the registry holds it: the parser pairs each node with its own definition. */
export interface AnyElement {
  readonly tag: string;
  readonly clause: string;
  readonly attributes: AttributeSpecs;
  readonly content: readonly string[];
  readonly check: ((node: VxmlNode) => string | undefined) | undefined;
  readonly execute: ((node: VxmlNode, frame: Frame) => Promise<Completion>) | undefined;
}

export function defineElement<S extends AttributeSpecs>(definition: ElementDefinition<S>): AnyElement & { readonly attributes: S } {
  const { check, execute } = definition;
  return {
    ...definition,
    check: check === undefined ? undefined : (node) => check(node as VxmlNode<AttributesOf<S>>),
    execute: execute === undefined ? undefined : (node, frame) => execute(node as VxmlNode<AttributesOf<S>>, frame),
  };
}

/** The attributes of the nodes that a definition describes. */
export type AttributesIn<D extends { readonly attributes: AttributeSpecs }> = AttributesOf<D['attributes']>;
export type NodeOf<D extends { readonly attributes: AttributeSpecs }> = VxmlNode<AttributesIn<D>>;

/** A sentence unless exactly one (or, with `optional`, at most one) of the named attributes is there. */
export function exactlyOne(attributes: Readonly<Record<string, unknown>>, names: readonly string[], optional = false): string | undefined {
  const given = names.filter((n) => attributes[n] !== undefined);
  if (given.length === 1 || (optional && given.length === 0)) return undefined;
  if (given.length === 0) return `needs one of ${names.join(', ')}`;
  return `has ${given.join(' and ')}, of which only one may be given`;
}
