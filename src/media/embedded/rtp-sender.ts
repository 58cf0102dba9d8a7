import { DtmfGenerator } from '../../audio/dtmf-generator.ts';
import { eventOfKey, RedundantEvents, rtpHeaderBytes, srtpOverhead, TelephoneEventSender, writeRtpHeader, type RtpPacket } from '../../rtp/index.ts';
import type { NegotiatedAudio } from '../../sdp/index.ts';
import type { Codec } from './codecs.ts';
import type { Lane, LaneCount, LaneEntry, LaneTarget } from './lane.ts';
import type { PacketSocket } from './packet-io.ts';
import { SilenceSuppression } from './silence-suppression.ts';
import { frameSamples } from './source.ts';

/** Takes finished RTP packets: encrypts them if agreed, and hands them to the socket. */
export interface PacketSink {
  /** Where the next packet may be made: what lies there is sent without a copy. */
  room(): Uint8Array;
  send(bytes: Uint8Array, length: number): void;
  /** Where what is made leaves as it is, without encryption. */
  readonly plain: PacketSocket | undefined;
}

interface QueuedDigit {
  readonly key: string;
  readonly durationMs: number;
  readonly gapMs: number;
  /** Called when this digit is out: the last one of a command. */
  readonly whenSent: (() => void) | undefined;
}

/** The longest packet that is made, octets. */
const longest = 1500;

/** The sending half of an endpoint: sequence, timestamps, encoding, digits as events or in band. */
export class RtpSender implements LaneTarget {
  ssrc: number;
  packets = 0;
  octets = 0;
  #codec: Codec;
  #payloadType: number;
  #eventType: number;
  #sequence: number;
  /** RTP timestamp of the next frame. */
  timestamp: number;
  #marker = true;
  #framesPerPacket = 1;
  #halves = false;
  #held = 0;
  #heldBytes = 0;
  #heldTimestamp = 0;
  #send: PacketSink;
  #events: TelephoneEventSender | undefined;
  #eventUnitsPerMs = 8;
  /** Where redundancy was agreed, and its payload type. */
  #redundant: RedundantEvents | undefined;
  #redundantType = -1;
  #tones: DtmfGenerator | undefined;
  /** Where comfort noise was agreed, and its payload type. */
  #silence: SilenceSuppression | undefined;
  #noiseType = -1;
  readonly #queue: QueuedDigit[] = [];
  #sending: QueuedDigit | undefined;
  #gapMs = 0;
  /** A relayed press is under way, of this key. */
  #relayed = '';
  /** Frames that wait for the rest of their packet, where packets are longer than a frame. */
  #holding: Uint8Array | undefined;
  /** While packets are forwarded: what to add to their sequence numbers and timestamps. */
  #forwarding = false;
  #forwardedSsrc = -1;
  #sequenceOffset = 0;
  #timestampOffset = 0;
  /** What leads to it, past `forward`. */
  #lane: Lane | undefined;

  constructor(agreed: NegotiatedAudio, codec: Codec, random: { ssrc: number; sequence: number; timestamp: number }, send: PacketSink) {
    this.ssrc = random.ssrc;
    this.#sequence = random.sequence & 0xffff;
    this.timestamp = random.timestamp >>> 0;
    this.#send = send;
    this.#codec = codec;
    this.#payloadType = 0;
    this.#eventType = -1;
    this.agree(agreed, codec, send);
  }

