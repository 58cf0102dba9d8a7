import type { BridgeId, MediaPath } from '../../ccxml/platform.ts';
import type { ConferenceId, ConnectionId, DialogId, MediaId } from '../../kernel/ids.ts';
import { accepted, refused, type Reply } from '../../kernel/result.ts';
import type { Media } from '../../media/media.ts';
import type { ClampChange } from '../clamping/clamp-change.ts';
import { clampFor, type ClampPolicy, type PartyRole } from '../clamping/clamp-policy.ts';
import { operatorKeeper, SecretDigits } from '../clamping/secret-digits.ts';
import type { ConferenceRooms } from './conference-rooms.ts';
import type { PlatformDialogs } from './platform-dialogs.ts';

export interface ClampedPathsDeps {
  readonly media: Media;
  readonly clampPolicy: ClampPolicy;
  readonly conferences: ConferenceRooms;
  readonly dialogs: PlatformDialogs;
  /** Of a connection that is there. */
  readonly legNode: (connection: ConnectionId) => MediaId | undefined;
}

/** Who hears whom, and with what taken out: what pages join, under the house's rule for the parties' roles, while digits are secret too. */
export class ClampedPaths {
  readonly #deps: ClampedPathsDeps;
  readonly #secret = new SecretDigits();
  readonly #roles = new Map<ConnectionId, PartyRole>();

  constructor(deps: ClampedPathsDeps) {
    this.#deps = deps;
  }

  /** The role of a connection decides what it may hear (`core/clamping`). */
  setRole(connection: ConnectionId, role: PartyRole): void {
    this.#roles.set(connection, role);
  }

  isSecret(connection: ConnectionId): boolean {
    return this.#secret.isSecret(connection);
  }

  nodeOf(id: BridgeId): MediaId | undefined {
    const { legNode, conferences, dialogs } = this.#deps;
    return legNode(id as ConnectionId) ?? conferences.nodeOf(id as ConferenceId) ?? dialogs.nodeOf(id as DialogId);
  }

  connect(path: MediaPath): Reply {
    const from = this.nodeOf(path.from);
    const to = this.nodeOf(path.to);
    if (from === undefined || to === undefined) return refused('unknown-id', `no media for ${from === undefined ? path.from : path.to}`);
    const clamp = clampFor(this.#deps.clampPolicy, { from: this.#roleOf(path.from), to: this.#roleOf(path.to), dtmfClamp: path.dtmfClamp || this.#secret.isSecret(path.from), toneClamp: path.toneClamp });
    const reply = this.#deps.media.connect({ from, to, clamp, autoGain: path.autoInputGain === true || path.autoOutputGain === true });
    if (!reply.accepted) return reply;
    this.#deps.conferences.entered(from, to, path);
    this.#secret.joined(path);
    return reply;
  }

  disconnect(command: { from: BridgeId; to: BridgeId }): Reply {
    this.#secret.left(command.from, command.to);
    const from = this.nodeOf(command.from);
    const to = this.nodeOf(command.to);
    // A path ends with either of its nodes, so one that is gone is already undone.
    if (from === undefined || to === undefined) return accepted;
    this.#deps.conferences.left(from, to);
    return this.#deps.media.disconnect({ from, to });
  }

  /** Otherwise than the page asked, until it joins anew; the house's own rule still stands. */
  change(connection: ConnectionId, { to, dtmfClamp, toneClamp, secret }: ClampChange): Reply {
    const paths = this.#secret.pathsFrom(connection).filter((path) => to === undefined || path.to === to);
    if (to !== undefined && paths.length === 0) return refused('unknown-id', `${connection} is not joined to ${to}`);
    for (const path of paths) {
      const reply = this.connect({ ...path, dtmfClamp: dtmfClamp ?? path.dtmfClamp, toneClamp: toneClamp ?? path.toneClamp });
      if (!reply.accepted) return reply;
    }
    if (secret !== undefined) this.#setSecret(connection, operatorKeeper, secret);
    return accepted;
  }

  /** A dialog wants the digits of the connection that it talks to for itself, or does so no more. */
  keepSecret(dialog: DialogId, on: boolean): void {
    const connection = this.#deps.dialogs.connectionOf(dialog);
    if (connection !== undefined) this.#setSecret(connection, dialog, on);
  }

  /** A connection has told its last; its paths are gone with it. */
  ended(connection: ConnectionId): void {
    this.#secret.ended(connection);
  }

  forget(connection: ConnectionId): void {
    this.#roles.delete(connection);
  }

  #setSecret(connection: ConnectionId, keeper: DialogId | typeof operatorKeeper, on: boolean): void {
    for (const path of this.#secret.set(connection, keeper, on)) this.connect(path);
    const node = this.#deps.legNode(connection);
    if (node !== undefined) this.#deps.media.hideDigits({ node, on: this.#secret.isSecret(connection) });
  }

  #roleOf(id: BridgeId): PartyRole {
    if (this.#deps.dialogs.has(id as DialogId)) return 'dialog';
    if (this.#deps.conferences.nodeOf(id as ConferenceId) !== undefined) return 'conference';
    return this.#roles.get(id as ConnectionId) ?? 'other';
  }
}
