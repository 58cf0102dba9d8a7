import type { ConferenceId, ConnectionId, DialogId, SessionId } from '../../kernel/ids.ts';
import type { Dialog } from '../objects/dialog.ts';
import { isOver } from '../objects/connection.machine.ts';
import type { DialogFetch, PlatformEvent } from '../platform.ts';
import type { DialogMedia, DialogRequest, ObjectPatch, SessionRequest } from '../session/session-protocol.ts';
import { dialogMediaOptions, type Bridging } from './bridging.ts';
import type { HostState } from './host-state.ts';
import { refusalReason } from './refusal-reason.ts';

type Request<N extends SessionRequest['do']> = Extract<SessionRequest, { do: N }>;

/** Dialogs: prepared, started on an endpoint, ended (CCXML 1.0 §7). */
export class Dialogs {
  readonly #state: HostState;
  readonly #bridging: Bridging;

  constructor(state: HostState, bridging: Bridging) {
    this.#state = state;
    this.#bridging = bridging;
  }

  prepare(session: SessionId, request: Request<'dialogprepare'>): void {
    const trouble = this.#endpointTrouble(session, request.media);
    if (trouble !== undefined) return this.#refuse(session, 'error.semantic', 'dialogprepare', request.dialog, trouble);
    const { connection, conference, direction } = request.media;
    this.#add({ kind: 'dialog', id: request.dialog, owner: session, state: 'preparing', connection, conference, direction, parameters: request.parameters });
    const reply = this.#state.platform.prepareDialog({
      dialog: request.dialog, session, src: request.src, type: request.type, parameters: request.parameters, fetch: fetchOf(request), hints: request.hints, ...endpointOf(request.media),
    });
    if (!reply.accepted) this.#failed(request.dialog, 'error.dialog.notprepared', 'dialogprepare', refusalReason(reply.refusal));
    else this.#state.announce([], undefined, [request.dialog]);
  }

  startDialog(session: SessionId, request: Request<'dialogstart'>): void {
    if (request.prepared) return this.#startPrepared(session, request);
    const trouble = this.#endpointTrouble(session, request.media);
    if (trouble !== undefined) return this.#refuse(session, 'error.semantic', 'dialogstart', request.dialog, trouble);
    const { connection, conference, direction } = request.media;
    const dialog = this.#add({ kind: 'dialog', id: request.dialog, owner: session, state: 'starting', connection, conference, direction, parameters: request.parameters });
    const reply = this.#state.platform.startDialog({
      dialog: dialog.id, session, src: request.src, type: request.type, parameters: request.parameters, fetch: fetchOf(request), hints: request.hints, ...endpointOf(request.media),
    });
    if (!reply.accepted) return this.#failed(dialog.id, 'error.dialog.notstarted', 'dialogstart', refusalReason(reply.refusal));
    this.#connect(dialog);
  }

  #startPrepared(session: SessionId, request: Extract<Request<'dialogstart'>, { prepared: true }>): void {
    const dialog = this.#state.dialogs.get(request.dialog);
    const error = (name: string, reason: string): void => this.#state.elementError(session, name, 'dialogstart', reason, { dialogid: request.dialog });
    if (dialog?.owner !== session) return error('error.semantic', `${JSON.stringify(request.dialog)} is no prepared dialog of this session`);
    if (dialog.state !== 'prepared') return error('error.dialog.wrongstate', `dialog ${dialog.id} is ${dialog.state}, not prepared`);
    const given = request.media.connection !== undefined || request.media.conference !== undefined;
    // §7.2.2.2: the endpoint is named once, by the one element or the other.
    if (given && (dialog.connection ?? dialog.conference) !== undefined) return error('error.dialog.notstarted', `dialog ${dialog.id} was prepared for ${dialog.connection ?? dialog.conference ?? ''}; it takes no other connectionid or conferenceid`);
    const media: DialogMedia = given ? request.media
      : dialog.connection !== undefined || dialog.conference !== undefined ? { connection: dialog.connection, conference: dialog.conference, direction: request.media.direction }
      : { connection: request.media.fallback, conference: undefined, direction: request.media.direction };
    if (media.connection === undefined && media.conference === undefined) return error('error.semantic', 'no connectionid, and neither the prepared dialog nor the event has one');
    const trouble = this.#endpointTrouble(session, media);
    if (trouble !== undefined) return error('error.semantic', trouble);
    dialog.connection = media.connection;
    dialog.conference = media.conference;
    if (request.media.directionGiven === true) dialog.direction = request.media.direction;
    dialog.state = 'starting';
    const reply = this.#state.platform.startDialog({ dialog: dialog.id, session, parameters: dialog.parameters, hints: request.hints, ...endpointOf(media) });
    if (!reply.accepted) return this.#failed(dialog.id, 'error.dialog.notstarted', 'dialogstart', refusalReason(reply.refusal));
    this.#connect(dialog);
  }

  terminate(session: SessionId, request: Request<'dialogterminate'>): void {
    const dialog = this.#state.dialogs.get(request.dialog);
    if (dialog?.owner !== session) return this.#state.elementError(session, 'error.semantic', 'dialogterminate', `${JSON.stringify(request.dialog)} is no dialog of this session`, { dialogid: request.dialog });
    if (dialog.state === 'terminating' && !request.immediate) return;
    dialog.state = 'terminating';
    const reply = this.#state.platform.terminateDialog({ dialog: dialog.id, immediate: request.immediate, hints: request.hints });
    // A dialog the platform does not know any more is over all the same.
    if (!reply.accepted) this.#exit(dialog, {}, reply.refusal.reason);
  }

  /** A connection is over: what was started on it ends as by a hang-up, if the platform does not see to that. */
  connectionGone(connection: string): void {
    if (this.#state.platform.leavesDialogsRunning !== true) return;
    for (const dialog of this.#state.dialogs.values()) {
      if (dialog.connection !== connection || dialog.state === 'terminating' || dialog.state === 'over') continue;
      if (dialog.state === 'prepared' || dialog.state === 'preparing') continue;
      dialog.state = 'terminating';
      const reply = this.#state.platform.terminateDialog({ dialog: dialog.id, immediate: false, hints: {} });
      if (!reply.accepted) this.#exit(dialog, {}, 'the connection is over');
    }
  }

  /** Ends a dialog whose session is over. */
  abandon(id: DialogId): void {
    const dialog = this.#state.dialogs.get(id);
    if (dialog === undefined) return;
    this.#forget(dialog);
    this.#state.platform.terminateDialog({ dialog: id, immediate: true, hints: {} });
  }

  deliver(event: Extract<PlatformEvent, { dialog: DialogId }>): void {
    const dialog = this.#state.dialogs.get(event.dialog);
    if (dialog === undefined) {
      this.#state.dropped += 1;
      return;
    }
    switch (event.name) {
      case 'dialog.prepared':
        if (dialog.state !== 'preparing') return;
        dialog.state = 'prepared';
        return this.#tell(dialog, event.name, {});
      case 'dialog.started':
        if (dialog.state !== 'starting' && dialog.state !== 'terminating') return;
        if (dialog.state === 'starting') dialog.state = 'started';
        return this.#tell(dialog, event.name, {});
      case 'dialog.failed': {
        if (dialog.state === 'started' || dialog.state === 'terminating') return this.#exit(dialog, {}, `${event.event}: ${event.reason}`);
        const prepare = event.phase === 'prepare' && dialog.state === 'preparing';
        return this.#failed(dialog.id, prepare ? 'error.dialog.notprepared' : 'error.dialog.notstarted', prepare ? 'dialogprepare' : 'dialogstart', `${event.event}: ${event.reason}`);
      }
      case 'dialog.exit':
        return this.#exit(dialog, event.values, event.reason);
      case 'dialog.disconnect':
        return this.#tell(dialog, event.name, { values: event.values, namelist: event.values });
      case 'dialog.transfer':
        return this.#tell(dialog, event.name, {
          type: event.type, uri: event.uri, URI: event.uri, values: event.values, namelist: event.values, aai: event.aai,
          ...(event.maxTimeMs === undefined ? {} : { maxtime: `${event.maxTimeMs}ms` }),
          ...(event.connectTimeoutMs === undefined ? {} : { connecttimeout: `${event.connectTimeoutMs}ms` }),
        });
      case 'dialog.terminatetransfer':
        return this.#tell(dialog, event.name, { reason: event.reason });
      case 'dialog.user':
        return this.#tell(dialog, event.event.startsWith('dialog.') ? event.event : `dialog.user.${event.event}`, { values: event.values, ...event.values });
    }
  }

  #exit(dialog: Dialog, values: Readonly<Record<string, unknown>>, reason: string | undefined): void {
    if (dialog.state === 'over') return;
    dialog.state = 'over';
    this.#bridging.endpointGone(dialog.id);
    this.#tell(dialog, 'dialog.exit', { values, reason }, 'after');
    this.#forget(dialog);
  }

  #failed(id: DialogId, name: string, tagname: string, reason: string): void {
    const dialog = this.#state.dialogs.get(id);
    if (dialog === undefined) return;
    dialog.state = 'over';
    this.#bridging.endpointGone(id);
    this.#tell(dialog, name, { reason: `${tagname}: ${reason}`, tagname }, 'after');
    this.#forget(dialog);
  }

  #refuse(session: SessionId, name: string, tagname: string, id: DialogId, reason: string): void {
    this.#state.elementError(session, name, tagname, reason, { dialogid: id }, [{ kind: 'dialogs', id, remove: 'after' }]);
  }

  /** §7.2.2: the dialog and its endpoint are bridged without events of their own. */
  #connect(dialog: Dialog): void {
    const endpoint = dialog.connection ?? dialog.conference;
    if (endpoint === undefined || dialog.state === 'over') return;
    const outcome = dialog.direction === 'dialogreceive' ? this.#bridging.bridge(dialog.id, endpoint, 'half', dialogMediaOptions, false)
      : dialog.direction === 'dialogtransmit' ? this.#bridging.bridge(endpoint, dialog.id, 'half', dialogMediaOptions, false)
      : this.#bridging.bridge(endpoint, dialog.id, 'full', dialogMediaOptions, false);
    if (outcome.ok) return this.#state.announce([], undefined, outcome.touched);
    this.#state.platform.terminateDialog({ dialog: dialog.id, immediate: true, hints: {} });
    this.#failed(dialog.id, 'error.dialog.notstarted', 'dialogstart', outcome.reason);
  }

  #endpointTrouble(session: SessionId, media: DialogMedia): string | undefined {
    if (media.connection !== undefined) {
      const connection = this.#state.connections.get(media.connection);
      if (connection?.owner !== session) return `${JSON.stringify(media.connection)} is no connection of this session`;
      if (isOver(connection.state) || connection.state === 'ENDING') return `connection ${connection.id} is over`;
    }
    if (media.conference !== undefined && this.#state.conferences.get(media.conference)?.attached.has(session) !== true) return `${JSON.stringify(media.conference)} is no conference of this session`;
    return undefined;
  }

  #add(dialog: Dialog): Dialog {
    this.#state.dialogs.set(dialog.id, dialog);
    this.#state.bridges.add(dialog.id, 'dialog');
    this.#state.sessions.get(dialog.owner)?.dialogs.add(dialog.id);
    return dialog;
  }

  #forget(dialog: Dialog): void {
    this.#bridging.endpointGone(dialog.id);
    this.#state.dialogs.delete(dialog.id);
    this.#state.sessions.get(dialog.owner)?.dialogs.delete(dialog.id);
  }

  #tell(dialog: Dialog, name: string, properties: Readonly<Record<string, unknown>>, remove?: ObjectPatch['remove']): void {
    const ids = [dialog.id, ...(dialog.connection === undefined ? [] : [dialog.connection]), ...(dialog.conference === undefined ? [] : [dialog.conference])];
    const patches = this.#state.patchesFor(dialog.owner, ids).map((patch) => (patch.id === dialog.id && remove !== undefined ? { ...patch, remove } : patch));
    this.#state.deliver(dialog.owner, {
      ...properties, name, dialogid: dialog.id, connectionid: dialog.connection, conferenceid: dialog.conference, eventsource: dialog.id, eventsourcetype: 'dialog',
    }, patches);
  }
}

function endpointOf(media: DialogMedia): { connection?: ConnectionId; conference?: ConferenceId } {
  return {
    ...(media.connection === undefined ? {} : { connection: media.connection as ConnectionId }),
    ...(media.conference === undefined ? {} : { conference: media.conference as ConferenceId }),
  };
}

function fetchOf(request: DialogRequest): DialogFetch {
  return {
    method: request.method,
    encType: request.enctype,
    namelist: request.namelist,
    ...(request.maxAgeMs === undefined ? {} : { maxAgeSeconds: Math.floor(request.maxAgeMs / 1000) }),
    ...(request.maxStaleMs === undefined ? {} : { maxStaleSeconds: Math.floor(request.maxStaleMs / 1000) }),
  };
}
