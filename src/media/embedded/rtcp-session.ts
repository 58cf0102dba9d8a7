import { meanOpinionScore, ratingFactor, readRtcp, RtcpWriter, type RtcpReader } from '../../rtp/index.ts';
import type { Codec } from './codecs.ts';
import type { RtpReceiver } from './rtp-receiver.ts';
import type { RtpSender } from './rtp-sender.ts';

/** One per thread: reports are written and sent at once. */
const writer = new RtcpWriter();
/** Seconds from 1900 to 1970. */
const ntpEpoch = 2_208_988_800;
const intervalMs = 5000;

/** RTCP of one endpoint: reports every 5 s (randomised, RFC 3550 §6.2), VoIP metrics (RFC 3611), round trip, farewell. */
export class RtcpSession implements RtcpReader {
  readonly #cname: string;
  readonly #random: () => number;
  #nextMs = 0;
  #lastPackets = 0;
  /** Middle 32 bits of the last sender report's NTP time, and when it came. */
  #lastReport = 0;
  #lastReportAt = 0;
  #ours = 0;
  #arrivalMs = 0;
  /** How long the packet has waited to be read. */
  #waitedMs = 0;
  /** Round trip by the far end's reports; 0 when unknown. Milliseconds. */
  roundTripMs = 0;
  /** What the far end says it lost of ours: 0–1. */
  remoteLoss = 0;
  remoteJitter = 0;

  constructor(cname: string, random: () => number) {
    this.#cname = cname;
    this.#random = random;
  }

  /** A received compound packet, which has come at `arrivalMs`; false when it is malformed. */
  receive(bytes: Uint8Array, offset: number, length: number, ours: number, arrivalMs: number, nowMs: number): boolean {
    this.#ours = ours;
    this.#arrivalMs = arrivalMs;
    this.#waitedMs = Math.max(0, nowMs - arrivalMs);
    return readRtcp(bytes, offset, length, this);
  }

  senderReport(_ssrc: number, ntpSeconds: number, ntpFraction: number): void {
    this.#lastReport = (((ntpSeconds & 0xffff) << 16) | (ntpFraction >>> 16)) >>> 0;
    this.#lastReportAt = this.#arrivalMs;
  }

  reportBlock(_from: number, about: number, fractionLost: number, _lost: number, _highest: number, jitter: number, lastReport: number, delay: number): void {
    if (about !== this.#ours) return;
    this.remoteLoss = fractionLost / 256;
    this.remoteJitter = jitter;
    if (lastReport === 0) return;
    const now = ntpMiddle(Date.now() - this.#waitedMs);
    const trip = ((now - lastReport - delay) | 0) / 65.536;
    if (trip >= 0 && trip < 10_000) this.roundTripMs = trip;
  }

  bye(): void {
    // The signalling says when a call is over; a BYE alone ends nothing.
  }

  voipMetrics(): void {
    // The far end's own opinion: not used.
  }

  /** Is a report due? Asked now and then. */
  due(nowMs: number): boolean {
    if (this.#nextMs === 0) this.#nextMs = nowMs + intervalMs * this.#random();
    if (nowMs < this.#nextMs) return false;
    this.#nextMs = nowMs + intervalMs * (0.5 + this.#random());
    return true;
  }

  /** Writes a report; `farewell` adds BYE. The packet is in `bytes` up to `length` of the result. */
  report(sender: RtpSender, receiver: RtpReceiver, codec: Codec, nowMs: number, farewell: boolean): RtcpWriter {
    const { statistics } = receiver;
    if (sender.packets > this.#lastPackets) {
      const wall = Date.now();
      writer.senderReport(sender.ssrc, (Math.floor(wall / 1000) + ntpEpoch) >>> 0, (((wall % 1000) / 1000) * 4294967296) >>> 0, sender.timestamp, sender.packets, sender.octets);
    } else {
      writer.receiverReport(sender.ssrc);
    }
    this.#lastPackets = sender.packets;
    const heard = receiver.ssrc >= 0;
    if (heard) {
      const sinceReport = this.#lastReport === 0 ? 0 : Math.round((nowMs - this.#lastReportAt) * 65.536);
      writer.reportBlock(receiver.ssrc, statistics.fractionLost(), statistics.expected - statistics.received, statistics.highest - 0x10000, Math.round(statistics.jitter), this.#lastReport, sinceReport);
    }
    writer.cname(sender.ssrc, this.#cname);
    if (heard) {
      const { r, mos, loss, discard } = this.opinion({ expected: statistics.expected, lost: statistics.lost, late: receiver.late }, receiver, codec);
      writer.voipMetrics(sender.ssrc, receiver.ssrc, Math.round(loss * 256), Math.round(discard * 256), Math.round(this.roundTripMs), Math.round(r), mos, Math.round(receiver.bufferMs), 300);
    }
    return farewell ? writer.bye(sender.ssrc) : writer;
  }

  /** The E-model's opinion of packets that were expected of the far end; delay, and what the codec bears, as they are now. */
  opinion({ expected, lost, late }: { expected: number; lost: number; late: number }, receiver: RtpReceiver, codec: Codec): { r: number; mos: number; loss: number; discard: number } {
    const all = Math.max(1, expected);
    const loss = lost / all;
    const discard = Math.min(1 - loss, late / all);
    const delayMs = this.roundTripMs / 2 + receiver.bufferMs + 40;
    const r = ratingFactor({ lossRatio: loss + discard, delayMs, impairment: codec.impairment, robustness: codec.robustness });
    return { r, mos: meanOpinionScore(r), loss, discard };
  }
}

/** The middle 32 bits of an NTP time stamp. */
function ntpMiddle(wallMs: number): number {
  const seconds = Math.floor(wallMs / 1000) + ntpEpoch;
  return (((seconds & 0xffff) << 16) | Math.floor(((wallMs % 1000) / 1000) * 65536)) >>> 0;
}
