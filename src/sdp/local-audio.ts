import type { PayloadFormat } from './audio-codec.ts';
import type { CryptoSuite, SdesCrypto } from './sdes.ts';
import type { Direction } from './session-description.ts';

/** Our side of one audio stream: what we can and want. Ports are already open. */
export interface LocalAudio {
  /** The address to advertise, IPv4 or IPv6. */
  readonly address: string;
  readonly rtpPort: number;
  readonly rtcpPort: number;
  readonly sessionId: string;
  /** Grows by one with each changed description that we send (RFC 3264 §8). */
  readonly sessionVersion: number;
  /** Configured names in order of preference, `telephone-event` and `CN` among them. `red` offers redundancy of events; it is answered in any case. */
  readonly codecs: readonly string[];
  readonly direction: Direction;
  /** Packet time that we ask for, milliseconds. */
  readonly ptimeMs: number;
  /** Offer and accept RTP and RTCP on one port (RFC 5761). */
  readonly rtcpMux: boolean;
  /** `require` refuses plain RTP; `allow` takes SRTP when it is offered; `never` ignores it. */
  readonly srtp: 'never' | 'allow' | 'require';
  /** Fresh key material for SDES, one per suite that we offer; its first entry of the agreed suite keys our answer. */
  readonly keys: readonly { readonly suite: CryptoSuite; readonly keySalt: string }[];
}

/** What both sides agreed on for one audio stream. */
export interface NegotiatedAudio {
  /** Index of the `m=` section that carries it. */
  readonly section: number;
  /** The format that we send. */
  readonly send: PayloadFormat;
  /** Every audio format that may arrive. */
  readonly receive: readonly PayloadFormat[];
  /** telephone-event as we send it, and as it arrives (RFC 4733). Both absent: digits go in band. */
  readonly sendEvents?: PayloadFormat;
  readonly receiveEvents?: PayloadFormat;
  /** Events go redundantly (RFC 2198), and may arrive so: the payload types each way, and how many earlier events a packet of ours has at most. */
  readonly redundancy?: { readonly sendType: number; readonly receiveType: number; readonly levels: number };
  /** Comfort noise payload type that may arrive (RFC 3389). */
  readonly comfortNoise?: number;
  /** Ours. */
  readonly direction: Direction;
  readonly remote: { readonly address: string; readonly port: number; readonly rtcpAddress: string; readonly rtcpPort: number };
  /** Milliseconds per packet that we send. */
  readonly ptimeMs: number;
  readonly rtcpMux: boolean;
  /** Present: SRTP. `local` keys what we send, `remote` what arrives. */
  readonly crypto?: { readonly local: SdesCrypto; readonly remote: SdesCrypto };
}

/** Why a negotiation failed: `unsupported` nothing in common, `bad-sdp` the description breaks the rules. */
export interface NegotiationFailure {
  readonly kind: 'unsupported' | 'bad-sdp';
  readonly reason: string;
}
