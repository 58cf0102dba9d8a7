import type { Clock } from '../../kernel/clock.ts';
import type { ConnectionId, DialogId, IdSource, SessionId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { accepted, refused, type Reply } from '../../kernel/result.ts';
import { isEventName } from '../events/event-name.ts';
import type { CcxmlPlatform, CcxmlServer, PlatformEvent, SessionEnd, StartSession } from '../platform.ts';
import { defaultSessionLimits, type FetchRequest, type SessionLimits, type SessionRequest, type TraceEntry } from '../session/session-protocol.ts';
import { unreserved } from '../events/event-data.ts';
import { Bridging } from './bridging.ts';
import { Conferences } from './conferences.ts';
import { Connections } from './connections.ts';
import { Dialogs } from './dialogs.ts';
import type { HostSession } from './host-session.ts';
import { HostState } from './host-state.ts';
import { Moves } from './moves.ts';
import type { ResourceLoader } from './resource-loader.ts';
import { Sends } from './sends.ts';
import { SessionFamilies } from './session-families.ts';
import type { RunnerFactory, SessionRunner } from './session-runner.ts';

export interface HostParts {
  readonly platform: CcxmlPlatform;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  readonly resources: ResourceLoader;
  readonly runner: RunnerFactory;
  readonly limits?: Partial<SessionLimits>;
  /** Sessions at the same time. */
  readonly maxSessions?: number;
  /** `session.ioprocessors`: name → address. */
  readonly ioProcessors?: () => Readonly<Record<string, string>>;
  readonly observe?: SessionObserver;
}

/** Sessions whose launcher names no group. */
const defaultGroup = 'others';

/** Told what sessions do; for logs, traces and `nailup ccxml run`. */
export interface SessionObserver {
  readonly log?: (session: SessionId, level: 'info' | 'warn', message: string, place: string | undefined) => void;
  readonly trace?: (session: SessionId, entry: TraceEntry) => void;
  readonly ended?: (session: SessionId, end: SessionEnd) => void;
}

/** Who follows one session. */
export interface SessionFollower {
  readonly step: (entry: TraceEntry) => void;
  readonly ended: (end: SessionEnd) => void;
}

/** A session as a list shows it. `startedAt`: milliseconds since 1970. */
export interface RunningSession {
  readonly session: SessionId;
  readonly uri: string;
  readonly group: string;
  readonly parent: SessionId | undefined;
  readonly startedAt: number;
  readonly connections: readonly string[];
}

/** The main-thread side of the CCXML server: objects that sessions share, routing both ways, and the sessions' beginning and end. */
export class CcxmlHost implements CcxmlServer {
  readonly state: HostState;
  readonly #parts: HostParts;
  readonly #runner: SessionRunner;
  readonly #bridging: Bridging;
  readonly #connections: Connections;
  readonly #conferences: Conferences;
  readonly #dialogs: Dialogs;
  readonly #sends: Sends;
  readonly #moves: Moves;
  readonly #traced = new Map<SessionId, Set<SessionFollower>>();
  readonly #limits: SessionLimits;
  readonly #families: SessionFamilies;
  #stopping = false;

  constructor(parts: HostParts) {
    this.#parts = parts;
    this.#limits = { ...defaultSessionLimits, ...parts.limits };
    this.#families = new SessionFamilies(parts.clock, this.#limits.childSessions);
    this.state = new HostState({ platform: parts.platform, clock: parts.clock, logger: parts.logger, resources: parts.resources, limits: this.#limits });
    this.#bridging = new Bridging(this.state);
    this.#dialogs = new Dialogs(this.state, this.#bridging);
    this.#connections = new Connections(this.state, this.#bridging, this.#dialogs);
    this.#conferences = new Conferences(this.state, this.#bridging);
    this.#sends = new Sends(this.state);
    this.#moves = new Moves(this.state, this.#conferences);
    this.#runner = parts.runner({
      request: (session, request) => this.#guarded(session, request),
      lost: (session, end) => this.#ended(session, end),
    });
  }

  get sessionCount(): number {
    return this.state.sessions.size;
  }

  start(request: StartSession): Reply {
    if (this.state.sessions.has(request.session)) return refused('bad-argument', `session ${request.session} exists`);
    if (this.state.sessions.size >= (this.#parts.maxSessions ?? 10_000)) return refused('noresource', `${this.state.sessions.size} sessions run; no more may`);
    const fetch: FetchRequest = { id: `fetch-${request.session}-0`, uri: request.uri, method: 'get', enctype: 'application/x-www-form-urlencoded', namelist: {}, timeoutMs: undefined, maxAgeMs: undefined, maxStaleMs: undefined, ...(request.secondaryUri === undefined ? {} : { secondaryUri: request.secondaryUri }) };
    this.#launch(request.session, request.uri, undefined, request.group ?? defaultGroup, request.values ?? {}, fetch, request.inbound === undefined ? 'external' : 'newcall', request);
    if (request.inbound !== undefined) this.#connections.adopt(request.session, request.inbound.connection, request.inbound.facts);
    return accepted;
  }

  inject(session: SessionId, event: string, data: Readonly<Record<string, unknown>>): boolean {
    if (!isEventName(event)) return false;
    return this.state.deliver(session, { ...unreserved(data), name: event, eventsource: typeof data['eventsource'] === 'string' ? data['eventsource'] : 'basichttp', eventsourcetype: 'basichttp' });
  }

  kill(session: SessionId, unconditional: boolean): boolean {
    const found = this.state.sessions.get(session);
    if (found === undefined) return false;
    found.post({ type: 'kill', unconditional, reason: unconditional ? 'ccxml.kill.unconditional' : 'ccxml.kill' });
    return true;
  }

  deliver(event: PlatformEvent): void {
    if (event.name === 'path.failed') return this.#pathFailed(event);
    if ('connection' in event) return this.#connections.deliver(event);
    if ('conference' in event) return this.#conferences.deliver(event);
    this.#dialogs.deliver(event);
  }

  ownerOf(id: ConnectionId | DialogId): SessionId | undefined {
    return (this.state.connections.get(id) ?? this.state.dialogs.get(id))?.owner;
  }

  /** The sessions that run now, the oldest first. */
  running(): readonly RunningSession[] {
    return [...this.state.sessions.values()].map(({ id, uri, group, parent, startedAt, connections }) => ({ session: id, uri, group, parent, startedAt, connections: [...connections] }));
  }

  /** Follows a session live; call the result to stop. Undefined: no such session. */
  trace(session: SessionId, follower: SessionFollower): (() => void) | undefined {
    const found = this.state.sessions.get(session);
    if (found === undefined) return undefined;
    const listeners = this.#traced.get(session) ?? new Set();
    listeners.add(follower);
    this.#traced.set(session, listeners);
    found.post({ type: 'trace', on: true });
    return () => {
      listeners.delete(follower);
      if (listeners.size > 0 || this.#parts.observe?.trace !== undefined) return;
      this.#traced.delete(session);
      found.post({ type: 'trace', on: false });
    };
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const session of [...this.state.sessions.keys()]) {
      this.state.sessions.get(session)?.post({ type: 'kill', unconditional: true, reason: 'the server stops' });
      this.#ended(session, { how: 'kill', values: {}, reason: 'the server stops' });
    }
    await this.#runner.close();
  }

  #launch(session: SessionId, uri: string, parent: SessionId | undefined, group: string, values: Readonly<Record<string, unknown>>, fetch: FetchRequest, startupMode: 'newcall' | 'external' | 'createccxml', launcher?: Pick<StartSession, 'onEnd' | 'heir'>): void {
    const host: HostSession = {
      id: session, uri, parent, group, onEnd: launcher?.onEnd, heir: launcher?.heir, startedAt: this.state.clock.now(), connections: new Set(), dialogs: new Set(), conferences: new Set(), children: new Set(), fetches: new Map(), loaded: false,
      post: (message) => this.#runner.post(session, message),
    };
    this.state.sessions.set(session, host);
    if (parent === undefined) this.#families.begin(session);
    else this.state.sessions.get(parent)?.children.add(session);
    this.#runner.launch({ session, uri, startupMode, parent, values, ioProcessors: this.#parts.ioProcessors?.() ?? {}, fetch, limits: this.#limits, trace: this.#parts.observe?.trace !== undefined }, group);
  }

  /** What throws here is a bug; it ends the session that met it, not the server. */
  #guarded(session: SessionId, request: SessionRequest): void {
    try {
      this.#request(session, request);
    } catch (error) {
      this.state.logger.error({ session, request: request.do, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, 'a session request failed');
      this.state.sessions.get(session)?.post({ type: 'kill', unconditional: true, reason: `internal: ${request.do} failed` });
    }
  }

  #request(session: SessionId, request: SessionRequest): void {
    const owner = this.state.sessions.get(session);
    if (owner === undefined) return;
    switch (request.do) {
      case 'createcall': return this.#connections.createcall(session, request);
      case 'accept': return this.#connections.accept(session, request);
      case 'reject': return this.#connections.reject(session, request);
      case 'disconnect': return this.#connections.disconnect(session, request);
      case 'redirect': return this.#connections.redirect(session, request);
      case 'merge': return this.#connections.merge(session, request);
      case 'createconference': return this.#conferences.create(session, request);
      case 'destroyconference': return this.#conferences.destroy(session, request);
      case 'join': return this.#bridging.join(session, request);
      case 'unjoin': return this.#bridging.unjoin(session, request);
      case 'dialogprepare': return this.#dialogs.prepare(session, request);
      case 'dialogstart': return this.#dialogs.startDialog(session, request);
      case 'dialogterminate': return this.#dialogs.terminate(session, request);
      case 'send': return this.#sends.send(session, request);
      case 'move': return this.#moves.move(session, request);
      case 'createccxml': return this.#createSession(owner, request);
      case 'fetch': return this.#fetch(owner, request);
      case 'loaded': return this.#loaded(owner);
      case 'end': return this.#ended(session, request.end);
      case 'log':
        this.#parts.observe?.log?.(session, request.level, request.message, request.place);
        this.state.logger[request.level]({ session, ...(request.place === undefined ? {} : { place: request.place }) }, request.message);
        return;
      case 'trace':
        this.#parts.observe?.trace?.(session, request.entry);
        for (const follower of this.#traced.get(session) ?? []) follower.step(request.entry);
    }
  }

  #createSession(parent: HostSession, request: Extract<SessionRequest, { do: 'createccxml' }>): void {
    const refuse = (reason: string): void => this.state.elementError(parent.id, 'error.createccxml', 'createccxml', reason, { sessionid: request.session });
    if (this.state.sessions.size >= (this.#parts.maxSessions ?? 10_000)) return refuse('too many sessions run');
    const trouble = this.#families.join(parent.id, request.session);
    if (trouble !== undefined) return refuse(trouble);
    this.#launch(request.session, request.next.uri, parent.id, parent.group, request.parameters, request.next, 'createccxml');
  }

  #fetch(session: HostSession, request: FetchRequest): void {
    const controller = new AbortController();
    session.fetches.set(request.id, controller);
    void this.state.resources.load(request, controller.signal).then((outcome) => {
      session.fetches.delete(request.id);
      if (this.state.sessions.get(session.id) === session) session.post({ type: 'fetched', id: request.id, outcome });
    });
  }

  #loaded(session: HostSession): void {
    session.loaded = true;
    if (session.parent !== undefined) this.state.deliver(session.parent, { name: 'ccxml.created', sessionid: session.id, eventsource: session.id, eventsourcetype: 'ccxml' });
  }

  /** Everything a session had ends with it (CCXML 1.0 §6.3): connections, dialogs, its share of conferences, fetches. */
  #ended(id: SessionId, end: SessionEnd): void {
    const session = this.state.sessions.get(id);
    if (session === undefined) return;
    this.state.sessions.delete(id);
    this.#families.end(id);
    for (const follower of this.#traced.get(id) ?? []) follower.ended(end);
    this.#traced.delete(id);
    for (const controller of session.fetches.values()) controller.abort();
    this.#bequeath(session, end);
    for (const dialog of [...session.dialogs]) this.#dialogs.abandon(dialog);
    for (const connection of [...session.connections]) this.#connections.abandon(connection);
    for (const conference of [...session.conferences]) this.#conferences.abandon(id, conference);
    if (session.parent !== undefined) this.#tellParent(session, session.parent, end);
    this.#parts.observe?.ended?.(id, end);
    session.onEnd?.(end);
  }

  /** What is up goes to the heir, if the launcher names one. */
  #bequeath(session: HostSession, end: SessionEnd): void {
    if (session.heir === undefined || end.how === 'exit' || this.#stopping) return;
    const up = [...session.connections].filter((id) => this.state.connections.get(id)?.state === 'CONNECTED');
    const heir = up.length === 0 ? undefined : session.heir(end, up);
    if (heir === undefined) return;
    const reply = this.start(heir);
    if (reply.accepted) this.#moves.inherit(session, heir.session, up);
    else heir.onEnd({ how: 'load', values: {}, reason: reply.refusal.reason });
  }

  #tellParent(session: HostSession, parent: SessionId, end: SessionEnd): void {
    this.state.sessions.get(parent)?.children.delete(session.id);
    if (!session.loaded) {
      const where = end.place === undefined ? '' : ` (${end.place})`;
      return this.state.elementError(parent, 'error.createccxml', 'createccxml', `${end.reason ?? 'the document could not be started'}${where}`, { sessionid: session.id });
    }
    this.state.deliver(parent, {
      name: 'ccxml.exit', sessionid: session.id, reason: end.how === 'exit' ? end.value : `${end.how}: ${end.reason ?? ''}`, expr: end.value, value: end.value, values: end.values, namelist: Object.keys(end.values).join(' '),
      eventsource: session.id, eventsourcetype: 'ccxml',
    });
  }

  #pathFailed(event: Extract<PlatformEvent, { name: 'path.failed' }>): void {
    const { from, to, reason } = event;
    this.state.bridges.apply([{ type: 'disconnect', from, to }]);
    const sessions = [...new Set([...this.state.watchers(from), ...this.state.watchers(to)])];
    this.state.announce(sessions, { name: 'error.conference.join', id1: to, id2: from, reason: `join: ${reason}`, tagname: 'join', eventsource: to, eventsourcetype: 'conference' }, [from, to], true);
  }
}
