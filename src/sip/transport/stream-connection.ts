import type { Socket } from 'node:net';
import type { Flow, SentBy, TransportCounters, TransportListener, TransportName } from './flow.ts';
import { serialize } from '../message/serialize.ts';
import { StreamFramer } from '../message/stream-framer.ts';

const pong = Buffer.from('\r\n');
/** A peer that reads this slowly is not waited for. */
const maxQueuedBytes = 8 * 1024 * 1024;

/** One TCP or TLS connection, opened by us or accepted. */
export class StreamConnection implements Flow {
  readonly transport: TransportName;
  readonly reliable = true;
  readonly local: SentBy;
  remoteAddress: string;
  remotePort: number;
  readonly #socket: Socket;
  readonly #counters: TransportCounters;
  readonly #listener: TransportListener;
  #ready: boolean;
  #open = true;
  /** What was sent before the connection was there. */
  #waiting: { bytes: Buffer; onError: ((error: Error) => void) | undefined }[] = [];
  #error: Error | undefined;

  constructor(options: {
    transport: TransportName; local: SentBy; socket: Socket; ready: boolean; remoteAddress: string; remotePort: number;
    counters: TransportCounters; listener: TransportListener; onClosed: (connection: StreamConnection) => void;
  }) {
    this.transport = options.transport;
    this.local = options.local;
    this.#socket = options.socket;
    this.#ready = options.ready;
    this.remoteAddress = options.remoteAddress;
    this.remotePort = options.remotePort;
    this.#counters = options.counters;
    this.#listener = options.listener;
    const { socket, counters, listener } = options;
    const framer = new StreamFramer({
      message: (message) => {
        counters.messagesReceived += 1;
        if (listener.onReceived !== undefined) listener.onReceived(serialize(message), this);
        listener.onMessage(message, this);
      },
      malformed: (error) => {
        counters.framingErrors += 1;
        listener.onMalformed(error, this);
      },
      ping: () => {
        counters.keepAlives += 1;
        if (this.#open && this.#ready) socket.write(pong); // RFC 5626 §4.4.1
      },
      pong: () => void (counters.keepAlives += 1),
    });
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      counters.bytesReceived += chunk.length;
      if (!framer.push(chunk)) socket.destroySoon();
    });
    socket.on('error', (error) => void (this.#error = error));
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      if (!this.#open) return;
      this.#open = false;
      const error = this.#error ?? new Error('connection closed');
      const waiting = this.#waiting;
      this.#waiting = [];
      options.onClosed(this);
      for (const { onError } of waiting) onError?.(error);
      listener.onClosed(this, this.#error);
    });
  }

  get open(): boolean {
    return this.#open;
  }

  /** The connection is established (and, over TLS, the peer verified). */
  established(): void {
    this.#ready = true;
    for (const { bytes, onError } of this.#waiting.splice(0)) this.send(bytes, onError);
  }

  send(bytes: Buffer, onError?: (error: Error) => void): void {
    if (!this.#open) {
      if (onError !== undefined) queueMicrotask(() => onError(this.#error ?? new Error('connection closed')));
      return;
    }
    if (!this.#ready) {
      this.#waiting.push({ bytes, onError });
      return;
    }
    this.#counters.messagesSent += 1;
    this.#counters.bytesSent += bytes.length;
    this.#listener.onSent?.(bytes, this);
    if (this.#socket.writableLength > maxQueuedBytes) {
      this.#socket.destroy(new Error('peer reads too slowly'));
      return;
    }
    if (onError === undefined) this.#socket.write(bytes);
    else this.#socket.write(bytes, (error) => {
      if (error === null || error === undefined) return;
      this.#counters.sendErrors += 1;
      onError(error);
    });
  }

  /** CRLF CRLF: keeps the peer's side and the NATs between us open (RFC 5626 §4.4.1). */
  ping(): void {
    if (this.#open && this.#ready) this.#socket.write('\r\n\r\n');
  }

  fail(error: Error): void {
    this.#socket.destroy(error);
  }

  close(): void {
    if (this.#open) this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
