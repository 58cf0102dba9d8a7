import type { CcxmlPlatform, ConnectionFacts } from '../../ccxml/platform.ts';
import type { ConnectionId, DialogId, IdSource, MediaId } from '../../kernel/ids.ts';
import { refused, type Reply } from '../../kernel/result.ts';
import type { Media, MediaEvent } from '../../media/media.ts';
import { mediaGroup } from './connection-leg.ts';
import type { DialogRunner } from './dialog-runner.ts';
import { seekBy } from './play-seek.ts';

export interface PlatformDialogsDeps {
  readonly media: Media;
  readonly dialogs: DialogRunner;
  readonly ids: IdSource;
  /** What a dialog may know of the connection that it talks to. */
  readonly factsOf: (connection: ConnectionId) => ConnectionFacts | undefined;
}

interface DialogEntry {
  readonly node: MediaId;
  readonly connection: ConnectionId | undefined;
  /** What sounds. */
  play?: string | undefined;
}

/** The dialogs of all sessions: each has a media node for as long as it runs. */
export class PlatformDialogs {
  readonly #deps: PlatformDialogsDeps;
  readonly #dialogs = new Map<DialogId, DialogEntry>();
  readonly #byNode = new Map<MediaId, DialogId>();

  constructor(deps: PlatformDialogsDeps) {
    this.#deps = deps;
  }

  has(dialog: DialogId): boolean {
    return this.#dialogs.has(dialog);
  }

  nodeOf(dialog: DialogId): MediaId | undefined {
    return this.#dialogs.get(dialog)?.node;
  }

  connectionOf(dialog: DialogId): ConnectionId | undefined {
    return this.#dialogs.get(dialog)?.connection;
  }

  prepare(command: Parameters<CcxmlPlatform['prepareDialog']>[0]): Reply {
    const node = this.#open(command.dialog, command.connection);
    if (typeof node === 'object') return node;
    return this.#keepIfAccepted(command.dialog, this.#deps.dialogs.prepare({ dialog: command.dialog, session: command.session, node, src: command.src, type: command.type, parameters: command.parameters, fetch: command.fetch, ...this.#talkingTo(command.connection) }));
  }

  start(command: Parameters<CcxmlPlatform['startDialog']>[0]): Reply {
    const known = this.#dialogs.get(command.dialog);
    const node = known === undefined ? this.#open(command.dialog, command.connection) : known.node;
    if (typeof node === 'object') return node;
    if (known !== undefined) this.#dialogs.set(command.dialog, { node, connection: command.connection });
    return this.#keepIfAccepted(command.dialog, this.#deps.dialogs.run({
      dialog: command.dialog, session: command.session, node, parameters: command.parameters,
      ...(command.src === undefined ? {} : { src: command.src }), ...(command.type === undefined ? {} : { type: command.type }),
      ...(command.fetch === undefined ? {} : { fetch: command.fetch }), ...this.#talkingTo(command.connection),
    }));
  }

  terminate(command: Parameters<CcxmlPlatform['terminateDialog']>[0]): Reply {
    if (!this.#dialogs.has(command.dialog)) return refused('unknown-id', `no dialog ${command.dialog}`);
    return this.#deps.dialogs.terminate({ dialog: command.dialog, immediate: command.immediate });
  }

  /** A connection ended, or (`moved`) its call went on elsewhere: the dialogs that talk to it hear of it. */
  hangUp(connection: ConnectionId, moved: boolean): void {
    for (const [dialog, entry] of this.#dialogs) if (entry.connection === connection) this.#deps.dialogs.hangUp(dialog, moved);
  }

  /** Media that belongs to a dialog rather than to a leg. */
  onMedia(node: MediaId, event: MediaEvent): void {
    const dialog = this.#byNode.get(node);
    if (dialog === undefined) return;
    const entry = this.#dialogs.get(dialog);
    if (entry !== undefined && event.name === 'play.started') entry.play = event.play;
    else if (entry !== undefined && event.name === 'play.done' && entry.play === event.play) entry.play = undefined;
    this.#deps.dialogs.onMedia(dialog, event);
  }

  /** Moves what the dialog of `dialogid` plays, or the one that talks to `connectionid`. */
  seek(values: Readonly<Record<string, unknown>>, own?: DialogId): Reply {
    const connection = values['connectionid'];
    const dialog = values['dialogid'] ?? (connection === undefined ? own : undefined);
    const entry = dialog !== undefined ? this.#dialogs.get(dialog as DialogId) : [...this.#dialogs.values()].find((one) => one.connection !== undefined && one.connection === connection);
    if (entry === undefined) return refused('unknown-id', dialog === undefined ? `no dialog talks to ${String(connection)}` : `no dialog ${String(dialog)}`);
    return seekBy(this.#deps.media, entry.play, values);
  }

  close(dialog: DialogId): void {
    const entry = this.#dialogs.get(dialog);
    if (entry === undefined) return;
    this.#dialogs.delete(dialog);
    this.#byNode.delete(entry.node);
    this.#deps.media.close({ node: entry.node });
  }

  #open(dialog: DialogId, connection: ConnectionId | undefined): MediaId | Reply {
    const node = this.#deps.ids.next('media');
    const reply = this.#deps.media.openDialog({ node, group: mediaGroup });
    if (!reply.accepted) return reply;
    this.#dialogs.set(dialog, { node, connection });
    this.#byNode.set(node, dialog);
    return node;
  }

  /** A dialog that its runner refused leaves no media behind. */
  #keepIfAccepted(dialog: DialogId, reply: Reply): Reply {
    if (!reply.accepted) this.close(dialog);
    return reply;
  }

  #talkingTo(connection: ConnectionId | undefined): { connection?: { id: ConnectionId; facts: ConnectionFacts } } {
    const facts = connection === undefined ? undefined : this.#deps.factsOf(connection);
    return connection === undefined || facts === undefined ? {} : { connection: { id: connection, facts } };
  }
}
