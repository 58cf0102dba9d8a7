import type { ScriptContext, ScriptEngine, ScriptOutcome, ScriptScope } from '../../ecmascript/ecmascript.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { LoadedDocument } from '../document/ccxml-document.ts';
import type { DocumentCache } from '../document/document-cache.ts';
import type { EventData } from '../events/event-data.ts';
import type { SessionEnd } from '../platform.ts';
import type { Completion } from './completion.ts';
import { CpuBudget } from './cpu-budget.ts';
import { DelayedSends } from './delayed-sends.ts';
import { DocumentLoader } from './document-loader.ts';
import { ElementRunner } from './element-runner.ts';
import { EventQueue, type QueuedEvent } from './event-queue.ts';
import { FetchTable } from './fetch-table.ts';
import { SessionObjects } from './session-objects.ts';
import type { FetchOutcome, FetchRequest, ObjectPatch, SessionMessage, SessionRequest, SessionStart, TraceEntry } from './session-protocol.ts';
import { declareState, stateOf } from './state-variable.ts';
import { openTransitionScope } from './transition-scope.ts';
import { inState, selectTransition, TransitionIndex } from './transition-selection.ts';

/** What a session needs of the thread it runs on. */
export interface SessionSurroundings {
  readonly scripts: ScriptEngine;
  readonly documents: DocumentCache;
  readonly clock: Clock;
  /** Monotonic milliseconds of real time, for the CPU account. */
  readonly cpuNow: () => number;
  /** Runs a task after what is already waiting on this thread: a busy session lets others have their turn. */
  readonly defer: (task: () => void) => void;
  readonly toHost: (request: SessionRequest) => void;
}

const transitionIndex = new TransitionIndex();

/** Events processed before other sessions of the thread get their turn. */
const eventsPerTurn = 32;
/** Errors raised while handling an error, one out of the other, before the session is given up (§9.5). */
const maxErrorDepth = 3;

/**
 * The CCXML interpreter: one session, its queue, its scopes and its documents (CCXML 1.0 §6.3, §9.1). Strictly one event at a
 * time, run to completion. Knows nothing of threads: messages come in by `post`, requests go out by `toHost`.
 */
export class CcxmlSession {
  readonly start: SessionStart;
  readonly context: ScriptContext;
  readonly objects: SessionObjects;
  readonly fetches = new FetchTable();
  readonly delayed: DelayedSends;
  readonly #surroundings: SessionSurroundings;
  readonly #queue: EventQueue;
  readonly #cpu: CpuBudget;
  readonly #loader: DocumentLoader;
  readonly #waiting = new Map<string, (outcome: FetchOutcome) => void>();
  readonly #runner: ElementRunner;
  readonly #application: ScriptScope;
  #document: CcxmlScope | undefined;
  #running = false;
  #ended = false;
  #trace: boolean;
  #ids = 0;
  #depth = 0;

