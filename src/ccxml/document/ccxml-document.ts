import type { ElementNode, Position } from '../elements/element.ts';
import type { EventMatcher } from '../events/event-name.ts';

/** A remark on a document, or the reason it is refused. */
export interface Diagnostic extends Position {
  readonly severity: 'error' | 'warning';
  /** A word for tools: `unknown-attribute`, `missing-attribute` … */
  readonly code: string;
  readonly message: string;
}

/** A transition, ready to be matched. */
export interface TransitionNode extends Position {
  /** State names; undefined: any state. */
  readonly states: ReadonlySet<string> | undefined;
  /** The pattern as written; undefined: any event. */
  readonly event: string | undefined;
  readonly matches: EventMatcher;
  readonly cond: ElementNode['attributes'][string] | undefined;
  /** Older drafts: `name="evt"` binds the event to a variable of that name too. */
  readonly eventName: string | undefined;
  readonly children: readonly ElementNode[];
  readonly node: ElementNode;
  /** Whether it puts variables of its own into its scope. */
  readonly declares: boolean;
}

/** A document: parsed and checked once, run by any number of sessions. Immutable. */
export interface CcxmlDocument {
  /** Where it came from. */
  readonly uri: string;
  /** Base of relative addresses: `uri` unless xml:base says otherwise. */
  readonly baseUri: string;
  /** What runs before the first event, in order. */
  readonly initial: readonly ElementNode[];
  /** The state variable's left-hand side. */
  readonly stateVariable: string;
  readonly stateVariableNamed: boolean;
  readonly transitions: readonly TransitionNode[];
  readonly meta: Readonly<Record<string, string>>;
  /** Absolute addresses of `<script src>` anywhere in it. */
  readonly scriptSources: readonly string[];
  readonly warnings: readonly Diagnostic[];
  /** Whether its text can see connection, dialog or conference objects; a page that cannot need not be shown them. */
  readonly looksAtObjects: boolean;
}

/** A document together with the scripts it names: ready to run. */
export interface LoadedDocument {
  readonly document: CcxmlDocument;
  readonly scripts: ReadonlyMap<string, string>;
}
