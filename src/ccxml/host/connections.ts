import { step } from '../../kernel/machine.ts';
import type { ConnectionId, SessionId } from '../../kernel/ids.ts';
import type { Reply } from '../../kernel/result.ts';
import type { Connection } from '../objects/connection.ts';
import { connectionMachine, isOver, type ConnectionStep } from '../objects/connection.machine.ts';
import type { ConnectionFacts, PlatformEvent, PlatformEventMap } from '../platform.ts';
import type { SessionRequest } from '../session/session-protocol.ts';
import type { Bridging } from './bridging.ts';
import { joinDefaults } from './bridging.ts';
import type { Dialogs } from './dialogs.ts';
import type { HostState } from './host-state.ts';

type CallRequest<N extends SessionRequest['do']> = Extract<SessionRequest, { do: N }>;

/** Without `timeout`, how long a call may ring, ms; SIP's own limit is 3 minutes (RFC 3261 §16.6). */
const defaultTimeoutMs = 60_000;

/** Connections: commands down, events up, and their state in between (CCXML 1.0 §10.2, §10.5, §10.6). */
export class Connections {
  readonly #state: HostState;
  readonly #bridging: Bridging;
  readonly #dialogs: Dialogs;

  constructor(state: HostState, bridging: Bridging, dialogs: Dialogs) {
    this.#state = state;
    this.#bridging = bridging;
    this.#dialogs = dialogs;
  }

