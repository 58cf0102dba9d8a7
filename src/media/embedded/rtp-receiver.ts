import { ComfortNoiseGenerator } from '../../audio/comfort-noise.ts';
import { meanSquare, powerOfDbm0 } from '../../audio/level.ts';
import { PacketLossConcealment } from '../../audio/packet-loss-concealment.ts';
import { JitterBuffer, ReceptionStatistics, RedundantAudio, TelephoneEventReceiver, type RtpPacket } from '../../rtp/index.ts';
import type { NegotiatedAudio } from '../../sdp/index.ts';
import type { Codec } from './codecs.ts';
import { ReceivedFormats } from './received-formats.ts';
import { frameSamples, type SampleRate, type Source } from './source.ts';

const quiet = powerOfDbm0(-45);
const concealMs = 60;
const maxPayloadBytes = 1300;
const nothing = new Int16Array(0);
/** Scratch of the thread: the most that a packet of any codec decodes to. */
const decoded = new Int16Array(1920);
const redundant = new RedundantAudio();

/** Told of keys that go down and up in the received stream: since which RTP timestamp, and for how many units of its clock as far as came; `known`: the end came too. */
export interface KeyListener {
  keyDown(key: string, timestamp: number, units: number): void;
  keyUp(key: string, durationMs: number, units: number, known: boolean): void;
}

/**
 * The receiving half of an endpoint: payload types, statistics, jitter buffer, decoding, concealment. Packets come in as they
 * arrive; `pull` makes the frame of a tick.
 */
export class RtpReceiver {
  readonly statistics = new ReceptionStatistics();
  rate: SampleRate;
  /** Packets whose payload type was not negotiated, and redundant ones without events. */
  unknown = 0;
  /** RFC 2198 packets whose headers do not fit what they hold. */
  malformedRedundant = 0;
  ssrc = -1;
  #candidateSsrc = -1;
  readonly #keys: KeyListener;
  #agreed: NegotiatedAudio | undefined;
  readonly #formats: ReceivedFormats;
  #eventType = -1;
  #redundantType = -1;
  #noiseType = -1;
  #clockRate: number;
  #eventRate = 8000;
  #jitter: JitterBuffer;
  /** Late packets of buffers that this one replaced. */
  #lateBefore = 0;
  #events: TelephoneEventReceiver;
  /** RTP timestamp from which on the stream is heard: redundant events that began before it were told by whoever heard it before. */
  #since = 0;
  #concealment: PacketLossConcealment;
  #noise: ComfortNoiseGenerator | undefined;
  #noisy = false;
  /** Decoded and not yet read: made at the first packet that is not exactly one frame. */
  #fifo = nothing;
  #buffered = 0;
  #frameUnits = 0;

  constructor(agreed: NegotiatedAudio, codec: Codec, keys: KeyListener) {
    this.rate = codec.rate;
    this.#keys = keys;
    this.#formats = new ReceivedFormats(codec);
    this.#clockRate = agreed.send.clockRate;
    this.#jitter = this.#newBuffer(codec);
    this.#concealment = new PacketLossConcealment(codec.rate, false);
    this.#eventRate = agreed.receiveEvents?.clockRate ?? this.#eventRate;
    this.#events = this.#newEvents();
    this.agree(agreed, codec);
  }

  /** What arrives is described anew, and goes on as one stream. */
  agree(agreed: NegotiatedAudio, codec: Codec): void {
    const before = this.#agreed;
    if (before !== undefined && sameReception(before, agreed)) return;
    this.#agreed = agreed;
    this.#formats.agree(agreed, codec, agreed.send.clockRate !== this.#clockRate);
    this.#clocked(agreed, codec);
    this.#frameUnits = frameSamples(codec.rate) * codec.unitsPerSample;
    this.#lastFrameBytes = 0;
    if (agreed.receiveEvents === undefined) this.#events.finish();
    this.#eventType = agreed.receiveEvents?.payloadType ?? -1;
    this.#redundantType = agreed.redundancy?.receiveType ?? -1;
    this.#noiseType = agreed.comfortNoise ?? -1;
    this.#noisy &&= this.#noiseType >= 0;
  }

