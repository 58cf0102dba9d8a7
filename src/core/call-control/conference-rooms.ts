import type { CcxmlPlatform, MediaPath } from '../../ccxml/platform.ts';
import type { ConferenceId, IdSource, MediaId } from '../../kernel/ids.ts';
import { accepted, refused, type Reply } from '../../kernel/result.ts';
import type { Media } from '../../media/media.ts';
import { mediaGroup } from './connection-leg.ts';

export interface ConferenceRoomsDeps {
  readonly media: Media;
  readonly ids: IdSource;
  /** Whether a member has a person at it, who can hear a tone. */
  readonly isLeg: (node: MediaId) => boolean;
}

/** Who is in which conference, and the tones by which the others hear of comings and goings (CCXML 10.4.2). */
export class ConferenceRooms {
  readonly #deps: ConferenceRoomsDeps;
  readonly #nodes = new Map<ConferenceId, MediaId>();
  readonly #members = new Map<MediaId, Set<MediaId>>();
  /** Exit tones of members, by member node and conference node. */
  readonly #exitTones = new Map<string, string>();
  #plays = 0;

  constructor(deps: ConferenceRoomsDeps) {
    this.#deps = deps;
  }

  nodeOf(conference: ConferenceId): MediaId | undefined {
    return this.#nodes.get(conference);
  }

  open(command: Parameters<CcxmlPlatform['createConference']>[0]): Reply {
    const node = this.#deps.ids.next('media');
    const reply = this.#deps.media.openConference({
      node, group: mediaGroup,
      ...(command.reservedTalkers === undefined ? {} : { reservedTalkers: command.reservedTalkers }),
      ...(command.reservedListeners === undefined ? {} : { reservedListeners: command.reservedListeners }),
    });
    if (!reply.accepted) return reply;
    this.#nodes.set(command.conference, node);
    this.#members.set(node, new Set());
    return reply;
  }

  destroy(conference: ConferenceId): Reply {
    const node = this.#nodes.get(conference);
    if (node === undefined) return refused('unknown-id', `no conference ${conference}`);
    this.#nodes.delete(conference);
    this.#members.delete(node);
    this.#deps.media.close({ node });
    return accepted;
  }

  /** A path from a node to another was made: if the other is a conference, the node is a member now. */
  entered(from: MediaId, to: MediaId, path: MediaPath): void {
    const members = this.#members.get(to);
    if (members === undefined) return;
    if (!members.has(from) && path.entryTone !== undefined && path.entryTone !== false) this.#toneToOthers(members, from, path.entryTone);
    members.add(from);
    if (typeof path.exitTone === 'string' || path.exitTone === true) this.#exitTones.set(`${from} ${to}`, String(path.exitTone));
  }

  left(from: MediaId, to: MediaId): void {
    const members = this.#members.get(to);
    if (members === undefined || !members.delete(from)) return;
    const tone = this.#exitTones.get(`${from} ${to}`);
    this.#exitTones.delete(`${from} ${to}`);
    if (tone !== undefined) this.#toneToOthers(members, from, 'exit');
  }

  /** A leg is gone: it has left what it was a member of. */
  forget(node: MediaId): void {
    for (const conference of this.#members.keys()) this.left(node, conference);
    for (const key of this.#exitTones.keys()) if (key.startsWith(`${node} `)) this.#exitTones.delete(key);
  }

  #toneToOthers(members: ReadonlySet<MediaId>, joining: MediaId, tone: string | boolean): void {
    const name = tone === 'zip' ? 'zip' : tone === 'exit' ? 'exit' : 'entry';
    for (const member of members) {
      if (member !== joining && this.#deps.isLeg(member)) this.#deps.media.play({ play: `tone-${++this.#plays}`, node: member, items: [{ kind: 'tone', tone: name }] });
    }
  }
}
