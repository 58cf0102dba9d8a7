import type { SessionId } from '../../kernel/ids.ts';
import { isOver } from '../objects/connection.machine.ts';
import type { PathChange } from '../objects/bridges.ts';
import type { BridgeId, MediaPath } from '../platform.ts';
import type { Duplex, JoinOptions, SessionRequest } from '../session/session-protocol.ts';
import type { HostState } from './host-state.ts';
import { refusalReason } from './refusal-reason.ts';

const defaultOptions: JoinOptions = { dtmfClamp: false, toneClamp: false, autoInputGain: undefined, autoOutputGain: undefined, entryTone: undefined, exitTone: undefined };

/** Carries the bridging rules out on the platform, path by path, and tells the sessions (CCXML 1.0 §10.4, §10.5.7, §10.5.8, §10.6.14). */
export class Bridging {
  readonly #state: HostState;

  constructor(state: HostState) {
    this.#state = state;
  }

  join(session: SessionId, request: Extract<SessionRequest, { do: 'join' }>): void {
    const { id1, id2 } = request;
    const error = (name: string, reason: string): void => this.#state.elementError(session, name, 'join', reason, { id1, id2 });
    for (const id of [id1, id2]) if (!this.#state.bridges.has(id)) return error('error.semantic', `${JSON.stringify(id)} is no connection, conference or dialog`);
    if (id1 === id2) return error('error.conference.join', 'an endpoint cannot be joined to itself');
    const trouble = this.#unusable(id1) ?? this.#unusable(id2);
    if (trouble !== undefined) return error('error.conference.join', trouble);
    const outcome = this.bridge(id1, id2, request.duplex, request.options, true);
    if (!outcome.ok) return error('error.conference.join', outcome.reason);
    const conferenceid = [id1, id2].find((id) => this.#state.conferences.has(id));
    this.#state.announce(this.#concerned(session, id1, id2), { name: 'conference.joined', id1, id2, duplex: request.duplex, ...(conferenceid === undefined ? {} : { conferenceid }), ...this.#source(id1, id2) }, outcome.touched, true);
  }

  unjoin(session: SessionId, request: Extract<SessionRequest, { do: 'unjoin' }>): void {
    const { id1, id2 } = request;
    const error = (name: string, reason: string): void => this.#state.elementError(session, name, 'unjoin', reason, { id1, id2 });
    for (const id of [id1, id2]) if (!this.#state.bridges.has(id)) return error('error.semantic', `${JSON.stringify(id)} is no connection, conference or dialog`);
    const plan = this.#state.bridges.planUnjoin(id1, id2);
    if (plan.length === 0) return error('error.conference.unjoin', `${id1} and ${id2} are not joined`);
    this.#carryOut(plan, defaultOptions);
    this.#state.bridges.apply(plan);
    this.#tellUnjoined([...this.#concerned(session, id1, id2)], id1, id2);
  }

  /** Makes a bridge without telling anybody. `page`: made by `<join>` or joinid, so that its end is told. */
  bridge(id1: string, id2: string, duplex: Duplex, options: JoinOptions, page: boolean): { ok: true; touched: readonly string[] } | { ok: false; reason: string } {
    const plan = this.#state.bridges.planJoin(id1, id2, duplex);
    const outcome = this.#carryOut(plan, options);
    if (outcome !== undefined) return { ok: false, reason: outcome };
    this.#state.bridges.apply(plan);
    if (page) this.#state.bridges.tell(id1, id2);
    return { ok: true, touched: [...new Set([id1, id2, ...plan.flatMap((change) => [change.from, change.to])])] };
  }

  /** An endpoint is over: its paths end; conference.unjoined tells of those a page made. */
  endpointGone(id: string, conference = false): void {
    const before = this.#state.watchers(id);
    const { changes, unjoined } = this.#state.bridges.remove(id);
    for (const { from, to } of changes) this.#state.platform.disconnectPath({ from: from as BridgeId, to: to as BridgeId });
    const partners = new Set(changes.flatMap((change) => [change.from, change.to]).filter((other) => other !== id));
    for (const partner of partners) {
      const sessions = [...new Set([...before, ...this.#state.watchers(partner)])];
      if (unjoined.includes(partner)) this.#tellUnjoined(sessions, conference ? partner : id, conference ? id : partner);
      else this.#state.announce([], undefined, [partner, id], true);
    }
  }

  #tellUnjoined(sessions: readonly SessionId[], id1: string, id2: string): void {
    const conferenceid = [id1, id2].find((id) => this.#state.conferences.has(id));
    this.#state.announce(sessions, { name: 'conference.unjoined', id1, id2, ...(conferenceid === undefined ? {} : { conferenceid }), ...this.#source(id1, id2) }, [id1, id2], true);
  }

  /** Every owner of one of the two, and who asked. */
  #concerned(session: SessionId, id1: string, id2: string): readonly SessionId[] {
    const owners = [id1, id2].flatMap((id) => (this.#state.conferences.has(id) ? [] : this.#state.watchers(id)));
    return [...new Set([session, ...owners])];
  }

  #source(id1: string, id2: string): { eventsource: string; eventsourcetype: 'conference' } {
    return { eventsource: [id1, id2].find((id) => this.#state.conferences.has(id)) ?? id1, eventsourcetype: 'conference' };
  }

  #unusable(id: string): string | undefined {
    const connection = this.#state.connections.get(id);
    if (connection !== undefined && (isOver(connection.state) || connection.state === 'ENDING')) return `connection ${id} is over`;
    const dialog = this.#state.dialogs.get(id);
    if (dialog !== undefined && dialog.state !== 'started' && dialog.state !== 'starting') return `dialog ${id} is not running`;
    const conference = this.#state.conferences.get(id);
    if (conference !== undefined && conference.state !== 'ready') return `conference ${id} is not ready`;
    return undefined;
  }

  /** Tells the platform; when it refuses a path, everything is put back and the reason returned. */
  #carryOut(plan: readonly PathChange[], options: JoinOptions): string | undefined {
    const done: PathChange[] = [];
    for (const change of plan) {
      const path = this.#path(change, options);
      const reply = change.type === 'connect' ? this.#state.platform.connectPath(path) : this.#state.platform.disconnectPath({ from: path.from, to: path.to });
      if (change.type === 'connect' && !reply.accepted) {
        for (const undo of done.reverse()) {
          if (undo.type === 'connect') this.#state.platform.disconnectPath({ from: undo.from as BridgeId, to: undo.to as BridgeId });
          else this.#state.platform.connectPath(this.#path(undo, defaultOptions));
        }
        return refusalReason(reply.refusal);
      }
      done.push(change);
    }
    return undefined;
  }

  #path(change: PathChange, options: JoinOptions): MediaPath {
    const conference = this.#state.conferences.has(change.to) || this.#state.conferences.has(change.from);
    return {
      from: change.from as BridgeId,
      to: change.to as BridgeId,
      dtmfClamp: options.dtmfClamp,
      toneClamp: options.toneClamp,
      ...(options.autoInputGain === undefined ? {} : { autoInputGain: options.autoInputGain }),
      ...(options.autoOutputGain === undefined ? {} : { autoOutputGain: options.autoOutputGain }),
      ...(conference && options.entryTone !== undefined ? { entryTone: options.entryTone } : {}),
      ...(conference && options.exitTone !== undefined ? { exitTone: options.exitTone } : {}),
    };
  }
}

export const joinDefaults: JoinOptions = { ...defaultOptions, dtmfClamp: true, toneClamp: true };
export const dialogMediaOptions = defaultOptions;
