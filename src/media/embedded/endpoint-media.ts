import { isRtcp, RtpPacket, SrtpContext } from '../../rtp/index.ts';
import { canReceive, canSend, type NegotiatedAudio } from '../../sdp/index.ts';
import { createCodec, type Codec } from './codecs.ts';
import { Latch } from './latch.ts';
import { isPlain, Lane, type LaneCount, type LaneOwner } from './lane.ts';
import { addressNumber, type SocketPair } from './packet-io.ts';
import { RtcpSession } from './rtcp-session.ts';
import { RtpReceiver, type KeyListener } from './rtp-receiver.ts';
import { RtpSender, type PacketSink } from './rtp-sender.ts';
import type { SampleRate, Source } from './source.ts';

const packet = new RtpPacket();

/** The RTP side of an endpoint once something is agreed: sockets, latch, receiver, sender, RTCP. */
export class EndpointMedia implements LaneOwner {
  readonly codec: Codec;
  readonly receiver: RtpReceiver;
  readonly sender: RtpSender;
  readonly rtcp: RtcpSession;
  agreed: NegotiatedAudio;
  /** When something useful last arrived, or since when we wait for it. */
  heardAt: number;
  #forwardTo: EndpointMedia | undefined;
  #fed = false;
  forwardsEvents = false;
  /** SRTP packets that were not authentic, or came twice. */
  forged = 0;
  readonly #pair: SocketPair;
  readonly #latch: Latch;
  readonly #now: () => number;
  readonly #word: () => number;
  #renamed: boolean;
  readonly #onHeard: () => void;
  /** Where what is forwarded goes past all this, most of the time. */
  #lane: Lane | undefined;
  readonly #crypto: { readonly out: SrtpContext; readonly in: SrtpContext } | undefined;

  constructor(parts: { pair: SocketPair; agreed: NegotiatedAudio; codec: Codec; keys: KeyListener; before: EndpointMedia | undefined; cname: string; random: () => number; now: () => number; onHeard: () => void }) {
    const { pair, agreed, codec, keys, before, random } = parts;
    this.#pair = pair;
    this.#now = parts.now;
    this.#onHeard = parts.onHeard;
    this.agreed = agreed;
    this.codec = codec;
    this.heardAt = parts.now();
    // The same keys go on with the same counters (RFC 3711 §3.2.1).
    if (agreed.crypto !== undefined) {
      const { local, remote } = agreed.crypto;
      const kept = before?.agreed.crypto;
      const running = before === undefined ? undefined : before.#crypto;
      this.#crypto = {
        out: running !== undefined && kept?.local.keySalt === local.keySalt ? running.out : new SrtpContext(local.suite, local.keySalt),
        in: running !== undefined && kept?.remote.keySalt === remote.keySalt ? running.in : new SrtpContext(remote.suite, remote.keySalt),
      };
    }
    this.#latch = before === undefined ? new Latch() : before.#latch;
    this.rtcp = before?.rtcp ?? new RtcpSession(parts.cname, random);
    const word = (): number => Math.floor(random() * 4294967296) >>> 0;
    this.#word = word;
    this.#renamed = before !== undefined && before.#renamed;
    const { rtp } = pair;
    const out = this.#crypto?.out;
    const sink: PacketSink = {
      room: () => rtp.room(),
      send: (bytes, length) => {
        const size = out === undefined ? length : out.protect(bytes, length);
        if (size > 0) rtp.send(bytes, size);
      },
      plain: out === undefined ? rtp : undefined,
    };
    // A stream that goes on keeps its SSRC, sequence and clock (RFC 3264 §8 changes the description, not the stream).
    if (before === undefined) {
      this.sender = new RtpSender(agreed, codec, { ssrc: word(), sequence: word() & 0x7fff, timestamp: word() }, sink);
      this.receiver = new RtpReceiver(agreed, codec, keys);
    } else {
      this.sender = before.sender;
      this.receiver = before.receiver;
      this.sender.agree(agreed, codec, sink);
      this.receiver.agree(agreed, codec);
    }
    const { remote } = agreed;
    this.#latch.expect(addressNumber(remote.address), remote.port);
    pair.rtp.sendTo(remote.address, remote.port);
    (agreed.rtcpMux ? pair.rtp : pair.rtcp).sendTo(remote.rtcpAddress, remote.rtcpPort);
    pair.rtp.listener = this;
    pair.rtcp.listener = { packet: (bytes, length, address, _port, arrival) => this.#rtcpArrived(bytes, length, address, arrival) };
  }

  get refused(): number {
    return this.#latch.refused;
  }

  get receives(): boolean {
    return canReceive(this.agreed.direction);
  }

  /** What it sends can be what another receives, octet for octet. Redundant events are read and made anew, under the clamps that lie on the way. */
  sendsLike(other: EndpointMedia): boolean {
    if (this.agreed.redundancy !== undefined || other.agreed.redundancy !== undefined) return false;
    return other.codec.name === this.codec.name && other.receiver.hasOneCodec && canSend(this.agreed.direction) && this.sender.isIdle;
  }

