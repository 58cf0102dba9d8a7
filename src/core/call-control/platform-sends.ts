import type { CcxmlPlatform, PlatformEventMap } from '../../ccxml/platform.ts';
import type { ConnectionId, DialogId, MediaId, SessionId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { refused, type Reply } from '../../kernel/result.ts';
import type { Media } from '../../media/media.ts';
import { secretEvent } from '../clamping/secret-digits.ts';
import { recordTarget, type CallRecordings } from './call-recordings.ts';
import type { CallPlatformDeps } from './call-platform-parts.ts';
import type { ClampedPaths } from './clamped-paths.ts';
import type { PlatformDialogs } from './platform-dialogs.ts';
import { seekEvent, seekTarget } from './play-seek.ts';
import { digitsToSend, sendDigitsEvent, sendDigitsTarget } from './sent-digits.ts';

export interface PlatformSendsDeps {
  readonly media: Media;
  readonly logger: Logger;
  readonly recordings: CallRecordings;
  readonly dialogs: PlatformDialogs;
  readonly paths: ClampedPaths;
  readonly toLauncher: CallPlatformDeps['toLauncher'];
  readonly ownerOf: CallPlatformDeps['ownerOf'];
  readonly legNode: (connection: ConnectionId) => MediaId | undefined;
}

/** What pages ask of the platform by `<send>`, and dialogs by an event; what is none of it goes on to the launcher. */
export class PlatformSends {
  readonly #deps: PlatformSendsDeps;

  constructor(deps: PlatformSendsDeps) {
    this.#deps = deps;
  }

  ofPage(command: Parameters<CcxmlPlatform['sendToLauncher']>[0]): Reply {
    const foreign = command.target.startsWith('nailup.') ? this.#foreign(command.session, command.data) : undefined;
    if (foreign !== undefined) return foreign;
    switch (command.target) {
      case recordTarget: return this.#deps.recordings.command(command.data);
      case seekTarget: return this.#deps.dialogs.seek(command.data);
      case sendDigitsTarget: return this.digits(command.data);
      default: return this.#deps.toLauncher(command);
    }
  }

  ofDialog({ dialog, event, values }: PlatformEventMap['dialog.user']): void {
    switch (event) {
      case secretEvent: return this.#deps.paths.keepSecret(dialog, values['on'] !== false);
      case sendDigitsEvent: return this.#warn(dialog, this.#foreignTo(dialog, values) ?? this.digits(values, this.#deps.dialogs.connectionOf(dialog)), 'a dialog sends digits that cannot be sent');
      case seekEvent: return this.#warn(dialog, this.#foreignTo(dialog, values) ?? this.#deps.dialogs.seek(values, dialog), 'a dialog moves a play that cannot be moved');
    }
  }

  /** To one leg alone, wherever it is joined, as it negotiated: as events, or in band. `own`: the leg that is meant when none is named. */
  digits(values: Readonly<Record<string, unknown>>, own?: ConnectionId): Reply {
    const wanted = digitsToSend(values, own);
    if (typeof wanted === 'string') return refused('bad-argument', wanted);
    const { connection, ...digits } = wanted;
    const node = this.#deps.legNode(connection);
    return node === undefined ? refused('unknown-id', `no connection ${connection}`) : this.#deps.media.sendDigits({ node, ...digits });
  }

  #foreignTo(dialog: DialogId, values: Readonly<Record<string, unknown>>): Reply | undefined {
    return this.#foreign(this.#deps.ownerOf?.(dialog), values);
  }

  /** A session commands what it owns, and nothing of another's (CCXML 1.0 §9.2.4); undefined: all that is named is its own. */
  #foreign(session: SessionId | undefined, { connectionid, dialogid }: Readonly<Record<string, unknown>>): Reply | undefined {
    const { ownerOf } = this.#deps;
    if (ownerOf === undefined) return undefined;
    for (const id of [connectionid, dialogid]) {
      if (typeof id !== 'string' || id === '') continue;
      const owner = ownerOf(id as ConnectionId | DialogId);
      if (owner === undefined || owner !== session) return refused('unknown-id', `${id} is no connection or dialog of this session; have the session that owns it send this, or <move> it here first`);
    }
    return undefined;
  }

  #warn(dialog: DialogId, reply: Reply, what: string): void {
    if (!reply.accepted) this.#deps.logger.warn({ dialog, reason: reply.refusal.reason }, what);
  }
}
