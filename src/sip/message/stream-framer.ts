import { DEFAULT_LIMITS, type MessageLimits } from './limits.ts';
import type { MalformedMessage } from './malformed-message.ts';
import { contentLength, parseHead, refuse } from './parse-message.ts';
import type { SipMessage } from './sip-message.ts';

/** What comes out of a stream, in order. */
export interface StreamSink {
  message(message: SipMessage): void;
  /** A message that was refused. The stream goes on when `push` answers true: only this message was lost. */
  malformed(error: MalformedMessage): void;
  /** A double CRLF between messages: answer it with one CRLF (RFC 5626 §3.5.1). */
  ping(): void;
  /** A single CRLF between messages: the peer's answer to our ping. */
  pong(): void;
}

/**
 * Cuts a TCP or TLS stream into messages by Content-Length (RFC 3261 §18.3), whatever the chunks. Each octet is looked
 * at a bounded number of times, also when a peer sends them one by one.
 */
export class StreamFramer {
  readonly #sink: StreamSink;
  readonly #limits: MessageLimits;
  #buffer = Buffer.alloc(0);
  /** Valid octets in `#buffer` are `#start` … `#end`. */
  #start = 0;
  #end = 0;
  /** Where the search for the end of the head goes on. */
  #scanned = 0;
  /** The message whose body is awaited. */
  #pending: { readonly message: SipMessage; readonly length: number } | undefined;
  #dead = false;

  constructor(sink: StreamSink, limits: MessageLimits = DEFAULT_LIMITS) {
    this.#sink = sink;
    this.#limits = limits;
  }

  /** Octets held back because their message is not complete. */
  get buffered(): number {
    return this.#end - this.#start;
  }

  /** Takes a chunk. False: framing is lost for good; send what `malformed` asked for and close the connection. */
  push(chunk: Buffer): boolean {
    if (this.#dead) return false;
    this.#store(chunk);
    while (!this.#dead && this.#step());
    if (this.#start === this.#end) this.#rest();
    return !this.#dead;
  }

  /** One message, keep-alive or refusal; false when more octets are needed. */
  #step(): boolean {
    if (this.#pending !== undefined) return this.#body(this.#pending);
    if (this.#start === this.#end) return false;
    if (this.#buffer[this.#start] === 0x0d || this.#buffer[this.#start] === 0x0a) return this.#keepAlive();
    const head = this.#findHeadEnd();
    if (head === undefined) {
      if (this.#end - this.#start <= this.#limits.headBytes) return false;
      const parsed = parseHead(this.#buffer.subarray(this.#start, this.#end), this.#limits);
      return this.#lose(parsed.ok ? refuse(parsed.value, 'head-too-large', 'the headers do not end', 513).error : parsed.error);
    }
    // A copy: what a message keeps must not change when the buffer is used again.
    const parsed = parseHead(Buffer.from(this.#buffer.subarray(this.#start, head.text)), this.#limits);
    // A head that cannot be read leaves no Content-Length to trust (RFC 3261 §18.3).
    if (!parsed.ok) return this.#lose(parsed.error);
    const length = contentLength(parsed.value);
    if (length === undefined || length === 'bad') {
      return this.#lose(refuse(parsed.value, 'content-length', 'a stream needs one readable Content-Length', 400).error);
    }
    if (length > this.#limits.bodyBytes) return this.#lose(refuse(parsed.value, 'body-too-large', `a body of ${length} octets`, 413).error);
    this.#start = head.body;
    this.#scanned = head.body;
    return this.#body((this.#pending = { message: parsed.value, length }));
  }

  #body(pending: { readonly message: SipMessage; readonly length: number }): boolean {
    if (this.#end - this.#start < pending.length) return false;
    if (pending.length > 0) pending.message.body = Buffer.from(this.#buffer.subarray(this.#start, this.#start + pending.length));
    this.#start += pending.length;
    this.#scanned = this.#start;
    this.#pending = undefined;
    this.#sink.message(pending.message);
    return true;
  }

  #keepAlive(): boolean {
    const b = this.#buffer;
    const at = this.#start;
    const left = this.#end - at;
    if (b[at] === 0x0d && left < 2) return false;
    const single = b[at] === 0x0d && b[at + 1] === 0x0a;
    if (single && left >= 4 && b[at + 2] === 0x0d && b[at + 3] === 0x0a) {
      this.#advance(4);
      this.#sink.ping();
    } else if (single) {
      this.#advance(2);
      this.#sink.pong();
    } else this.#advance(1);
    return true;
  }

  #advance(count: number): void {
    this.#start += count;
    this.#scanned = this.#start;
  }

  #lose(error: MalformedMessage): false {
    this.#dead = true;
    this.#buffer = Buffer.alloc(0);
    this.#start = this.#end = 0;
    this.#sink.malformed(error);
    return false;
  }

  #findHeadEnd(): { readonly text: number; readonly body: number } | undefined {
    // A view that ends with what was received: the rest of the buffer is stale and must not be searched.
    const b = this.#buffer.subarray(0, this.#end);
    let at = b.indexOf(0x0a, this.#scanned);
    for (; at >= 0; at = b.indexOf(0x0a, at + 1)) {
      this.#scanned = at;
      if (at + 1 < this.#end && b[at + 1] === 0x0a) return { text: at + 1, body: at + 2 };
      if (at + 2 < this.#end && b[at + 1] === 0x0d && b[at + 2] === 0x0a) return { text: at + 1, body: at + 3 };
      // Too near the end to tell: look here again when more has come.
      if (at + 2 >= this.#end) return undefined;
    }
    this.#scanned = Math.max(this.#scanned, this.#end);
    return undefined;
  }

  /** Nothing is held: start at the front again, and give a large buffer back. */
  #rest(): void {
    if (this.#buffer.length > 65_536) this.#buffer = Buffer.alloc(0);
    this.#start = this.#end = this.#scanned = 0;
  }

  /** Appends to a buffer that doubles, so that small chunks cost no more than large ones. */
  #store(chunk: Buffer): void {
    const held = this.#end - this.#start;
    if (this.#end + chunk.length > this.#buffer.length) {
      const size = held + chunk.length > this.#buffer.length / 2 ? Math.max(4096, 2 * (held + chunk.length)) : this.#buffer.length;
      const next = Buffer.allocUnsafe(size);
      this.#buffer.copy(next, 0, this.#start, this.#end);
      this.#buffer = next;
      this.#scanned -= this.#start;
      this.#start = 0;
      this.#end = held;
    }
    chunk.copy(this.#buffer, this.#end);
    this.#end += chunk.length;
  }
}
