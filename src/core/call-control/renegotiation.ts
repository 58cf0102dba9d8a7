import type { CallId, MediaId } from '../../kernel/ids.ts';
import type { Media } from '../../media/media.ts';
import type { Signalling } from '../../signalling/signalling.ts';

/** A re-INVITE or UPDATE of the far end (hold, codec change) in a call that is up: the media plane answers its offer, or makes one where it has none. */
export class Renegotiation {
  readonly #deps: { readonly signalling: Signalling; readonly media: Media };
  readonly #call: CallId;
  readonly #node: MediaId;
  /** The media plane's word on it is still to come. */
  #running = false;

  constructor(deps: { readonly signalling: Signalling; readonly media: Media }, call: CallId, node: MediaId) {
    this.#deps = deps;
    this.#call = call;
    this.#node = node;
  }

  begin(sdp: string | undefined): void {
    const { media } = this.#deps;
    this.#running = true;
    const reply = sdp === undefined ? media.makeOffer({ node: this.#node, direction: 'sendrecv' }) : media.applyOffer({ node: this.#node, sdp });
    if (!reply.accepted) this.failed();
  }

  /** The call stays as it was. */
  refuse(): void {
    this.#deps.signalling.answerOffer({ call: this.#call });
  }

  /** The endpoint has a description; true when it is of this. */
  ready(sdp: string): boolean {
    if (!this.#running) return false;
    this.#running = false;
    this.#deps.signalling.answerOffer({ call: this.#call, sdp });
    return true;
  }

  /** The endpoint has failed; true when it was at this. */
  failed(): boolean {
    if (!this.#running) return false;
    this.#running = false;
    this.refuse();
    return true;
  }
}
