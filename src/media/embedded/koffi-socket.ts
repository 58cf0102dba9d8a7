import { isIP } from 'node:net';
import { addressNumber, type PacketListener, type PacketSocket } from './packet-io.ts';
import type { ReceiveBatch } from './receive-batch.ts';
import type { SendBatch } from './send-batch.ts';
import { readSocketAddress, writeSocketAddress } from './socket-address.ts';
import type { Target } from './target-pool.ts';

/** The packet that is being handled, and whose it is: one for all sockets of a thread, so that handing a packet over writes to no memory of its socket. */
export class Delivery {
  socket: KoffiSocket | undefined;
  batch: ReceiveBatch | undefined;
  slot = 0;
}

/** A socket of the system's own, by its descriptor. */
export class KoffiSocket implements PacketSocket {
  readonly fd: number;
  readonly port: number;
  listener: PacketListener | undefined;
  /** For who reads it in turn: the last tick in which it had a packet, and whether it then had more. */
  readIn = -1;
  hadMore = false;
  /** What `poll` reads it for, if it does. */
  polledFor: 'audio' | 'control' | undefined;
  /** Its place in the rota, -1 when it has none. */
  rotaPlace = -1;
  /** Called once, before the descriptor is given back. */
  onClose: () => void = () => undefined;
  readonly #sending: SendBatch;
  readonly #family: 4 | 6;
  readonly #target: Target;
  readonly #delivery: Delivery;
  #closed = false;

  constructor(fd: number, port: number, family: 4 | 6, sending: SendBatch, target: Target, delivery: Delivery) {
    this.#delivery = delivery;
    this.fd = fd;
    this.port = port;
    this.#family = family;
    this.#sending = sending;
    this.#target = target;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Hands the packet of that slot to the listener. The kernel's time is the wall clock's, `wallOffset` ahead of `nowMs`. When it arrived. */
  deliver(batch: ReceiveBatch, slot: number, wallOffset: number, nowMs: number): number {
    if (this.#closed) return nowMs;
    const delivery = this.#delivery;
    delivery.socket = this;
    delivery.batch = batch;
    delivery.slot = slot;
    // A wall clock that jumps must not look like jitter.
    const at = batch.wallMs(slot) - wallOffset;
    const arrival = at > nowMs - 100 && at <= nowMs + 1 ? at : nowMs;
    const number = this.#family === 4 ? batch.ipv4(slot) : addressNumber(readSocketAddress(batch.address(slot)));
    this.listener?.packet(batch.packet(slot), batch.length(slot), number, batch.port(slot), arrival);
    delivery.socket = undefined;
    return arrival;
  }

  sendTo(address: string, port: number): boolean {
    if (isIP(address) !== this.#family || port < 1 || port > 65_535) return false;
    // What is queued goes to where it was meant to.
    this.#sending.flush();
    this.#target.length = writeSocketAddress(this.#target.bytes, address, port);
    return true;
  }

  sendToSource(): void {
    const { batch, slot } = this.#delivery;
    if (batch === undefined || this.#delivery.socket !== this) return;
    this.#sending.flush();
    this.#target.bytes.set(batch.address(slot));
    this.#target.length = this.#family === 4 ? 16 : 28;
  }

  sourceAddress(): string {
    const { batch, slot, socket } = this.#delivery;
    return batch === undefined || socket !== this ? '' : readSocketAddress(batch.address(slot));
  }

  room(): Uint8Array {
    return this.#sending.room();
  }

  send(bytes: Uint8Array, length: number): boolean {
    if (this.#closed || this.#target.length === 0) return false;
    return this.#sending.send(this.fd, bytes, length, this.#target);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.listener = undefined;
    this.onClose();
  }
}
