import type { BridgeId, MediaPath } from '../../ccxml/platform.ts';
import type { ConnectionId, DialogId } from '../../kernel/ids.ts';

/** The event by which a dialog asks for digits that nobody else may have (card numbers): `{ on: true }`, and `{ on: false }` when it has them. */
export const secretEvent = 'dialog.user.secret';

/**
 * Connections whose digits a dialog keeps secret for now, and the paths that lead away from connections: while a connection is secret,
 * every path from it to anybody but a dialog is clamped, whatever the page asked for.
 */
export class SecretDigits {
  readonly #paths = new Map<BridgeId, Map<BridgeId, MediaPath>>();
  readonly #keepers = new Map<BridgeId, Set<DialogId>>();

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

  /** Answers the paths that have to be joined anew, clamped or no longer so. */
  set(connection: ConnectionId, dialog: DialogId, on: boolean): readonly MediaPath[] {
    const before = this.isSecret(connection);
    const keepers = this.#keepers.get(connection) ?? new Set<DialogId>();
    if (on) keepers.add(dialog);
    else keepers.delete(dialog);
    if (keepers.size > 0) this.#keepers.set(connection, keepers);
    else this.#keepers.delete(connection);
    return before === this.isSecret(connection) ? [] : [...(this.#paths.get(connection)?.values() ?? [])];
  }
}
