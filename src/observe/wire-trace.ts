import type { Clock } from '../kernel/clock.ts';
import { maskSecrets } from './wire-mask.ts';
import { summarise, wireCallId, type WireMessage } from './wire-message.ts';

export interface WireTraceOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Messages held at most; 0 holds none. */
  readonly messages: number;
  /** Octets held at most, all messages together. */
  readonly bytes: number;
}

/** What a message came over, as far as a trace tells it. */
export interface WireFlow {
  readonly transport: string;
  readonly local: { readonly host: string; readonly port: number };
  readonly remoteAddress: string;
  readonly remotePort: number;
}

export interface WireQuery {
  /** Only messages of these calls. */
  readonly callIds?: ReadonlySet<string>;
  /** Only messages after this serial. */
  readonly after?: number;
  /** At most so many, the newest. */
  readonly limit?: number;
}

interface Held {
  readonly serial: number;
  readonly at: number;
  readonly direction: 'in' | 'out';
  readonly transport: string;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly bytes: Buffer;
  /** Found when it is first asked for. */
  callId: string | undefined;
}

/**
 * The last messages on the wire. Recording keeps a reference and does nothing else, because every message of every call
 * comes by here; what is read out is found, parsed and masked then.
 */
export class WireTrace {
  readonly #options: WireTraceOptions;
  readonly #held: (Held | undefined)[];
  /** Place of the oldest, how many there are, their octets. */
  #first = 0;
  #count = 0;
  #bytes = 0;
  #serial = 0;

  constructor(options: WireTraceOptions) {
    this.#options = options;
    this.#held = new Array<Held | undefined>(options.messages).fill(undefined);
  }

  /** How many messages and octets are held, and how many were ever seen. */
  get size(): { readonly messages: number; readonly bytes: number; readonly seen: number } {
    return { messages: this.#count, bytes: this.#bytes, seen: this.#serial };
  }

  record(direction: 'in' | 'out', bytes: Buffer, flow: WireFlow): void {
    const { messages, bytes: limit, clock } = this.#options;
    this.#serial += 1;
    if (messages === 0 || bytes.length > limit) return;
    if (this.#count === messages) this.#drop();
    while (this.#bytes + bytes.length > limit) this.#drop();
    const { local } = flow;
    this.#held[(this.#first + this.#count) % messages] = {
      serial: this.#serial, at: clock.now(), direction, bytes, callId: undefined,
      transport: flow.transport, localAddress: local.host, localPort: local.port, remoteAddress: flow.remoteAddress, remotePort: flow.remotePort,
    };
    this.#count += 1;
    this.#bytes += bytes.length;
  }

  /** Oldest first, secrets masked. */
  messages(query: WireQuery = {}): WireMessage[] {
    const { callIds, after = 0, limit = Number.POSITIVE_INFINITY } = query;
    const found: WireMessage[] = [];
    for (let i = this.#count - 1; i >= 0 && found.length < limit; i -= 1) {
      const held = this.#at(i);
      if (held === undefined || held.serial <= after) break;
      if (callIds !== undefined && !callIds.has(this.#callIdOf(held))) continue;
      const { bytes, callId: _, ...message } = held;
      found.push({ ...message, text: maskSecrets(bytes.toString('latin1')) });
    }
    return found.reverse();
  }

  /**
   * The calls that somebody means: a Call-ID itself, or a number or user that an INVITE went to or came from, within a span
   * of time (milliseconds since 1970) when one is given.
   */
  callIds(word: string, span: { readonly from: number; readonly to: number } = { from: -Infinity, to: Infinity }): Set<string> {
    const found = new Set<string>();
    const number = plain(word);
    for (let i = 0; i < this.#count; i += 1) {
      const held = this.#at(i);
      if (held === undefined) continue;
      const callId = this.#callIdOf(held);
      if (callId === word) return new Set([callId]);
      if (found.has(callId) || held.at < span.from || held.at > span.to || held.bytes[0] !== 0x49) continue; // `I` of INVITE
      const summary = summarise(held.bytes.toString('latin1'));
      if (summary.method !== 'INVITE') continue;
      if (summary.users.some((user) => plain(user) === number) || plain(summary.to) === number || plain(summary.from) === number) found.add(callId);
    }
    return found;
  }

  #at(index: number): Held | undefined {
    return this.#held[(this.#first + index) % this.#options.messages];
  }

  #callIdOf(held: Held): string {
    return (held.callId ??= wireCallId(held.bytes.toString('latin1')));
  }

  #drop(): void {
    const oldest = this.#held[this.#first];
    this.#held[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#options.messages;
    this.#count -= 1;
    this.#bytes -= oldest?.bytes.length ?? 0;
  }
}

/** Numbers are written in many ways: `+49 30 901820`, `sip:+4930901820@carrier`, `0049…` stays what it is. */
const plain = (word: string): string => word.replace(/^(?:sips?:|tel:)/i, '').replace(/(?<=\d)[-. ()/](?=\d)/g, '').replace(/^\+/, '').toLowerCase();