  /** Where audio or clock run at another rate now, what is held is worth nothing. */
  #clocked({ send, receiveEvents }: NegotiatedAudio, codec: Codec): void {
    const eventRate = receiveEvents?.clockRate ?? this.#eventRate;
    if (codec.rate !== this.rate || send.clockRate !== this.#clockRate) {
      this.statistics.clocked(send.clockRate / this.#clockRate);
      this.rate = codec.rate;
      this.#clockRate = send.clockRate;
      this.#lateBefore += this.#jitter.late;
      this.#jitter = this.#newBuffer(codec);
      this.#concealment = new PacketLossConcealment(codec.rate, false);
      this.#fifo = nothing;
      this.#buffered = 0;
    }
    if (eventRate === this.#eventRate) return;
    this.#events.finish();
    this.#eventRate = eventRate;
    this.#events = this.#newEvents();
  }

  /** For frames of 20 ms in the usual codec: what is longer makes it grow once. */
  #newBuffer(codec: Codec): JitterBuffer {
    return new JitterBuffer({ clockRate: this.#clockRate, payloadBytes: codec.name.startsWith('L16') ? codec.rate / 25 : 160, slots: 16 });
  }

  #newEvents(): TelephoneEventReceiver {
    const rate = this.#eventRate;
    return new TelephoneEventReceiver({
      started: (key, timestamp, units) => this.#keys.keyDown(key, timestamp, units),
      ended: (key, units, known) => this.#keys.keyUp(key, Math.round((units * 1000) / rate), units, known),
    }, rate);
  }

  /** A key is held down now. */
  get pressed(): boolean {
    return this.#events.pressed !== '';
  }

  /** RTP timestamp of what lies so many milliseconds before the end of what was pulled. NaN where events have a clock of their own, so that theirs cannot be held beside it. */
  timestampAgo(ms: number): number {
    return this.#eventRate === this.#clockRate ? this.#jitter.due - this.#buffered * this.#formats.usual.unitsPerSample - (ms * this.#clockRate) / 1000 : Number.NaN;
  }

  get jitterMs(): number {
    return (this.statistics.jitter * 1000) / this.#clockRate;
  }

  get bufferMs(): number {
    return this.#jitter.targetMs;
  }

  get late(): number {
    return this.#lateBefore + this.#jitter.late;
  }

  /** Is this payload type one of ours? To be asked before the packet's source is believed. */
  understands(payloadType: number): boolean {
    return this.#formats.has(payloadType) || payloadType === this.#eventType || payloadType === this.#noiseType || payloadType === this.#redundantType;
  }

  /** Only one audio format may arrive. */
  get hasOneCodec(): boolean {
    return this.#formats.isOne;
  }

  /** A packet of a believed source. False when it was of no use. */
  packet(packet: RtpPacket, bytes: Uint8Array, arrivalMs: number): boolean {
    const { payloadType, timestamp, payloadOffset, payloadLength } = packet;
    if (packet.ssrc !== this.ssrc && !this.#follow(packet.ssrc)) return false;
    const arrival = this.statistics.arrived(packet.sequence);
    if (arrival === 'duplicate' || arrival === 'discard') return false;
    if (arrival === 'restart' || arrival === 'first') {
      this.#jitter.reset();
      this.#events.restart();
      this.#since = timestamp;
    }
    const sequence = this.statistics.extend(packet.sequence);
    if (payloadType === this.#eventType) {
      this.#jitter.skip(sequence, timestamp, payloadType, arrivalMs);
      this.#events.packet(timestamp, packet.marker, bytes, payloadOffset, payloadLength);
      return true;
    }
    if (payloadType === this.#redundantType) {
      this.#jitter.skip(sequence, timestamp, payloadType, arrivalMs);
      return this.#readRedundant(packet, bytes);
    }
    if (payloadType === this.#noiseType) {
      this.#jitter.skip(sequence, timestamp, payloadType, arrivalMs);
      (this.#noise ??= new ComfortNoiseGenerator()).update(bytes.subarray(payloadOffset, payloadOffset + payloadLength));
      this.#noisy = true;
      return true;
    }
    if (payloadLength === 0) return false;
    this.#noisy = false;
    this.statistics.timed((arrivalMs * this.#clockRate) / 1000, timestamp);
    if (this.pressed) this.#events.audioResumed(timestamp);
    if (payloadLength > this.#jitter.payloadBytes) {
      if (payloadLength > maxPayloadBytes) return false;
      // Longer packets than usual (30 or 60 ms, or a high bit rate): a larger buffer, once or twice.
      this.#lateBefore += this.#jitter.late;
      this.#jitter = new JitterBuffer({ clockRate: this.#clockRate, payloadBytes: payloadLength <= 640 ? 640 : maxPayloadBytes, slots: 16 });
    }
    return this.#jitter.put(sequence, timestamp, payloadType, bytes, payloadOffset, payloadLength, arrivalMs);
  }

  /** Events in RFC 2198 packets, in the order in which they began: what was lost is told before what came after it. False when it is malformed or has none. */
  #readRedundant({ timestamp, marker, payloadOffset, payloadLength }: RtpPacket, bytes: Uint8Array): boolean {
    if (!redundant.parse(bytes, payloadOffset, payloadLength, this.#redundantType)) {
      this.malformedRedundant += 1;
      return false;
    }
    let read = false;
    for (let block = redundant.next(-1); block >= 0; block = redundant.next(block)) {
      if (redundant.type(block) !== this.#eventType) continue;
      read = true;
      const earlier = redundant.earlier(block);
      const began = (timestamp - earlier) >>> 0;
      if (earlier > 0 && ((began - this.#since) | 0) < 0) continue;
      this.#events.packet(began, marker && earlier === 0, bytes, redundant.offset(block), redundant.length(block));
    }
    if (!read) this.unknown += 1;
    return read;
  }

  /** A packet that is forwarded as it is: counted, its events read, its audio left alone. `audio`, `event`, or nothing to forward. */
  passing(packet: RtpPacket, bytes: Uint8Array, arrivalMs: number): 'audio' | 'event' | undefined {
    if (packet.ssrc !== this.ssrc && !this.#follow(packet.ssrc)) return undefined;
    const arrival = this.statistics.arrived(packet.sequence);
    if (arrival === 'duplicate' || arrival === 'discard') return undefined;
    if (packet.payloadType === this.#eventType) {
      this.#events.packet(packet.timestamp, packet.marker, bytes, packet.payloadOffset, packet.payloadLength);
      return 'event';
    }
    this.statistics.timed((arrivalMs * this.#clockRate) / 1000, packet.timestamp);
    return packet.payloadType === this.#noiseType ? undefined : 'audio';
  }

  /** Units of the RTP clock in a millisecond. */
  get unitsPerMs(): number {
    return this.#clockRate / 1000;
  }

  /** So much time passed while packets were forwarded; what the buffer held is stale. */
  idle(ms: number): void {
    this.#events.elapsed(ms);
    if (this.#jitter.depth > 0) this.#jitter.reset();
    this.#buffered = 0;
  }

  /** Reads what is going to be needed, so that it is on its way from memory; the number means nothing. */
  preload(): number {
    return this.#jitter.preload() + this.#concealment.lostMs + this.#events.pressed.length + this.#formats.size + this.#buffered + this.unknown;
  }

  /** Fills the source's frame with what is due. */
  pull(source: Source, nowMs: number): void {
    this.#events.elapsed(20);
    const { frame } = source;
    const size = frame.length;
    let live = this.#buffered >= size;
    let sound = this.#buffered > 0;
    while (this.#buffered < size) {
      const pulled = this.#jitter.pull(nowMs);
      if (pulled === 'packet') {
        const { payloadType } = this.#jitter;
        const codec = this.#formats.codecOf(payloadType);
        const direct = this.#buffered === 0 && this.#jitter.length === this.#lastFrameBytes;
        const n = codec.decode(this.#jitter.bytes, this.#jitter.offset, this.#jitter.length, direct ? frame : decoded);
        this.#jitter.played(n * codec.unitsPerSample);
        if (n === 0) continue;
        live = sound = true;
        if (direct && n === size) return this.#deliver(source, nowMs);
        if (n === size) this.#lastFrameBytes = this.#jitter.length;
        this.#append(direct ? frame : decoded, n);
        continue;
      }
      this.#jitter.passed(this.#frameUnits);
      sound = this.#fillGap(pulled, source) || sound;
      if (this.#buffered === 0) {
        source.present = sound;
        return;
      }
      this.#append(frame, size);
    }
    if (!sound) return source.silence();
    for (let i = 0; i < size; i++) frame[i] = this.#fifo[i] as number;
    this.#buffered -= size;
    this.#fifo.copyWithin(0, size, size + this.#buffered);
    if (live) this.#deliver(source, nowMs);
    else source.present = true;
  }

  /** The stream is over: a key that is held comes up. */
  finish(): void {
    this.#events.finish();
  }

  #lastFrameBytes = 0;

  #deliver(source: Source, nowMs: number): void {
    this.#concealment.good(source.frame);
    source.present = true;
    source.live = true;
    // The buffer holds more than it needs: a quiet frame is left out.
    if (this.#jitter.surplus(20, nowMs) && meanSquare(source.frame) < quiet && this.#jitter.pull(nowMs) === 'packet') {
      this.#jitter.played(this.#frameUnits);
    }
  }

  /** Something in place of what is missing: false is silence. */
  #fillGap(why: 'lost' | 'silence' | 'empty', source: Source): boolean {
    const out = source.frame;
    if (this.pressed || this.ssrc < 0) {
      out.fill(0);
      return false;
    }
    if (this.#noisy && why !== 'lost') {
      this.#noise?.process(out);
      return true;
    }
    // A pause that the sender announced is silence; anything else is concealed for a moment. The concealment fades by itself.
    if (why !== 'silence' && this.#concealment.lostMs < concealMs) {
      this.#concealment.conceal(out, source);
      return true;
    }
    out.fill(0);
    return false;
  }

  #append(samples: Int16Array, n: number): void {
    if (this.#fifo.length === 0) this.#fifo = new Int16Array(decoded.length + frameSamples(this.rate));
    const room = Math.min(n, this.#fifo.length - this.#buffered);
    for (let i = 0; i < room; i++) this.#fifo[this.#buffered + i] = samples[i] as number;
    this.#buffered += room;
  }

  /** Another SSRC: believed at the second packet, so that a single forged one changes nothing. */
  #follow(ssrc: number): boolean {
    if (this.ssrc >= 0 && ssrc !== this.#candidateSsrc) {
      this.#candidateSsrc = ssrc;
      return false;
    }
    this.ssrc = ssrc;
    this.#candidateSsrc = -1;
    this.statistics.reset();
    this.#jitter.reset();
    this.#events.restart();
    this.#buffered = 0;
    return true;
  }
}

function sameReception(a: NegotiatedAudio, b: NegotiatedAudio): boolean {
  return JSON.stringify([a.send, a.receive, a.receiveEvents, a.redundancy?.receiveType, a.comfortNoise]) === JSON.stringify([b.send, b.receive, b.receiveEvents, b.redundancy?.receiveType, b.comfortNoise]);
}
