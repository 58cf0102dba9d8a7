import type { SessionId } from '../../kernel/ids.ts';
import type { AttributeSource, ElementNode } from '../elements/element.ts';
import type { EventData } from '../events/event-data.ts';
import type { FetchedContent } from './fetch-table.ts';
import type { Completion } from './completion.ts';
import type { HintsRecord, SessionRequest } from './session-protocol.ts';

/** What an element may do while it executes. One per session, bound to the transition that runs. */
export interface ElementRun {
  readonly sessionId: SessionId;
  /** The event being processed; undefined while the document initializes. */
  readonly event: EventData | undefined;
  /** Base for relative addresses: the document's, after xml:base. */
  readonly baseUri: string;

  condition(node: ElementNode, attribute: AttributeSource): { readonly ok: true; readonly value: boolean } | { readonly ok: false; readonly completion: Completion };
  /** Writes a host value to an ECMAScript left-hand side. */
  store(node: ElementNode, location: string, value: unknown): Completion;
  declare(node: ElementNode, name: string, expression: string | undefined): Completion;
  assign(node: ElementNode, location: string, expression: string): Completion;
  runScript(node: ElementNode, source: string, place: string): Completion;
  execute(nodes: readonly ElementNode[]): Completion;

  /** A new identifier of this session, `<kind>-…`. */
  newId(kind: 'connection' | 'dialog' | 'session' | 'fetch' | 'send'): string;
  /** Resolves an address against the base; undefined when it is none. */
  resolve(uri: string): string | undefined;
  /** Queues an event at the end of this session's queue. */
  raise(name: string, data: Readonly<Record<string, unknown>>): void;
  /** error.semantic for an element that could be evaluated but not carried out: the transition goes on (§9.1). */
  semantic(node: ElementNode, reason: string, data?: Readonly<Record<string, unknown>>): Completion;
  request(request: SessionRequest): void;
  /** Objects this session knows, by identifier. */
  knows(kind: 'connections' | 'dialogs' | 'conferences', id: string): boolean;
  /** The session may not have more objects. */
  readonly full: boolean;
  addObject(kind: 'connections' | 'dialogs' | 'conferences', id: string, object: Readonly<Record<string, unknown>>): void;
  readonly hintsOf: (value: unknown) => HintsRecord;

  startFetch(request: { readonly uri: string; readonly type: string; readonly method: 'get' | 'post'; readonly enctype: string; readonly namelist: Readonly<Record<string, unknown>>; readonly timeoutMs: number | undefined; readonly maxAgeMs: number | undefined; readonly maxStaleMs: number | undefined; readonly fetchId: string }): 'started' | 'limit';
  fetched(fetchId: string): FetchedContent | undefined;
  scriptOf(uri: string): string | undefined;

  /** An event of this session to itself, without the way over the host. */
  sendToSelf(sendId: string, name: string, data: Readonly<Record<string, unknown>>): void;
  /** Runs `task` after a delay unless cancelled; false when the session has too many timers. */
  delaySend(sendId: string, delayMs: number, task: () => void): boolean;
  cancelSend(sendId: string): 'cancelled' | 'too-late' | 'unknown';
  log(label: string | undefined, text: string): void;
  warn(node: ElementNode, message: string): void;
}
