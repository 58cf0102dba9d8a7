import type { ConferenceId, ConnectionId, DialogId, SessionId } from '../../kernel/ids.ts';
import type { EventData } from '../events/event-data.ts';
import type { ObjectKind, SessionRequest } from '../session/session-protocol.ts';
import type { Conferences } from './conferences.ts';
import type { HostSession } from './host-session.ts';
import type { HostState } from './host-state.ts';

/** `<move>`: an event source, or an event with its source, to another session (CCXML 1.0 §9.2.4). */
export class Moves {
  readonly #state: HostState;
  readonly #conferences: Conferences;

  constructor(state: HostState, conferences: Conferences) {
    this.#state = state;
    this.#conferences = conferences;
  }

  move(session: SessionId, request: Extract<SessionRequest, { do: 'move' }>): void {
    const { source, event } = request;
    const error = (name: string, reason: string): void => this.#state.elementError(session, name, 'move', reason, { sessionid: request.session });
    const target = this.#state.sessions.get(request.session as SessionId);
    if (target === undefined) return error('error.move', `there is no session ${JSON.stringify(request.session)}`);
    const id = source ?? this.#sourceOf(event);
    if (id !== undefined && this.#state.sessions.has(id as SessionId)) return error('error.move', 'a session cannot be moved');
    if (id !== undefined && !this.#owns(session, id)) return error('error.semantic', `${JSON.stringify(id)} is no connection, dialog or conference of this session`);
    if (id === undefined && event === undefined) return error('error.semantic', 'neither a source nor an event');
    // §9.2.4: what is bridged to another object stays where it is, whether by <join> or by a dialog that runs on it.
    const partner = id === undefined ? undefined : [...this.#state.bridges.inputs(id), ...this.#state.bridges.outputs(id)][0];
    if (id !== undefined && partner !== undefined && target.id !== session) return error('error.move', `${id} is bridged to ${partner}; <unjoin> them first`);
    if (target.id === session) {
      if (event !== undefined) this.#state.deliver(session, event as EventData & { eventsourcetype: 'ccxml' });
    } else {
      const kind = id === undefined ? undefined : this.#handOver(session, target.id, id);
      const patch = id === undefined ? undefined : this.#state.patch(id);
      this.#state.deliver(target.id, event === undefined ? undefined : withoutObjects(event), patch === undefined ? [] : [patch]);
      if (id !== undefined && kind !== undefined) this.#state.deliver(session, undefined, [{ kind, id, remove: 'now' }]);
    }
    this.#state.deliver(session, { name: 'move.successful', sessionid: request.session, ...(id === undefined ? {} : { source: id }), tagname: 'move', eventsource: session, eventsourcetype: 'ccxml' });
  }

  /** Connections and conferences of a session that is over go on under another one. */
  inherit(from: HostSession, to: SessionId, connections: readonly ConnectionId[]): void {
    for (const id of [...connections, ...from.conferences]) {
      this.#handOver(from.id, to, id);
      const patch = this.#state.patch(id);
      if (patch !== undefined) this.#state.deliver(to, undefined, [patch]);
    }
    for (const id of connections) from.connections.delete(id);
    from.conferences.clear();
  }

  #owns(session: SessionId, id: string): boolean {
    return this.#state.watchers(id).includes(session);
  }

  #handOver(from: SessionId, to: SessionId, id: string): ObjectKind | undefined {
    const giver = this.#state.sessions.get(from);
    const taker = this.#state.sessions.get(to);
    const connection = this.#state.connections.get(id);
    if (connection !== undefined) {
      connection.owner = to;
      giver?.connections.delete(id as ConnectionId);
      taker?.connections.add(id as ConnectionId);
      return 'connections';
    }
    const dialog = this.#state.dialogs.get(id);
    if (dialog !== undefined) {
      dialog.owner = to;
      giver?.dialogs.delete(id as DialogId);
      taker?.dialogs.add(id as DialogId);
      return 'dialogs';
    }
    if (!this.#state.conferences.has(id)) return undefined;
    this.#conferences.attach(id as ConferenceId, to);
    this.#conferences.detach(id as ConferenceId, from);
    return 'conferences';
  }

  /** The connection, dialog or conference an event came from; none for an event of a session, or of what is over. */
  #sourceOf(event: EventData | undefined): string | undefined {
    if (event === undefined) return undefined;
    const key = event.eventsourcetype === 'dialog' ? 'dialogid' : event.eventsourcetype === 'connection' ? 'connectionid' : event.eventsourcetype === 'conference' ? 'conferenceid' : undefined;
    const id = key === undefined ? undefined : event[key];
    return typeof id === 'string' && this.#state.bridges.has(id) ? id : undefined;
  }
}

/** The copies of live objects stay behind: the receiving session puts its own in. */
function withoutObjects(event: EventData): EventData & { readonly eventsourcetype: 'ccxml' } {
  const { connection: _connection, dialog: _dialog, conference: _conference, ...rest } = event;
  return rest as EventData & { eventsourcetype: 'ccxml' };
}
