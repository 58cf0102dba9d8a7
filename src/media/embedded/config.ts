import type { Logger } from '../../kernel/logger.ts';
import type { MediaEvent, OpenEndpoint } from '../media.ts';

/** What the embedded media plane is told at its start. Everything has a default. */
export interface EmbeddedMediaConfig {
  /** Local address that RTP binds to. Default 127.0.0.1. */
  readonly address?: string;
  /** Address written into SDP, when a NAT stands before us. Default: `address`. */
  readonly advertisedAddress?: string;
  /** RTP ports: an even one for RTP, the odd one above for RTCP. Default: any that the system gives. */
  readonly ports?: { readonly from: number; readonly to: number };
  /** Threads. Default 1. */
  readonly workers?: number;
  /** Default `auto`: koffi when it loads, else dgram. */
  readonly packetIo?: 'auto' | 'io_uring' | 'koffi' | 'dgram';
  /** Codecs of an endpoint that names none, in order. Default PCMU, PCMA, telephone-event. */
  readonly codecs?: readonly string[];
  /** SRTP of an endpoint that says nothing of it. Default `never`. */
  readonly srtp?: NonNullable<OpenEndpoint['srtp']>;
  /** An endpoint that hears nothing for so long is silent. Milliseconds, default 5,000. */
  readonly silentAfterMs?: number;
  /** DSCP of RTP and RTCP. Default 46 (EF). Set with koffi only. */
  readonly dscp?: number;
  /** No new endpoint once the work of a 20 ms tick passes this at its 99th percentile. Milliseconds, default 12. */
  readonly admissionTickMs?: number;
  /** A media or file thread that fails sooner than this after its start is replaced only after so long. Milliseconds, default 5,000. */
  readonly steadyMs?: number;
  /** 64 hexadecimal digits: recordings are encrypted with it (docs/recording.md). */
  readonly recordingKey?: string;
  /** Calls that nobody makes are carried through a thread before its first, so that its code is compiled by then: a quarter of a second, none with dgram. Default true. */
  readonly rehearse?: boolean;
  /** Endpoints per worker, whatever the load. Default 2,000. */
  readonly maxEndpointsPerWorker?: number;
}

export interface EmbeddedMediaDeps {
  readonly log: Logger;
  /** Told every event before the listener of `start`. */
  readonly observe?: (event: MediaEvent) => void;
}

/** The configuration with its defaults, as a worker gets it. Plain data. */
export interface WorkerConfig {
  readonly address: string;
  readonly advertisedAddress: string;
  readonly ports: { readonly from: number; readonly to: number };
  readonly packetIo: 'auto' | 'io_uring' | 'koffi' | 'dgram';
  readonly codecs: readonly string[];
  readonly silentAfterMs: number;
  readonly dscp: number;
  readonly rehearse: boolean;
}

export const defaultSteadyMs = 5_000;
export const defaultCodecs: readonly string[] = ['PCMU', 'PCMA', 'telephone-event'];

/** The share of the ports that worker `index` of `count` allocates from; even bounds, so that no pair is cut. */
export function portShare(ports: { from: number; to: number }, index: number, count: number): { from: number; to: number } {
  if (ports.from === 0) return ports;
  const pairs = Math.floor((ports.to - ports.from + 1) / 2 / count);
  const from = ports.from + (ports.from & 1) + index * pairs * 2;
  return { from, to: Math.min(ports.to, from + pairs * 2 - 1) };
}
