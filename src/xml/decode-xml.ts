/**
 * The text of an XML entity from its octets (XML 1.0 App. F, RFC 7303 §3): a byte order mark wins, then the charset of the
 * content type, then the XML declaration, then UTF-8. An encoding nobody knows is an error message.
 */
export function decodeXml(octets: Uint8Array, contentType?: string): { ok: true; text: string } | { ok: false; message: string } {
  const charset = byteOrderMark(octets) ?? charsetOf(contentType) ?? declared(octets) ?? 'utf-8';
  try {
    return { ok: true, text: new TextDecoder(charset, { fatal: true }).decode(octets) };
  } catch (error) {
    const unknown = (error as Error).name === 'RangeError';
    return { ok: false, message: unknown ? `the encoding ${charset} is not known` : `the octets are not ${charset}` };
  }
}

/** The charset parameter of a media type, in small letters. */
export function charsetOf(contentType: string | undefined): string | undefined {
  return /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType ?? '')?.[1]?.toLowerCase();
}

function byteOrderMark(octets: Uint8Array): string | undefined {
  if (octets[0] === 0xef && octets[1] === 0xbb && octets[2] === 0xbf) return 'utf-8';
  if (octets[0] === 0xfe && octets[1] === 0xff) return 'utf-16be';
  if (octets[0] === 0xff && octets[1] === 0xfe) return 'utf-16le';
  return undefined;
}

function declared(octets: Uint8Array): string | undefined {
  if (octets[0] === 0 && octets[1] === 0x3c) return 'utf-16be';
  if (octets[0] === 0x3c && octets[1] === 0) return 'utf-16le';
  const head = Buffer.from(octets.subarray(0, 256)).toString('latin1');
  return /^<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"']+)["']/.exec(head)?.[1]?.toLowerCase();
}
