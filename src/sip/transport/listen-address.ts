import { hostText, type SentBy, type TransportName } from './flow.ts';

/** One address to listen on. */
export interface ListenAddress {
  readonly transport: TransportName;
  /** An IP address of this machine; `0.0.0.0` and `::` need `advertised`. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** What Via and Contact say instead, e.g. the public side of a NAT. */
  readonly advertised?: { readonly host: string; readonly port?: number };
  readonly tls?: TlsMaterial;
  /** DSCP of what leaves here (RFC 2474), 0–63, where the machine lets us (`markServiceClass`). */
  readonly dscp?: number;
}

/** PEM texts. */
export interface TlsMaterial {
  readonly key?: string;
  readonly cert?: string;
  /** Trusted for the peer's certificate; absent: the machine's own list. */
  readonly ca?: string;
  /** Mutual TLS: refuse peers without a certificate that `ca` signed. */
  readonly requireClientCertificate?: boolean;
  /** Off only for tests against peers with self-signed certificates. */
  readonly verifyServer?: boolean;
}

export function sentBy(address: ListenAddress, boundPort: number): SentBy {
  const host = address.advertised?.host ?? address.host;
  const port = address.advertised?.port ?? boundPort;
  return { transport: address.transport, host, port, text: `${hostText(host)}:${port}` };
}