  constructor(start: SessionStart, surroundings: SessionSurroundings) {
    this.start = start;
    this.#surroundings = surroundings;
    this.#trace = start.trace;
    this.#queue = new EventQueue(start.limits.queuedEvents);
    this.#cpu = new CpuBudget(start.limits.cpuBurstMs, start.limits.cpuRefillPerSecondMs, surroundings.cpuNow);
    this.delayed = new DelayedSends(surroundings.clock, start.limits.timers);
    this.context = surroundings.scripts.createContext({ memoryBytes: start.limits.memoryBytes, evaluationMs: start.limits.evaluationMs });
    this.objects = new SessionObjects(this.context, start);
    this.#application = this.context.openScope(this.context.root, 'application', { named: true });
    this.#loader = new DocumentLoader(surroundings.documents, (request, done) => this.#fetch(request, done), () => this.newId('fetch'));
    this.#runner = new ElementRunner(this);
    this.#loader.load(start.fetch, (result) => {
      if (!result.ok) return this.#end({ how: 'load', values: {}, reason: result.error.reason, ...(result.error.place === undefined ? {} : { place: result.error.place }) });
      this.#metered(() => this.#enter(result.value, true));
      this.#drain();
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  get cpuUsedMs(): number {
    return this.#cpu.usedMs;
  }

  get loaded(): LoadedDocument | undefined {
    return this.#document?.loaded;
  }

  get applicationScope(): ScriptScope {
    return this.#application;
  }

  get ccxmlScope(): ScriptScope {
    return this.#document?.scope ?? this.#application;
  }

  /** Takes a message of the host. */
  post(message: SessionMessage): void {
    if (this.#ended) return;
    switch (message.type) {
      case 'event':
        this.#enqueue({ event: message.event === undefined ? undefined : { eventid: this.newId('event'), ...message.event } as EventData, patches: message.patches ?? [], depth: 0 });
        break;
      case 'fetched': {
        const done = this.#waiting.get(message.id);
        this.#waiting.delete(message.id);
        done?.(message.outcome);
        break;
      }
      case 'kill':
        if (message.unconditional) this.#end({ how: 'kill', values: {}, reason: message.reason });
        else this.#enqueue({ event: this.#event('ccxml.kill', { sessionid: this.start.session, reason: message.reason }), patches: [], depth: 0 });
        break;
      case 'trace':
        this.#trace = message.on;
        break;
    }
  }

  newId(kind: string): string {
    this.#ids += 1;
    return `${kind}-${this.start.session.replace(/^session-/, '')}-${this.#ids}`;
  }

  /** True for an identifier this session has given to a `<send>`. */
  isOwnSend(id: string): boolean {
    return id.startsWith(`send-${this.start.session.replace(/^session-/, '')}-`) && Number(id.slice(id.lastIndexOf('-') + 1)) <= this.#ids;
  }

  /** Puts an event of its own into the queue. */
  receive(event: EventData): void {
    this.#enqueue({ event, patches: [], depth: 0 });
  }

  raise(name: string, data: Readonly<Record<string, unknown>>): void {
    const isError = name === 'error' || name.startsWith('error.');
    const depth = isError ? this.#depth + 1 : 0;
    if (depth > maxErrorDepth) {
      this.#end({ how: 'error', values: {}, reason: `${name} while an error was handled: ${String(data['reason'] ?? '')}` });
      return;
    }
    this.#enqueue({ event: this.#event(name, data), patches: [], depth });
  }

  request(request: SessionRequest): void {
    if (!this.#ended) this.#surroundings.toHost(request);
  }

  trace(entry: () => TraceEntry): void {
    if (this.#trace) this.request({ do: 'trace', entry: entry() });
  }

  /** Loads a document in the background, for `<fetch>`. */
  loadDocument(request: FetchRequest, done: Parameters<DocumentLoader['load']>[1]): void {
    this.#loader.load(request, done);
  }

  loadText(request: FetchRequest, done: (outcome: FetchOutcome) => void): void {
    this.#fetch(request, done);
  }

  #fetch(request: FetchRequest, done: (outcome: FetchOutcome) => void): void {
    this.#waiting.set(request.id, done);
    this.request({ do: 'fetch', ...request });
  }

  #event(name: string, data: Readonly<Record<string, unknown>>): EventData {
    return { ...data, name, eventid: this.newId('event'), eventsource: this.start.session, eventsourcetype: 'ccxml' };
  }

  #enqueue(item: QueuedEvent): void {
    if (this.#ended) return;
    if (!this.#queue.push(item)) {
      this.#end({ how: 'limit', values: {}, reason: `more than ${this.start.limits.queuedEvents} events wait in the queue` });
      return;
    }
    this.#drain();
  }

  #drain(): void {
    if (this.#running || this.#document === undefined) return;
    this.#running = true;
    for (let turn = 0; turn < eventsPerTurn && !this.#ended; turn++) {
      const item = this.#queue.shift();
      if (item === undefined) break;
      this.#metered(() => this.#process(item));
    }
    this.#running = false;
    if (!this.#ended && this.#queue.length > 0) this.#surroundings.defer(() => this.#drain());
  }

  /** On the session's CPU account. What throws here is a bug, and ends this session alone. */
  #metered(work: () => void): void {
    const guarded = (): void => {
      try {
        work();
      } catch (error) {
        this.#end({ how: 'error', values: {}, reason: `internal: ${error instanceof Error ? error.message : String(error)}` });
      }
    };
    if (!this.#cpu.spend(guarded) && !this.#ended) this.#end({ how: 'limit', values: {}, reason: `the page used more CPU time than it may (${this.start.limits.cpuBurstMs} ms at once)` });
  }

  /** §9.1: state first, then the first transition in document order that matches, then its content. */
  #process(item: QueuedEvent): void {
    const document = this.#document;
    if (document === undefined) return;
    for (const patch of item.patches) this.objects.apply(patch);
    const { event } = item;
    if (event !== undefined) {
      this.#depth = item.depth;
      this.trace(() => ({ what: 'event', name: event.name, event }));
      this.#react(document, event);
      this.#depth = 0;
    }
    if (!this.#ended) for (const patch of item.patches) if (patch.remove === 'after') this.objects.remove(patch.kind, patch.id);
  }

  #react(document: CcxmlScope, event: EventData): void {
    let state: string | undefined;
    let asked = false;
    const current = (): string | undefined => {
      if (!asked) state = stateOf(this.context, document.scope, document.loaded.document);
      asked = true;
      return state;
    };
    const candidates = inState(transitionIndex.candidates(document.loaded.document, event.name), current);
    if (candidates.length === 0) return this.#unhandled(event);
    const scope = openTransitionScope(this.context, this.objects, document.scope, event, candidates.some((t) => t.declares));
    this.#runner.enter(scope, event);
    const transition = selectTransition(candidates, this.#runner);
    if (transition === undefined) this.#unhandled(event);
    else if (transition.type === 'completion') this.#complete(transition.completion);
    else {
      const { node } = transition;
      const before = this.#trace ? current() : undefined;
      this.trace(() => ({ what: 'transition', event: event.name, state: before, place: `${document.loaded.document.uri}:${node.line}:${node.column}` }));
      if (node.eventName !== undefined) this.context.declare(scope, node.eventName, 'event$');
      this.#complete(this.#runner.execute(node.children));
      if (!this.#ended) this.#traceState(document, before);
    }
    if (this.#ended) return;
    this.#runner.leave();
    this.context.closeScope(scope);
  }

  #traceState(document: CcxmlScope, before: string | undefined): void {
    if (!this.#trace || this.#document !== document) return;
    const after = stateOf(this.context, document.scope, document.loaded.document);
    if (after !== before) this.trace(() => ({ what: 'state', from: before ?? '', to: after ?? '' }));
  }

  #unhandled(event: EventData): void {
    this.trace(() => ({ what: 'unhandled', event: event.name }));
    // §6.3: whoever sent it, the platform or a page.
    if (event.name === 'ccxml.kill') this.#end({ how: 'kill', values: {}, reason: String(event['reason'] ?? 'ccxml.kill') });
    else if (event.name === 'error' || event.name.startsWith('error.')) this.#end({ how: 'error', values: {}, reason: `${event.name} was not handled: ${String(event['reason'] ?? '')}` });
  }

  #complete(completion: Completion): void {
    switch (completion.type) {
      case 'normal':
      case 'abort':
        return;
      case 'exit':
        return this.#end({ how: 'exit', value: completion.value, values: completion.values });
      case 'limit':
        return this.#end({ how: 'limit', values: {}, reason: completion.reason });
      case 'goto': {
        this.#leaveDocument();
        this.#enter(completion.document, false);
      }
    }
  }

  #leaveDocument(): void {
    if (this.#document === undefined) return;
    this.#runner.leave();
    this.context.closeScope(this.#document.scope);
    this.#document = undefined;
  }

  /** Initializes a document (§6.3, §9.5.2): its variables and scripts run, then ccxml.loaded is the first event it sees. */
  #enter(loaded: LoadedDocument, first: boolean): void {
    const { document } = loaded;
    const scope = this.context.openScope(this.#application, 'ccxml', { named: true });
    this.#document = { loaded, scope };
    this.trace(() => ({ what: 'document', uri: document.uri }));
    for (const warning of document.warnings) this.request({ do: 'log', level: 'warn', message: warning.message, place: `${document.uri}:${warning.line}:${warning.column}` });
    if (document.looksAtObjects) this.objects.show();
    this.#runner.initialize(scope);
    const completion = this.#runner.execute(document.initial);
    const failure = this.#runner.initializationError;
    if (completion.type === 'limit') return this.#end({ how: 'limit', values: {}, reason: completion.reason });
    if (completion.type === 'exit') return this.#end({ how: 'exit', value: completion.value, values: completion.values });
    if (failure !== undefined) return this.#end({ how: first ? 'load' : 'error', values: {}, reason: failure.reason, place: failure.place });
    const undeclared = declareState(this.context, scope, document);
    if (undeclared !== undefined) this.request({ do: 'log', level: 'warn', message: undeclared, place: document.uri });
    if (first) this.request({ do: 'loaded' });
    const loadedEvent = this.#event('ccxml.loaded', { sessionid: this.start.session, parent: this.start.parent });
    this.#queue.unshift({ event: loadedEvent, patches: [], depth: 0 });
  }

  /** What an ECMAScript failure means for the session: undefined, or the limit it hit. */
  limitOf(failure: Extract<ScriptOutcome, { ok: false }>): string | undefined {
    if (failure.kind === 'timeout') return `an expression or script ran longer than ${this.start.limits.evaluationMs} ms`;
    if (failure.kind === 'memory') return `the page used more than ${this.start.limits.memoryBytes} bytes of memory`;
    return undefined;
  }

  #end(end: SessionEnd): void {
    if (this.#ended) return;
    this.request({ do: 'end', end });
    this.#ended = true;
    this.delayed.clear();
    this.#queue.clear();
    this.#waiting.clear();
    this.#surroundings.defer(() => {
      this.context.dispose();
    });
  }

  /** Ends from outside, without a word to the host. */
  dispose(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.delayed.clear();
    this.#queue.clear();
    this.context.dispose();
  }
}

interface CcxmlScope {
  readonly loaded: LoadedDocument;
  readonly scope: ScriptScope;
}

export type { ObjectPatch };
