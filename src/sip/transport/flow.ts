import type { MalformedMessage } from '../message/malformed-message.ts';
import type { SipMessage } from '../message/sip-message.ts';

/** Transports of RFC 3261 §18 and RFC 7118, as they stand in a URI's `transport` parameter. */
export type TransportName = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

export const isReliable = (transport: TransportName): boolean => transport !== 'udp';
export const isSecure = (transport: TransportName): boolean => transport === 'tls' || transport === 'wss';
export const defaultPort = (transport: TransportName): number => {
  switch (transport) {
    case 'udp':
    case 'tcp': return 5060;
    case 'tls': return 5061;
    case 'ws': return 80;
    case 'wss': return 443;
  }
};

/** A host as it is written in a header: IPv6 addresses in brackets. */
export const hostText = (host: string): string => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);

/** What we call ourselves in Via and Contact on messages over one listening address. */
export interface SentBy {
  readonly transport: TransportName;
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** `host:port`, ready for a header. */
  readonly text: string;
}

/**
 * A way to one peer: over a datagram socket an address, over a stream the connection itself, so that responses and later
 * requests go back on the connection on which the peer came (RFC 3261 §18.2.2, RFC 5626).
 */
export interface Flow {
  readonly transport: TransportName;
  readonly reliable: boolean;
  readonly local: SentBy;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** False once a connection is closed. A datagram flow is open as long as its socket. */
  readonly open: boolean;
  /** The peer's certificate names, verified; mutual TLS only. */
  readonly peerNames?: readonly string[];
  /** Datagrams only: the same peer at another port, where its Via wants the response (RFC 3261 §18.2.2). */
  atPort?(port: number): Flow;
  /** `onError` is called at most once, later, when these bytes could not be handed to the network. */
  send(bytes: Buffer, onError?: (error: Error) => void): void;
}

/** Where to send: what RFC 3263 makes of a URI. */
export interface Destination {
  readonly transport: TransportName;
  readonly address: string;
  readonly port: number;
  /** The domain that a TLS certificate must name. */
  readonly serverName?: string;
}

/** What a transport tells its owner. */
export interface TransportListener {
  /** One message as it came; structure is checked, content is not. */
  onMessage(message: SipMessage, flow: Flow): void;
  onMalformed(error: MalformedMessage, flow: Flow): void;
  /** A connection ended; nothing more comes from it. */
  onClosed(flow: Flow, error?: Error): void;
  /** Asked before a datagram is even parsed, and when a connection is accepted; false drops it. */
  admits(remoteAddress: string): boolean;
  /** Every message on the wire, for a trace. */
  onSent?(bytes: Buffer, flow: Flow): void;
  onReceived?(bytes: Buffer, flow: Flow): void;
}

/** Counters of one listening address; plain numbers that only grow. */
export interface TransportCounters {
  messagesReceived: number;
  messagesSent: number;
  bytesReceived: number;
  bytesSent: number;
  sendErrors: number;
  framingErrors: number;
  connectionsAccepted: number;
  connectionsOpened: number;
  connectionsFailed: number;
  keepAlives: number;
}

export const newTransportCounters = (): TransportCounters => ({
  messagesReceived: 0, messagesSent: 0, bytesReceived: 0, bytesSent: 0, sendErrors: 0, framingErrors: 0,
  connectionsAccepted: 0, connectionsOpened: 0, connectionsFailed: 0, keepAlives: 0,
});
