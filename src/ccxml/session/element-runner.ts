import type { ScriptOutcome, ScriptScope } from '../../ecmascript/ecmascript.ts';
import type { SessionId } from '../../kernel/ids.ts';
import { resolveUri } from '../../xml/xml-tree.ts';
import type { AttributeSource, ElementDefinition, ElementNode } from '../elements/element.ts';
import { elements } from '../elements/registry.ts';
import { unreserved, type EventData } from '../events/event-data.ts';
import { evaluateAttribute } from './attribute-evaluation.ts';
import type { CcxmlSession } from './ccxml-session.ts';
import { abort, normal, type Completion } from './completion.ts';
import type { ElementRun } from './element-run.ts';
import type { FetchedContent } from './fetch-table.ts';
import { startContentFetch } from './content-fetch.ts';
import type { HintsRecord, ObjectKind, SessionRequest } from './session-protocol.ts';

type ScriptFailure = Extract<ScriptOutcome, { ok: false }>;

/** Executes the elements of one session; what an element sees of it (`ElementRun`). */
export class ElementRunner implements ElementRun {
  readonly #session: CcxmlSession;
  #scope: ScriptScope | undefined;
  #event: EventData | undefined;
  #initializing = false;
  #initializationError: { reason: string; place: string } | undefined;

  constructor(session: CcxmlSession) {
    this.#session = session;
  }

  get sessionId(): SessionId {
    return this.#session.start.session;
  }

  get event(): EventData | undefined {
    return this.#event;
  }

  get baseUri(): string {
    return this.#session.loaded?.document.baseUri ?? this.#session.start.uri;
  }

  /** The first error while a document initialized (§9.5.2). */
  get initializationError(): { reason: string; place: string } | undefined {
    return this.#initializationError;
  }

  initialize(scope: ScriptScope): void {
    this.#scope = scope;
    this.#event = undefined;
    this.#initializing = true;
    this.#initializationError = undefined;
  }

  enter(scope: ScriptScope, event: EventData): void {
    this.#scope = scope;
    this.#event = event;
    this.#initializing = false;
  }

  leave(): void {
    this.#scope = undefined;
    this.#event = undefined;
  }

