import type { BridgeId, MediaPath } from '../../ccxml/platform.ts';
import type { ConnectionId, DialogId } from '../../kernel/ids.ts';

/** Who keeps digits secret outside of any dialog: the operator's API. */
export const operatorKeeper = 'operator';
type Keeper = DialogId | typeof operatorKeeper;

/** The event by which a dialog asks for digits that nobody else may have (card numbers): `{ on: true }`, and `{ on: false }` when it has them. */
export const secretEvent = 'dialog.user.secret';

/**
 * Connections whose digits a dialog keeps secret for now, and the paths that lead away from connections: while a connection is secret,
 * every path from it to anybody but a dialog is clamped, whatever the page asked for.
 */
export class SecretDigits {
  readonly #paths = new Map<BridgeId, Map<BridgeId, MediaPath>>();
  readonly #keepers = new Map<BridgeId, Set<Keeper>>();

  isSecret(from: BridgeId): boolean {
    return this.#keepers.has(from);
  }

  joined(path: MediaPath): void {
    const from = this.#paths.get(path.from) ?? new Map<BridgeId, MediaPath>();
    this.#paths.set(path.from, from.set(path.to, path));
  }

  left(from: BridgeId, to: BridgeId): void {
    const paths = this.#paths.get(from);
    paths?.delete(to);
    if (paths?.size === 0) this.#paths.delete(from);
  }

  /** A connection ended, with all paths from and to it. */
  ended(connection: ConnectionId): void {
    this.#paths.delete(connection);
    this.#keepers.delete(connection);
    for (const from of [...this.#paths.keys()]) this.left(from, connection);
  }

  /** The paths that lead away from a connection. */
  pathsFrom(connection: ConnectionId): readonly MediaPath[] {
    return [...(this.#paths.get(connection)?.values() ?? [])];
  }

  /** Answers the paths that have to be joined anew, clamped or no longer so. */
  set(connection: ConnectionId, keeper: Keeper, on: boolean): readonly MediaPath[] {
    const before = this.isSecret(connection);
    const keepers = this.#keepers.get(connection) ?? new Set<Keeper>();
    if (on) keepers.add(keeper);
    else keepers.delete(keeper);
    if (keepers.size > 0) this.#keepers.set(connection, keepers);
    else this.#keepers.delete(connection);
    return before === this.isSecret(connection) ? [] : this.pathsFrom(connection);
  }
}