  createcall(session: SessionId, request: CallRequest<'createcall'>): void {
    const { connection: id, join } = request;
    if (join !== undefined && !this.#state.bridges.has(join.id)) {
      const gone = { kind: 'connections', id, remove: 'after' } as const;
      return this.#state.elementError(session, 'error.semantic', 'createcall', `joinid ${JSON.stringify(join.id)} is no connection, conference or dialog`, {}, [gone]);
    }
    const facts: ConnectionFacts = { local: request.callerId ?? '', remote: request.dest, originator: 'local', protocol: { name: 'sip', version: '2.0' }, ...(request.aai === undefined ? {} : { aai: request.aai }) };
    const connection = this.#add({ kind: 'connection', id, owner: session, state: 'DIALLING', facts, joinOnConnect: join });
    const reply = this.#state.platform.createCall({
      connection: id, session, dest: request.dest, timeoutMs: request.timeoutMs ?? defaultTimeoutMs, hints: request.hints,
      ...(request.callerId === undefined ? {} : { callerId: request.callerId }),
      ...(request.aai === undefined ? {} : { aai: request.aai }),
    });
    if (!reply.accepted) this.#over(connection, 'refused', { name: 'connection.failed', reason: reply.refusal.reason, info: {} });
  }

  accept(session: SessionId, request: CallRequest<'accept' | 'reject' | 'disconnect'>): void {
    this.#command(session, 'accept', request.connection, (id) => this.#state.platform.accept({ connection: id, hints: request.hints }));
  }

  reject(session: SessionId, request: CallRequest<'accept' | 'reject' | 'disconnect'>): void {
    this.#command(session, 'reject', request.connection, (id) => this.#state.platform.reject({ connection: id, hints: request.hints, ...reasonOf(request) }));
  }

  disconnect(session: SessionId, request: CallRequest<'accept' | 'reject' | 'disconnect'>): void {
    this.#command(session, 'disconnect', request.connection, (id) => this.#state.platform.disconnect({ connection: id, hints: request.hints, ...reasonOf(request) }));
  }

  redirect(session: SessionId, request: CallRequest<'redirect'>): void {
    this.#command(session, 'redirect', request.connection, (id) => this.#state.platform.redirect({ connection: id, dest: request.dest, hints: request.hints, ...reasonOf(request) }));
  }

  merge(session: SessionId, request: CallRequest<'merge'>): void {
    const { connection1, connection2, hints } = request;
    for (const id of [connection1, connection2]) {
      const found = this.#own(session, id);
      if (found === undefined) return this.#state.elementError(session, 'error.semantic', 'merge', `${JSON.stringify(id)} is no connection of this session`);
      if (!step(connectionMachine, found.state, 'merge').taken) return this.#wrongState(session, 'merge', found);
    }
    if (connection1 === connection2) return this.#state.elementError(session, 'error.semantic', 'merge', 'a connection cannot be merged with itself');
    const reply = this.#state.platform.merge({ connection1: connection1 as ConnectionId, connection2: connection2 as ConnectionId, hints });
    if (!reply.accepted) return this.#state.elementError(session, reply.refusal.kind === 'unsupported' ? 'error.unsupported' : 'error.merge', 'merge', reply.refusal.reason, { connectionid1: connection1, connectionid2: connection2 });
    for (const id of [connection1, connection2]) {
      const found = this.#own(session, id);
      if (found !== undefined) this.#step(found, 'merge');
    }
  }

  /** An inbound connection that a session shall own. */
  adopt(session: SessionId, id: ConnectionId, facts: ConnectionFacts, info: Readonly<Record<string, unknown>> = {}): void {
    const connection = this.#add({ kind: 'connection', id, owner: session, state: 'ALERTING', facts, joinOnConnect: undefined });
    this.#tell(connection, 'connection.alerting', { info });
  }

  /** Ends a connection whose session is over; nobody is told any more. */
  abandon(id: ConnectionId): void {
    const connection = this.#state.connections.get(id);
    if (connection === undefined) return;
    this.#bridging.endpointGone(id);
    this.#state.connections.delete(id);
    if (connection.state === 'ALERTING' || connection.state === 'ACCEPTING') this.#state.platform.reject({ connection: id, hints: {} });
    else this.#state.platform.disconnect({ connection: id, hints: {} });
  }

  deliver(event: Extract<PlatformEvent, { connection: ConnectionId }>): void {
    if (event.name === 'connection.alerting' && event.session !== undefined && !this.#state.connections.has(event.connection)) {
      if (this.#state.sessions.has(event.session)) return this.adopt(event.session, event.connection, event.facts, event.info);
    }
    const connection = this.#state.connections.get(event.connection);
    if (connection === undefined) {
      this.#state.dropped += 1;
      return;
    }
    if ('facts' in event) connection.facts = { ...connection.facts, ...event.facts };
    switch (event.name) {
      case 'connection.alerting':
      case 'connection.progressing':
        if (this.#step(connection, event.name === 'connection.alerting' ? 'alerting' : 'progressing')) this.#tell(connection, event.name, { info: event.info ?? {} });
        return;
      case 'connection.connected':
        return this.#connected(connection, event);
      case 'connection.disconnected':
        return this.#over(connection, 'disconnected', { name: event.name, reason: event.reason, trigger: event.trigger, info: event.info ?? {} });
      case 'connection.failed':
        return this.#over(connection, 'failed', { name: event.name, reason: event.reason, info: event.info ?? {} });
      case 'connection.redirected':
        return this.#over(connection, 'redirected', { name: event.name, reason: event.reason, info: event.info ?? {} });
      case 'connection.merged':
        return this.#over(connection, 'merged', { name: event.name, mergeid: event.other, connectionid1: event.connection, connectionid2: event.other, info: event.info ?? {} });
      case 'connection.signal':
        return this.#tell(connection, event.name, { info: event.info });
      case 'connection.error':
        this.#step(connection, 'error');
        return this.#tell(connection, event.event, { reason: event.reason });
    }
  }

  #connected(connection: Connection, event: PlatformEventMap['connection.connected']): void {
    if (!this.#step(connection, 'connected')) return;
    const join = connection.joinOnConnect;
    connection.joinOnConnect = undefined;
    let touched: readonly string[] = [connection.id];
    if (join !== undefined) {
      // §10.5.4: the bridge of joinid is there when connection.connected comes; no event of its own tells of it.
      const [id1, id2] = join.direction === 'calltransmit' ? [join.id, connection.id] : [connection.id, join.id];
      const outcome = this.#state.bridges.has(join.id) ? this.#bridging.bridge(id1, id2, join.direction === 'both' ? 'full' : 'half', joinDefaults, true) : { ok: false as const, reason: `${join.id} is over` };
      if (outcome.ok) touched = outcome.touched;
      else this.#state.elementError(connection.owner, 'error.conference.join', 'createcall', outcome.reason, { id1, id2 });
    }
    this.#state.announce([connection.owner], this.#event(connection, 'connection.connected', { info: event.info ?? {} }), touched);
  }

  #over(connection: Connection, by: ConnectionStep, event: { readonly name: string; readonly [property: string]: unknown }): void {
    if (!this.#step(connection, by)) return;
    this.#bridging.endpointGone(connection.id);
    const { name, ...properties } = event;
    const patch = this.#state.patch(connection.id, 'after');
    this.#state.deliver(connection.owner, this.#event(connection, name, properties), patch === undefined ? [] : [patch]);
    this.#state.connections.delete(connection.id);
    this.#state.sessions.get(connection.owner)?.connections.delete(connection.id);
    this.#dialogs.connectionGone(connection.id);
  }

  #command(session: SessionId, command: 'accept' | 'reject' | 'redirect' | 'disconnect', id: string, carryOut: (id: ConnectionId) => Reply): void {
    const connection = this.#own(session, id);
    if (connection === undefined) return this.#state.elementError(session, 'error.semantic', command, `${JSON.stringify(id)} is no connection of this session`, { connectionid: id });
    const before = connection.state;
    if (!this.#step(connection, command)) return this.#wrongState(session, command, connection);
    const reply = carryOut(connection.id);
    if (reply.accepted) return;
    if (!isOver(connection.state)) connection.state = before;
    const { kind, reason } = reply.refusal;
    const name = kind === 'bad-state' ? 'error.connection.wrongstate' : kind === 'unsupported' ? `error.unsupported.${command}` : kind === 'noresource' ? 'error.noresource' : 'error.connection';
    this.#state.elementError(session, name, command, reason, { connectionid: id });
  }

  #wrongState(session: SessionId, command: string, connection: Connection): void {
    const shown = this.#state.patch(connection.id)?.set?.['state'];
    this.#state.elementError(session, 'error.connection.wrongstate', command, `connection ${connection.id} is ${String(shown)}`, { connectionid: connection.id });
  }

  #own(session: SessionId, id: string): Connection | undefined {
    const connection = this.#state.connections.get(id);
    return connection?.owner === session ? connection : undefined;
  }

  #add(connection: Connection): Connection {
    this.#state.connections.set(connection.id, connection);
    this.#state.bridges.add(connection.id, 'connection');
    this.#state.sessions.get(connection.owner)?.connections.add(connection.id);
    return connection;
  }

  #step(connection: Connection, event: ConnectionStep): boolean {
    const next = step(connectionMachine, connection.state, event);
    connection.state = next.state;
    return next.taken;
  }

  #tell(connection: Connection, name: string, properties: Readonly<Record<string, unknown>>): void {
    this.#state.announce([connection.owner], this.#event(connection, name, properties), [connection.id]);
  }

  #event(connection: Connection, name: string, properties: Readonly<Record<string, unknown>>) {
    const { protocol, sip } = connection.facts;
    return { ...properties, name, connectionid: connection.id, protocol: { ...protocol, ...(sip === undefined ? {} : { sip }) }, eventsource: connection.id, eventsourcetype: 'connection' as const };
  }
}

function reasonOf(request: { readonly reason: string | undefined }): { reason?: string } {
  return request.reason === undefined ? {} : { reason: request.reason };
}