  execute(nodes: readonly ElementNode[]): Completion {
    for (const node of nodes) {
      const definition = elements.get(node.tag);
      if (definition?.execute === undefined && definition?.perform === undefined) continue;
      this.#session.trace(() => ({ what: 'element', tag: node.tag, place: this.#place(node) }));
      const completion = definition.execute === undefined ? this.#perform(definition, node) : definition.execute(node, this);
      if (completion.type !== 'normal') return completion;
      if (this.#session.ended) return abort;
    }
    return normal;
  }

  /** Evaluates every attribute in table order. A wrong value (no ECMAScript error) is told by error.semantic and does not end the transition. */
  #perform(definition: ElementDefinition, node: ElementNode): Completion {
    const values: Record<string, unknown> = {};
    for (const name of Object.keys(definition.attributes)) {
      const spec = definition.attributes[name];
      const source = node.attributes[name];
      if (spec === undefined || source === undefined) continue;
      const outcome = evaluateAttribute(name, spec, source, (expression) => this.#session.context.evaluate(this.#here, expression));
      if (outcome.type === 'script') return this.#scriptFailure(node, outcome.failure);
      if (outcome.type === 'invalid') return this.semantic(node, `${node.tag}: ${outcome.reason}`);
      if (outcome.warning !== undefined) this.warn(node, outcome.warning);
      values[name] = outcome.value;
    }
    return definition.perform?.(values, node, this) ?? normal;
  }

  condition(node: ElementNode, attribute: AttributeSource): { readonly ok: true; readonly value: boolean } | { readonly ok: false; readonly completion: Completion } {
    const outcome = this.#session.context.test(this.#here, attribute.text);
    return outcome.ok ? { ok: true, value: outcome.value === true } : { ok: false, completion: this.#scriptFailure(node, outcome) };
  }

  store(node: ElementNode, location: string, value: unknown): Completion {
    return this.#done(node, this.#session.context.assign(this.#here, location, JSON.stringify(value)));
  }

  /** §8.2.2: in the scope the element stands in, or in the one its name is prefixed with. */
  declare(node: ElementNode, name: string, expression: string | undefined): Completion {
    const { context } = this.#session;
    const scope = /^(application|ccxml)\.([^.]+)$/.exec(name);
    if (scope !== null) {
      const declared = context.declare(scope[1] === 'application' ? this.#session.applicationScope : this.#session.ccxmlScope, scope[2] ?? '');
      if (!declared.ok || expression === undefined) return this.#done(node, declared);
      return this.#done(node, context.assign(this.#here, name, expression));
    }
    const own = name.replace(/^transition\./, '');
    return this.#done(node, expression === undefined ? context.declare(this.#here, own) : context.declare(this.#here, own, expression));
  }

  /** §8.2.1: the variable must be declared; only in application scope, which no document declares, an assignment makes it. */
  assign(node: ElementNode, location: string, expression: string): Completion {
    const { context, applicationScope } = this.#session;
    const name = /^application\.([^.[\]]+)$/.exec(location)?.[1];
    if (name !== undefined && !context.has(applicationScope, name)) {
      const value = context.evaluate(this.#here, expression);
      if (!value.ok) return this.#scriptFailure(node, value);
      const declared = context.declare(applicationScope, name);
      if (!declared.ok) return this.#scriptFailure(node, declared);
    }
    return this.#done(node, context.assign(this.#here, location, expression));
  }

  runScript(node: ElementNode, source: string, place: string): Completion {
    return this.#done(node, this.#session.context.run(this.#here, source, place === '' ? this.#place(node) : place));
  }

  newId(kind: string): string {
    return this.#session.newId(kind);
  }

  resolve(uri: string): string | undefined {
    return resolveUri(uri, this.baseUri);
  }

  raise(name: string, data: Readonly<Record<string, unknown>>): void {
    if (this.#initializing) this.#initializationError ??= { reason: `${name}: ${String(data['reason'] ?? '')}`, place: this.baseUri };
    else this.#session.raise(name, data);
  }

  semantic(node: ElementNode, reason: string, data: Readonly<Record<string, unknown>> = {}): Completion {
    this.#semantic(node, reason, data);
    return normal;
  }

  request(request: SessionRequest): void {
    this.#session.request(request);
  }

  knows(kind: ObjectKind, id: string): boolean {
    return this.#session.objects.has(kind, id);
  }

  get full(): boolean {
    return this.#session.objects.count >= this.#session.start.limits.objects;
  }

  addObject(kind: ObjectKind, id: string, object: Readonly<Record<string, unknown>>): void {
    this.#session.objects.apply({ kind, id, set: object });
  }

  readonly hintsOf = (value: unknown): HintsRecord => (typeof value === 'object' && value !== null ? { ...value } : {});

  startFetch(request: Parameters<ElementRun['startFetch']>[0]): 'started' | 'limit' {
    return startContentFetch(this.#session, request);
  }

  fetched(fetchId: string): FetchedContent | undefined {
    return this.#session.fetches.get(fetchId);
  }

  scriptOf(uri: string): string | undefined {
    return this.#session.loaded?.scripts.get(uri);
  }

  sendToSelf(sendId: string, name: string, data: Readonly<Record<string, unknown>>): void {
    this.#session.receive({ ...unreserved(data), name, eventid: sendId, eventsource: this.sessionId, eventsourcetype: 'ccxml' });
    this.#session.raise('send.successful', { sendid: sendId, tagname: 'send' });
  }

  delaySend(sendId: string, delayMs: number, task: () => void): boolean {
    return this.#session.delayed.add(sendId, delayMs, task);
  }

  cancelSend(sendId: string): 'cancelled' | 'too-late' | 'unknown' {
    if (this.#session.delayed.cancel(sendId)) return 'cancelled';
    return this.#session.isOwnSend(sendId) ? 'too-late' : 'unknown';
  }

  log(label: string | undefined, text: string): void {
    this.#session.request({ do: 'log', level: 'info', message: label === undefined ? text : `${label}: ${text}`, place: undefined });
  }

  warn(node: ElementNode, message: string): void {
    this.#session.request({ do: 'log', level: 'warn', message: `<${node.tag}> ${message}`, place: this.#place(node) });
  }

  get #here(): ScriptScope {
    return this.#scope ?? this.#session.ccxmlScope;
  }

  #place(node: { line: number; column: number }): string {
    return `${this.#session.loaded?.document.uri ?? this.#session.start.uri}:${node.line}:${node.column}`;
  }

  #done(node: ElementNode, outcome: ScriptOutcome): Completion {
    return outcome.ok ? normal : this.#scriptFailure(node, outcome);
  }

  /** §9.1: an ECMAScript error ends the transition; a limit ends the session. */
  #scriptFailure(node: ElementNode, failure: ScriptFailure): Completion {
    const limit = this.#session.limitOf(failure);
    if (limit !== undefined) return { type: 'limit', reason: `${limit} (${this.#place(node)})` };
    this.#semantic(node, failure.message, {});
    return abort;
  }

  #semantic(node: ElementNode, reason: string, data: Readonly<Record<string, unknown>>): void {
    const place = this.#place(node);
    if (this.#initializing) this.#initializationError ??= { reason: `<${node.tag}> ${reason}`, place };
    else this.#session.raise('error.semantic', { ...data, reason: `${reason} (${place})`, tagname: node.tag, line: node.line, column: node.column });
  }
}
