import { randomFillSync } from 'node:crypto';

declare const brand: unique symbol;
/** A string that is an id of one kind, so that one kind is never passed for another. */
export type Id<Kind extends string> = string & { readonly [brand]: Kind };

/** One leg of signalling: an INVITE dialog or the attempt to make one. */
export type CallId = Id<'call'>;
/** One node of the media plane: an RTP endpoint, a conference, or a dialog's audio. */
export type MediaId = Id<'media'>;
/** A CCXML connection, dialog, conference, session (CCXML 1.0 §10, §7, §6). */
export type ConnectionId = Id<'connection'>;
export type DialogId = Id<'dialog'>;
export type ConferenceId = Id<'conference'>;
export type SessionId = Id<'session'>;
export type AttemptId = Id<'attempt'>;
export type ContactId = Id<'contact'>;
export type AgentId = Id<'agent'>;
export type JobId = Id<'job'>;

/** Makes ids. Passed in, so that a test can count instead of drawing. */
export interface IdSource {
  next<K extends string>(kind: K): Id<K>;
}

/** `<kind>-<20 random hex digits>`: 80 bits, unguessable, safe in URIs, file names and SIP tokens. */
export class RandomIds implements IdSource {
  /** Drawn ahead: one call into the system for many ids. */
  readonly #drawn = Buffer.alloc(4_000);
  #at = this.#drawn.length;

  next<K extends string>(kind: K): Id<K> {
    if (this.#at === this.#drawn.length) {
      randomFillSync(this.#drawn);
      this.#at = 0;
    }
    const id = this.#drawn.toString('hex', this.#at, this.#at + 10);
    this.#at += 10;
    return `${kind}-${id}` as Id<K>;
  }
}

/** `<kind>-1`, `<kind>-2` …: for tests and simulations. */
export class CountingIds implements IdSource {
  readonly #counts = new Map<string, number>();
  next<K extends string>(kind: K): Id<K> {
    const n = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, n);
    return `${kind}-${n}` as Id<K>;
  }
}
