import type { Completion } from '../session/completion.ts';
import type { ElementRun } from '../session/element-run.ts';

/** Where something stands in a document; lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * What an attribute's text is (the type column of the attribute tables of CCXML 1.0):
 * `string`, `any`, `condition`, `number`, `boolean`, `object`: an ECMAScript expression of such a value;
 * `time`: an expression that gives a time interval (`'10s'`, `'500ms'`), read as milliseconds;
 * `enumeration`: an expression that gives one of `values`; `uri`: an expression that gives an address;
 * `location`: an ECMAScript left-hand side; `namelist`: variable names; `literal`: plain text.
 */
export interface AttributeKinds {
  string: string;
  uri: string;
  any: unknown;
  condition: boolean;
  time: number;
  number: number;
  boolean: boolean;
  object: Readonly<Record<string, unknown>>;
  enumeration: string;
  location: string;
  namelist: Readonly<Record<string, unknown>>;
  literal: string;
}
export type AttributeKind = keyof AttributeKinds;

export interface AttributeSpec<K extends AttributeKind = AttributeKind> {
  readonly kind: K;
  readonly required?: boolean;
  /** The words of an enumeration; of another kind: words taken unquoted, with a warning. */
  readonly values?: readonly string[];
  /** Names older drafts and pages of the wild use for it; taken with a warning. */
  readonly oldNames?: readonly string[];
}
export type AttributeTable = Readonly<Record<string, AttributeSpec>>;

/** The attribute as it stands in the document. */
export interface AttributeSource extends Position {
  /** ECMAScript or literal text; for an unquoted literal of a sloppy page the quoted form. */
  readonly text: string;
}

/** The derived node of an element: what runs, with its place kept for messages. */
export interface ElementNode<A extends AttributeTable = AttributeTable> extends Position {
  readonly tag: string;
  readonly attributes: { readonly [N in keyof A]?: AttributeSource };
  /** Executable children (`<if>`, `<transition>`). */
  readonly children: readonly ElementNode[];
  /** Character data of `<script>`. */
  readonly text?: string;
  /** Absolute address of `<script src>`. */
  readonly source?: string;
}

/** Values of the attributes that are there. */
export type AttributeValues<A extends AttributeTable> = {
  readonly [N in keyof A as A[N] extends { readonly required: true } ? N : never]: AttributeKinds[A[N]['kind']];
} & {
  readonly [N in keyof A as A[N] extends { readonly required: true } ? never : N]?: AttributeKinds[A[N]['kind']] | undefined;
};

/** What may stand inside an element. */
export type ContentModel = 'empty' | 'executable' | 'text' | 'anything';

/** One element of the language: its attributes, what it may hold, and what it does. */
export interface ElementDefinition<A extends AttributeTable = AttributeTable> {
  readonly tag: string;
  /** The section of CCXML 1.0 that defines it. */
  readonly section: string;
  readonly attributes: A;
  readonly content: ContentModel;
  /** Rules over attributes that a table cannot say; the text of the error, or undefined. */
  readonly check?: (has: (attribute: keyof A & string) => boolean, text: string) => string | undefined;
  /** What it does with its attributes, all evaluated in table order. */
  readonly perform?: (values: AttributeValues<A>, node: ElementNode, run: ElementRun) => Completion;
  /** For elements that evaluate their attributes themselves. */
  readonly execute?: (node: ElementNode, run: ElementRun) => Completion;
}

/** Keeps an element's attribute table as a type while it is put into the registry. */
export function element<const A extends AttributeTable>(definition: ElementDefinition<A>): ElementDefinition<A> {
  return definition;
}