  /** The stream goes on under what was agreed now. */
  agree(agreed: NegotiatedAudio, codec: Codec, send: PacketSink): void {
    this.#lane?.close();
    const unitsPerMs = (agreed.sendEvents?.clockRate ?? 8000) / 1000;
    if (agreed.sendEvents === undefined) this.#events = undefined;
    else if (this.#events === undefined || unitsPerMs !== this.#eventUnitsPerMs) this.#events = new TelephoneEventSender(unitsPerMs * 20);
    const levels = agreed.redundancy?.levels;
    if (levels !== this.#redundant?.levels || unitsPerMs !== this.#eventUnitsPerMs) this.#redundant = levels === undefined ? undefined : new RedundantEvents(levels);
    this.#redundantType = agreed.redundancy?.sendType ?? -1;
    if (codec.rate !== this.#codec.rate) this.#tones = undefined;
    this.#send = send;
    this.#codec = codec;
    this.#payloadType = agreed.send.payloadType;
    this.#eventType = agreed.sendEvents?.payloadType ?? -1;
    this.#eventUnitsPerMs = unitsPerMs;
    // A digit that cannot go on as it began is sent anew, as it can be now.
    if (this.#events?.active !== true) this.#relayed = '';
    if (this.#sending !== undefined && this.#events?.active !== true && this.#tones?.active !== true) {
      this.#queue.unshift(this.#sending);
      this.#sending = undefined;
    }
    this.#noiseType = agreed.comfortNoise ?? -1;
    this.#silence = agreed.comfortNoise === undefined || codec.rate !== 8000 ? undefined : (this.#silence ?? new SilenceSuppression());
    const splits = codec.name !== 'opus';
    this.#halves = splits && agreed.ptimeMs < 20;
    this.#framesPerPacket = splits ? Math.max(1, Math.min(3, Math.floor(agreed.ptimeMs / 20))) : 1;
    this.#held = 0;
    this.#heldBytes = 0;
    this.#marker = true;
  }

  /** The stream goes on under another SSRC (RFC 3550 §8.2). */
  rename(ssrc: number): void {
    this.#lane?.close();
    this.ssrc = ssrc;
    this.#marker = true;
  }

  /** The far end hears digits as events. */
  get sendsEvents(): boolean {
    return this.#events !== undefined;
  }

  /** Queues digits; `whenSent` follows when the last is out. False when one of them is no key. */
  digits(keys: string, durationMs: number, gapMs: number, whenSent: (() => void) | undefined): boolean {
    for (const key of keys) if (eventOfKey(key) < 0) return false;
    const all = [...keys];
    for (const [i, key] of all.entries()) this.#queue.push({ key, durationMs, gapMs, whenSent: i === all.length - 1 ? whenSent : undefined });
    return true;
  }

  /** A key goes down elsewhere and is passed on as it is held. */
  press(key: string): void {
    if (this.#events === undefined || this.#events.active || this.#sending !== undefined || this.#queue.length > 0) return;
    if (this.#events.press(key, this.timestamp)) this.#relayed = key;
  }

  /** It comes up. What could not be passed on while it was held is sent now. */
  release(key: string, durationMs: number): void {
    if (this.#relayed === key && this.#events?.active === true) {
      this.#relayed = '';
      // One that was learnt of at its end, or late, lasts as long as it did.
      this.#events.release(durationMs * this.#eventUnitsPerMs);
    } else {
      this.digits(key, Math.max(40, durationMs), 40, undefined);
    }
  }

  /** A relayed press ends without its key coming up (`undefined`: whatever key it is). */
  lift(key: string | undefined): void {
    if (this.#relayed === '' || (key !== undefined && key !== this.#relayed)) return;
    this.#relayed = '';
    this.#events?.release();
  }

  /** Reads what is going to be needed, so that it is on its way from memory; the number means nothing. */
  preload(): number {
    return this.packets + this.timestamp + this.#held + this.#queue.length + this.#forwardedSsrc + this.#gapMs + this.#timestampOffset;
  }

  /** Nothing of our own is being sent or waits to be. */
  get isIdle(): boolean {
    return this.#sending === undefined && this.#queue.length === 0 && this.#events?.active !== true && this.#tones?.active !== true;
  }

  /** A digit sounds in band or may begin to: `frame` may write to what it is given. */
  get sounds(): boolean {
    return this.#tones?.active === true || (this.#events === undefined && (this.#sending !== undefined || this.#queue.length > 0));
  }

  /** Passes a packet on as it came, under our own SSRC, sequence and clock; what the network lost stays lost, so that the far end knows. `bytes` may be written to. */
  forward(source: RtpPacket, bytes: Uint8Array, isEvent: boolean): void {
    const payloadType = isEvent ? this.#eventType : this.#payloadType;
    if (payloadType < 0 || source.payloadLength + rtpHeaderBytes > longest - srtpOverhead) return;
    if (!this.#forwarding || source.ssrc !== this.#forwardedSsrc) {
      this.#forwarding = true;
      this.#forwardedSsrc = source.ssrc;
      this.#sequenceOffset = this.#sequence - source.sequence;
      this.#timestampOffset = this.timestamp - source.timestamp;
    }
    const sequence = (source.sequence + this.#sequenceOffset) & 0xffff;
    const timestamp = (source.timestamp + this.#timestampOffset) >>> 0;
    // Where it lies if it can: there is room for what SRTP adds, and nothing between header and payload.
    const inPlace = source.payloadOffset === rtpHeaderBytes && bytes.length >= rtpHeaderBytes + source.payloadLength + srtpOverhead;
    const out = inPlace ? bytes : this.#send.room();
    if (!inPlace) for (let i = 0; i < source.payloadLength; i++) out[rtpHeaderBytes + i] = bytes[source.payloadOffset + i] as number;
    writeRtpHeader(out, 0, payloadType, source.marker, sequence, timestamp, this.ssrc);
    this.#sent(sequence, timestamp);
    this.packets += 1;
    this.octets += source.payloadLength;
    this.#send.send(out, rtpHeaderBytes + source.payloadLength);
  }

  /** Packets that follow the one that was just forwarded may come by this lane. */
  openLane(lane: Lane, entry: LaneEntry): void {
    const socket = this.#send.plain;
    if (socket === undefined || !this.#forwarding || entry.ssrc !== this.#forwardedSsrc) return;
    this.#lane = lane;
    lane.open(entry, { target: this, socket, ssrc: this.ssrc, payloadType: this.#payloadType, sequenceOffset: this.#sequenceOffset, timestampOffset: this.#timestampOffset });
  }

  passed({ packets, octets, sequence, timestamp }: LaneCount): void {
    this.packets += packets;
    this.octets += octets;
    this.#sent(sequence, timestamp);
  }

  /** What came by a lane is counted here now. */
  settle(): void {
    this.#lane?.settle();
  }

  /** Our own packets follow those that were forwarded. */
  #sent(sequence: number, timestamp: number): void {
    if (((sequence - this.#sequence) & 0xffff) < 0x8000) this.#sequence = (sequence + 1) & 0xffff;
    const units = frameSamples(this.#codec.rate) * this.#codec.unitsPerSample;
    if (((timestamp + units - this.timestamp) | 0) > 0) this.timestamp = (timestamp + units) >>> 0;
  }

  /** Forwarding is over: our own frames go on where it ended. */
  endForward(): void {
    this.#lane?.close();
    this.#lane = undefined;
    if (!this.#forwarding) return;
    this.#forwarding = false;
    this.#marker = true;
  }

  /** A tick without sending (hold, no address yet): time goes on. */
  pause(): void {
    this.timestamp = (this.timestamp + frameSamples(this.#codec.rate) * this.#codec.unitsPerSample) >>> 0;
    this.#marker = true;
    this.#held = 0;
    this.#heldBytes = 0;
  }

  /** Sends one frame, or the digit that is due in its place; writes to it only where it `sounds`. False when the frame itself did not go (yet). */
  frame(samples: Int16Array): boolean {
    this.#nextDigit();
    const units = samples.length * this.#codec.unitsPerSample;
    if (this.#events?.active === true && this.#events.next()) {
      const packet = this.#send.room();
      const { marker, payload, timestamp } = this.#events;
      if (this.#redundant === undefined) {
        packet.set(payload, rtpHeaderBytes);
        this.#emit(packet, this.#eventType, marker, timestamp, payload.length);
      } else {
        this.#emit(packet, this.#redundantType, marker, timestamp, this.#redundant.write(packet, rtpHeaderBytes, this.#eventType, timestamp, payload));
      }
      if (!this.#events.active) this.#digitDone();
      this.timestamp = (this.timestamp + units) >>> 0;
      this.#marker = true;
      this.#held = 0;
      this.#heldBytes = 0;
      return false;
    }
    if (this.#tones?.active === true) {
      this.#tones.process(samples);
      if (!this.#tones.active) this.#digitDone();
    }
    if (this.#silence !== undefined && this.#leavesOut(this.#silence, samples)) {
      this.pause();
      return false;
    }
    if (this.#halves) {
      const half = samples.length >> 1;
      for (let part = 0; part < 2; part++) {
        const packet = this.#send.room();
        const size = this.#codec.encode(samples.subarray(part * half, part * half + half), packet, rtpHeaderBytes);
        this.#emit(packet, this.#payloadType, this.#marker, (this.timestamp + (part * units) / 2) >>> 0, size);
        this.#marker = false;
      }
    } else if (this.#framesPerPacket === 1) {
      const packet = this.#send.room();
      const size = this.#codec.encode(samples, packet, rtpHeaderBytes);
      if (size > 0) this.#emit(packet, this.#payloadType, this.#marker, this.timestamp, size);
      this.#marker = false;
    } else {
      this.#hold(samples);
    }
    this.timestamp = (this.timestamp + units) >>> 0;
    return true;
  }

  /** True: the frame is part of a pause, and is not sent. */
  #leavesOut(silence: SilenceSuppression, samples: Int16Array): boolean {
    const what = silence.take(samples);
    if (what === 'sound') return false;
    if (what === 'noise') {
      const packet = this.#send.room();
      packet.set(silence.payload, rtpHeaderBytes);
      this.#emit(packet, this.#noiseType, false, this.timestamp, silence.payload.length);
    }
    return true;
  }

  #hold(samples: Int16Array): void {
    if (this.#held === 0) this.#heldTimestamp = this.timestamp;
    const holding = (this.#holding ??= new Uint8Array(1300));
    this.#heldBytes += this.#codec.encode(samples, holding, this.#heldBytes);
    this.#held += 1;
    if (this.#held < this.#framesPerPacket) return;
    const packet = this.#send.room();
    for (let i = 0; i < this.#heldBytes; i++) packet[rtpHeaderBytes + i] = holding[i] as number;
    this.#emit(packet, this.#payloadType, this.#marker, this.#heldTimestamp, this.#heldBytes);
    this.#marker = false;
    this.#held = 0;
    this.#heldBytes = 0;
  }

  #emit(packet: Uint8Array, payloadType: number, marker: boolean, timestamp: number, size: number): void {
    writeRtpHeader(packet, 0, payloadType, marker, this.#sequence, timestamp, this.ssrc);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.packets += 1;
    this.octets += size;
    this.#send.send(packet, rtpHeaderBytes + size);
  }

  #nextDigit(): void {
    if (this.#gapMs > 0) {
      this.#gapMs -= 20;
      return;
    }
    if (this.#sending !== undefined || this.#queue.length === 0 || this.#events?.active === true) return;
    const next = this.#queue.shift() as QueuedDigit;
    this.#sending = next;
    if (this.#events !== undefined) this.#events.press(next.key, this.timestamp, next.durationMs * this.#eventUnitsPerMs);
    else if (!(this.#tones ??= new DtmfGenerator(this.#codec.rate)).send(next.key, next.durationMs, 0)) this.#digitDone(); // flash has no tone
  }

  #digitDone(): void {
    const sent = this.#sending;
    if (sent === undefined) return;
    this.#sending = undefined;
    this.#gapMs = sent.gapMs;
    sent.whenSent?.();
  }
}
