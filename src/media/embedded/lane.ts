import { rtpHeaderBytes } from '../../rtp/index.ts';
import type { PacketListener, PacketSocket } from './packet-io.ts';

/** What is longer is left to who looks at it closely. Octets. */
const longest = 1400;
/** RTP version 2 without padding, extension and contributing sources. */
const plainHeader = 0x80;
/** The greatest jitter that is told apart, in sixteenths of RTP clock units. */
const most = 0x3fffffff;

/** A packet of this form may take a lane, as far as its header says: nothing before the payload, nothing behind it, no mark. */
export function isPlain(bytes: Uint8Array): boolean {
  return bytes[0] === plainHeader && (bytes[1] as number) < 0x80;
}

/** Whose packets take the lane. */
export interface LaneOwner extends PacketListener {
  /** So many went through it. */
  passed(count: LaneCount): void;
}

/** The sending half of the endpoint that a lane leads to. */
export interface LaneTarget {
  /** So many left through it. */
  passed(count: LaneCount): void;
}

/** Which packets may take a lane. */
export interface LaneEntry {
  readonly address: number;
  readonly port: number;
  readonly ssrc: number;
  readonly payloadType: number;
  /** The next sequence number, 16 bit. */
  readonly next: number;
  readonly unitsPerMs: number;
  /** RFC 3550 A.8, RTP clock units. */
  readonly transit: number;
  readonly jitter: number;
}

/** Where they leave, and how they are renamed. */
export interface LaneExit {
  readonly target: LaneTarget;
  readonly socket: PacketSocket;
  readonly ssrc: number;
  readonly payloadType: number;
  readonly sequenceOffset: number;
  readonly timestampOffset: number;
}

export interface LaneCount {
  readonly packets: number;
  /** Of their payloads. */
  readonly octets: number;
  /** As the last one left; 16 and 32 bit. */
  readonly sequence: number;
  readonly timestamp: number;
  readonly transit: number;
  readonly jitter: number;
}

/**
 * The short way of packets that are passed on as they are: plain audio of one source, each the successor of the one before. What is asked and
 * counted for them lies in this one object, in whole numbers that V8 keeps in it (32 bit, signed): with many legs, what a packet costs is
 * the memory that it touches. Every other packet goes to the owner, who then opens the lane for those that follow.
 */
export class Lane implements PacketListener {
  /** The next packet's sequence number; -1 while none may take this way. */
  #next = -1;
  #payloadType = 0;
  #port = 0;
  #address = 0;
  #ssrc = 0;
  #sequenceOffset = 0;
  #timestampOffset = 0;
  #exitPayloadType = 0;
  #exitSsrc = 0;
  #unitsPerMs = 8;
  #transit = 0;
  /** In sixteenths, as the program of RFC 3550 A.8 has it. */
  #jitter = 0;
  #packets = 0;
  #octets = 0;
  #timestamp = 0;
  #socket: PacketSocket | undefined;
  #target: LaneTarget | undefined;
  readonly #owner: LaneOwner;

  constructor(owner: LaneOwner) {
    this.#owner = owner;
  }

  /** From now on such packets take this way. */
  open(entry: LaneEntry, exit: LaneExit): void {
    this.settle();
    this.#next = entry.next;
    this.#payloadType = entry.payloadType;
    this.#port = entry.port;
    this.#address = entry.address | 0;
    this.#ssrc = entry.ssrc | 0;
    this.#unitsPerMs = entry.unitsPerMs;
    this.#transit = entry.transit;
    this.#jitter = Math.min(most, Math.round(entry.jitter * 16));
    this.#sequenceOffset = exit.sequenceOffset | 0;
    this.#timestampOffset = exit.timestampOffset | 0;
    this.#exitPayloadType = exit.payloadType;
    this.#exitSsrc = exit.ssrc | 0;
    this.#socket = exit.socket;
    this.#target = exit.target;
  }

  /** None takes this way until it is opened again. */
  close(): void {
    this.settle();
    this.#next = -1;
    this.#socket = undefined;
    this.#target = undefined;
  }

  /** Tells both ends what went through it since it last did. */
  settle(): void {
    if (this.#packets === 0) return;
    const count: LaneCount = {
      packets: this.#packets, octets: this.#octets, sequence: (this.#next + this.#sequenceOffset - 1) & 0xffff, timestamp: this.#timestamp >>> 0, transit: this.#transit, jitter: this.#jitter / 16,
    };
    this.#packets = 0;
    this.#octets = 0;
    this.#owner.passed(count);
    this.#target?.passed(count);
  }

  packet(bytes: Uint8Array, length: number, address: number, port: number, arrivalMs: number): void {
    const sequence = ((bytes[2] as number) << 8) | (bytes[3] as number);
    const socket = this.#socket;
    if (
      sequence !== this.#next || socket === undefined || bytes[0] !== plainHeader || bytes[1] !== this.#payloadType || port !== this.#port || (address | 0) !== this.#address ||
      readInt32(bytes, 8) !== this.#ssrc || length <= rtpHeaderBytes || length > longest
    ) {
      this.settle();
      return this.#owner.packet(bytes, length, address, port, arrivalMs);
    }
    const timestamp = readInt32(bytes, 4);
    const transit = (arrivalMs * this.#unitsPerMs - timestamp) | 0;
    const distance = Math.min(most >> 4, Math.abs((transit - this.#transit) | 0));
    this.#transit = transit;
    this.#jitter += distance - ((this.#jitter + 8) >> 4);
    this.#next = (sequence + 1) & 0xffff;
    this.#packets += 1;
    this.#octets += length - rtpHeaderBytes;
    const renamed = (sequence + this.#sequenceOffset) & 0xffff;
    bytes[1] = this.#exitPayloadType;
    bytes[2] = renamed >> 8;
    bytes[3] = renamed & 0xff;
    this.#timestamp = (timestamp + this.#timestampOffset) | 0;
    writeInt32(bytes, 4, this.#timestamp);
    writeInt32(bytes, 8, this.#exitSsrc);
    socket.send(bytes, length);
  }
}

function readInt32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
}

function writeInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 24;
  bytes[at + 1] = value >> 16;
  bytes[at + 2] = value >> 8;
  bytes[at + 3] = value;
}
