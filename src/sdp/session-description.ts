/**
 * The model of a session description (RFC 8866 §5). What a tolerant reader may miss (`o=`, `s=`, `t=`) is optional here;
 * the serialiser writes a description that a strict reader accepts.
 */
export interface SessionDescription {
  /** `v=`: 0 in every description that can be negotiated. */
  readonly version: number;
  readonly origin?: Origin;
  readonly name?: string;
  readonly information?: string;
  readonly uri?: string;
  readonly emails: readonly string[];
  readonly phones: readonly string[];
  readonly connection?: Connection;
  readonly bandwidths: readonly Bandwidth[];
  /** `t=`, `r=` and `z=` lines as written, without the type letter's `=`: they carry no meaning in SIP. */
  readonly timing: readonly { readonly type: 't' | 'r' | 'z' | 'k'; readonly value: string }[];
  readonly attributes: readonly Attribute[];
  readonly media: readonly MediaDescription[];
}

/** `o=`: RFC 8866 §5.2. Ids are kept as decimal text: they exceed a double's precision. */
export interface Origin {
  readonly username: string;
  readonly sessionId: string;
  readonly sessionVersion: string;
  readonly nettype: string;
  readonly addrtype: string;
  readonly address: string;
}

/** `c=`: RFC 8866 §5.7; `ttl` and `count` of a multicast address. */
export interface Connection {
  readonly nettype: string;
  readonly addrtype: string;
  readonly address: string;
  readonly ttl?: number;
  readonly count?: number;
}

export interface Bandwidth {
  readonly type: string;
  /** kbit/s for CT and AS, bit/s for RS, RR and TIAS. */
  readonly value: number;
}

/** `a=name` or `a=name:value`. */
export interface Attribute {
  readonly name: string;
  readonly value?: string;
}

/** One `m=` section: RFC 8866 §5.14. */
export interface MediaDescription {
  readonly media: string;
  /** 0 rejects the stream (RFC 3264 §6). */
  readonly port: number;
  readonly portCount?: number;
  readonly protocol: string;
  readonly formats: readonly string[];
  readonly title?: string;
  /** The section's first `c=`. */
  readonly connection?: Connection;
  readonly bandwidths: readonly Bandwidth[];
  readonly attributes: readonly Attribute[];
}

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** The first attribute of that name, its value ('' for a bare flag), or undefined. */
export function attributeValue(attributes: readonly Attribute[], name: string): string | undefined {
  for (const attribute of attributes) if (attribute.name === name) return attribute.value ?? '';
  return undefined;
}