  /** Packets are passed on to that endpoint as they come, undecoded; undefined: no longer. */
  set forwardTo(target: EndpointMedia | undefined) {
    const before = this.#forwardTo;
    if (before !== undefined) {
      before.sender.endForward();
      before.#fed = false;
      this.#pair.rtp.listener = this;
    }
    this.#forwardTo = target;
    if (target === undefined) return;
    target.#fed = true;
    if (this.#crypto === undefined) this.#pair.rtp.listener = this.#lane ??= new Lane(this);
  }

  get forwardTo(): EndpointMedia | undefined {
    return this.#forwardTo;
  }

  /** It is fed by another's `forwardTo`: it makes no frames of its own. */
  get fed(): boolean {
    return this.#fed;
  }

  /** So many packets were forwarded that were not seen here. */
  passed({ packets, transit, jitter }: LaneCount): void {
    const nowMs = this.#now();
    this.receiver.statistics.succeeded(packets, transit, jitter);
    this.#latch.heard(nowMs);
    this.heardAt = nowMs;
    this.#onHeard();
  }

  /** What was forwarded, from it and to it, is counted now. */
  settle(): void {
    this.#lane?.settle();
    this.sender.settle();
  }

  /** Reads what is going to be needed, so that it is on its way from memory; the number means nothing. */
  preload(): number {
    return this.receiver.preload() + this.sender.preload() + this.heardAt + this.forged;
  }

  /** Fills the source with what the phone says in this tick. */
  pull(source: Source, nowMs: number): void {
    if (this.receives) this.receiver.pull(source, nowMs);
    else source.silence();
  }

  /** Sends this tick's frame; true when it left as audio. */
  push(frame: Int16Array): boolean {
    if (canSend(this.agreed.direction)) return this.sender.frame(frame);
    this.sender.pause();
    return false;
  }

  control(nowMs: number): void {
    if (this.rtcp.due(nowMs)) this.#report(false);
  }

  farewell(): void {
    this.settle();
    if (this.sender.packets > 0) this.#report(true);
    this.receiver.finish();
  }

  #report(farewell: boolean): void {
    this.settle();
    const { bytes, length } = this.rtcp.report(this.sender, this.receiver, this.codec, this.#now(), farewell);
    const size = this.#crypto === undefined ? length : this.#crypto.out.protectRtcp(bytes, length);
    if (size > 0) (this.agreed.rtcpMux ? this.#pair.rtp : this.#pair.rtcp).send(bytes, size);
  }

  /** What arrives at the RTP port. */
  packet(bytes: Uint8Array, length: number, address: number, port: number, arrivalMs: number): void {
    if (isRtcp(bytes, 0, length)) {
      if (this.agreed.rtcpMux) this.#rtcpArrived(bytes, length, address, arrivalMs);
      return;
    }
    if (!packet.parse(bytes, 0, length)) return;
    const { receiver } = this;
    if (!receiver.understands(packet.payloadType)) {
      receiver.unknown += 1;
      return;
    }
    if (this.#crypto !== undefined) {
      const plain = this.#crypto.in.unprotect(bytes, length);
      if (plain < 0 || !packet.parse(bytes, 0, plain)) {
        this.forged += 1;
        return;
      }
    }
    const verdict = this.#latch.judge(address, port, packet.ssrc, packet.sequence, arrivalMs);
    if (verdict === 'refuse') return;
    if (verdict === 'learn') {
      this.#pair.rtp.sendToSource();
      if (this.agreed.rtcpMux === false && this.#pair.rtp.sourceAddress() !== this.agreed.remote.address) this.#pair.rtcp.sendTo(this.#pair.rtp.sourceAddress(), port + 1);
    }
    if (packet.ssrc === this.sender.ssrc) this.#avoidCollision();
    if (this.#forwardTo !== undefined) {
      const what = receiver.passing(packet, bytes, arrivalMs);
      // What came may have been what the lane waits for.
      this.#lane?.close();
      if (what === undefined) return;
      if (this.receives && (what === 'audio' || this.forwardsEvents)) this.#forward(this.#forwardTo.sender, bytes, what === 'event', address, port);
    } else if (!receiver.packet(packet, bytes, arrivalMs)) return;
    this.heardAt = arrivalMs;
    this.#onHeard();
  }

  /** The packet goes on, and if it is audio as the lane is for, those that follow may go there: a stream that never is opens nothing at each packet. */
  #forward(sender: RtpSender, bytes: Uint8Array, isEvent: boolean, address: number, port: number): void {
    const { ssrc, payloadType } = packet;
    // Before it is renamed, where it lies.
    const suits = !isEvent && isPlain(bytes);
    sender.forward(packet, bytes, isEvent);
    const { next, transit, jitter } = this.receiver.statistics;
    if (!suits || this.#lane === undefined || transit === undefined || ssrc === this.sender.ssrc) return;
    sender.openLane(this.#lane, { address, port, ssrc, payloadType, next, unitsPerMs: this.receiver.unitsPerMs, transit, jitter });
  }

  /** Both ends chose one SSRC (RFC 3550 §8.2): we leave it. Once: a far end that sends us back what we sent would have it again at once. */
  #avoidCollision(): void {
    if (this.#renamed) return;
    this.#renamed = true;
    this.#report(true);
    this.sender.rename(this.#word());
  }

  #rtcpArrived(bytes: Uint8Array, length: number, address: number, arrivalMs: number): void {
    if (!this.#latch.knowsHost(address)) return;
    const size = this.#crypto === undefined ? length : this.#crypto.in.unprotectRtcp(bytes, length);
    if (size > 0) this.rtcp.receive(bytes, 0, size, this.sender.ssrc, arrivalMs, this.#now());
  }
}

/** The codec of what was agreed, or undefined when we have none of that name. */
export function codecOf(agreed: NegotiatedAudio): (Codec & { readonly rate: SampleRate }) | undefined {
  return createCodec(agreed.send);
}
