import type { Clock } from '../../kernel/clock.ts';
import type { SessionId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { BridgeGraph } from '../objects/bridges.ts';
import { conferenceProperties, type Conference } from '../objects/conference.ts';
import { connectionProperties, type Connection } from '../objects/connection.ts';
import { dialogProperties, type Dialog } from '../objects/dialog.ts';
import type { CcxmlPlatform } from '../platform.ts';
import type { ObjectPatch, SessionLimits } from '../session/session-protocol.ts';
import type { HostSession } from './host-session.ts';
import type { ResourceLoader } from './resource-loader.ts';

export interface OutgoingEvent {
  readonly name: string;
  readonly eventsource: string;
  readonly eventsourcetype: 'connection' | 'dialog' | 'conference' | 'ccxml' | 'basichttp';
  readonly [property: string]: unknown;
}

/** What the parts of the host share: the objects that outlive one session's sight, and the way to the sessions. */
export class HostState {
  readonly platform: CcxmlPlatform;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly resources: ResourceLoader;
  readonly limits: SessionLimits;
  readonly sessions = new Map<SessionId, HostSession>();
  readonly connections = new Map<string, Connection>();
  readonly dialogs = new Map<string, Dialog>();
  readonly conferences = new Map<string, Conference>();
  readonly bridges = new BridgeGraph();
  /** Events of objects nobody knows. */
  dropped = 0;

  constructor(parts: Pick<HostState, 'platform' | 'clock' | 'logger' | 'resources' | 'limits'>) {
    this.platform = parts.platform;
    this.clock = parts.clock;
    this.logger = parts.logger;
    this.resources = parts.resources;
    this.limits = parts.limits;
  }

  /** Sends an event with its state changes; false when there is no such session. */
  deliver(session: SessionId, event: OutgoingEvent | undefined, patches: readonly ObjectPatch[] = []): boolean {
    const found = this.sessions.get(session);
    if (found === undefined) return false;
    found.post({ type: 'event', ...(event === undefined ? {} : { event }), ...(patches.length === 0 ? {} : { patches }) });
    return true;
  }

  /** An error of an element, as §9.5 has it: with the element's name and why. */
  elementError(session: SessionId, name: string, tagname: string, reason: string, properties: Readonly<Record<string, unknown>> = {}, patches: readonly ObjectPatch[] = []): void {
    this.deliver(session, { ...properties, name, eventsource: session, eventsourcetype: 'ccxml', tagname, reason: `${tagname}: ${reason}` }, patches);
  }

  /** Sessions that see an endpoint: the owner, or those attached to the conference. */
  watchers(id: string): readonly SessionId[] {
    const owned = this.connections.get(id) ?? this.dialogs.get(id);
    if (owned !== undefined) return [owned.owner];
    return [...(this.conferences.get(id)?.attached ?? [])];
  }

  /** The whole state of an object, as its sessions shall see it. */
  patch(id: string, remove?: ObjectPatch['remove']): ObjectPatch | undefined {
    const media = { input: this.bridges.input(id), outputs: this.bridges.outputs(id) };
    const tail = remove === undefined ? {} : { remove };
    const connection = this.connections.get(id);
    if (connection !== undefined) return { kind: 'connections', id, set: { ...connectionProperties(connection), ...media }, ...tail };
    const dialog = this.dialogs.get(id);
    if (dialog !== undefined) return { kind: 'dialogs', id, set: { ...dialogProperties(dialog), ...media }, ...tail };
    const conference = this.conferences.get(id);
    if (conference !== undefined) return { kind: 'conferences', id, set: { ...conferenceProperties(conference), outputs: media.outputs, inputs: this.bridges.inputs(id) }, ...tail };
    return undefined;
  }

  /** Patches of the endpoints among `ids` that a session sees. */
  patchesFor(session: SessionId, ids: Iterable<string>, mediaOnly = false): ObjectPatch[] {
    const patches: ObjectPatch[] = [];
    for (const id of new Set(ids)) {
      if (!this.watchers(id).includes(session)) continue;
      const patch = this.patch(id);
      if (patch !== undefined) patches.push(mediaOnly ? onlyMedia(patch) : patch);
    }
    return patches;
  }

  /**
   * Tells `event` to `sessions` with the changed `ids`, and the changes alone to every other session that sees one of them.
   * `mediaOnly`: the bridges changed, the rest of the state is told by an event of its own.
   */
  announce(sessions: readonly SessionId[], event: OutgoingEvent | undefined, ids: readonly string[], mediaOnly = false): void {
    const told = new Set(event === undefined ? [] : sessions);
    for (const session of told) this.deliver(session, event, this.patchesFor(session, ids, mediaOnly));
    const others = new Set(ids.flatMap((id) => this.watchers(id)).filter((session) => !told.has(session)));
    for (const session of others) this.deliver(session, undefined, this.patchesFor(session, ids, mediaOnly));
  }
}

function onlyMedia(patch: ObjectPatch): ObjectPatch {
  const { input, inputs, outputs } = patch.set ?? {};
  return { ...patch, set: patch.kind === 'conferences' ? { inputs, outputs } : { input, outputs } };
}
