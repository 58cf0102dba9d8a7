/** Takes a datagram. `bytes` is reused after the call. `address` and `port` name its source; the address is a number that is equal for equal addresses. */
export interface PacketListener {
  packet(bytes: Uint8Array, length: number, address: number, port: number, arrivalMs: number): void;
}

/** One bound UDP socket of an endpoint. */
export interface PacketSocket {
  readonly port: number;
  listener: PacketListener | undefined;
  /** Where `send` sends to: a literal address. False when it is none of this socket's family. */
  sendTo(address: string, port: number): boolean;
  /** From now on `send` goes to where the packet being handled came from. Only inside `packet`. */
  sendToSource(): void;
  /** The source of the packet being handled, as text. Only inside `packet`. */
  sourceAddress(): string;
  /** Where the next packet may be made: `send` then takes it without a copy. Until the next `send` of any socket of this thread; at least 1,500 octets. */
  room(): Uint8Array;
  /** False when the system refused it (no route, full buffer); nothing is thrown. */
  send(bytes: Uint8Array, length: number): boolean;
  close(): void;
}

export interface SocketPair {
  readonly rtp: PacketSocket;
  readonly rtcp: PacketSocket;
}

/** Moves datagrams between sockets and the media plane, without promises on the way. */
export interface PacketIo {
  readonly kind: 'io_uring' | 'koffi' | 'dgram';
  /**
   * Opens an even port and the odd one above it. Undefined when none is free.
   * @param inTurn what comes to the even one is delivered by `read`
   */
  openPair(inTurn: boolean, done: (pair: SocketPair | undefined) => void): void;
  /**
   * Delivers what has arrived, where the kind does not deliver by itself. Called at the start of each tick, and between ticks while legs are only
   * forwarded: then no more than a packet of each socket, what else is there can wait for the tick.
   * @param soon it is going to be called again before the next tick: what has only just arrived may wait for that
   */
  poll(nowMs: number, between: boolean, soon: boolean): void;
  /** Delivers what has arrived at the first `count` of these sockets, opened to be read in turn, where the kind does not deliver by itself. Called once in each tick. */
  read(sockets: readonly PacketSocket[], count: number, nowMs: number): void;
  /** Hands over what `send` has queued, where the kind queues. Called at the end of each tick. */
  flush(): void;
  readonly openSockets: number;
  close(): void;
}

/** A number for an IPv4 address, or a hash for an IPv6 one. The same text gives the same number. */
export function addressNumber(address: string): number {
  let value = 0;
  if (!address.includes(':')) {
    for (const part of address.split('.')) value = (value * 256 + Number(part)) >>> 0;
    return value;
  }
  value = 2166136261;
  for (let i = 0; i < address.length; i++) value = Math.imul(value ^ address.charCodeAt(i), 16777619);
  return value >>> 0;
}
