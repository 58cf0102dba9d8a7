const hex = (code: number): number => {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
};

/**
 * Percent-decodes once, as UTF-8; octets that are no UTF-8 become U+FFFD. Undefined when an escape lacks its two
 * hexadecimal digits (RFC 3261 §25.1 `escaped`).
 */
export function percentDecode(text: string): string | undefined {
  if (!text.includes('%')) return text;
  const octets = Buffer.alloc(Buffer.byteLength(text));
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x25) {
      const high = hex(text.charCodeAt(i + 1));
      const low = hex(text.charCodeAt(i + 2));
      if (high < 0 || low < 0) return undefined;
      octets[length++] = high * 16 + low;
      i += 2;
    } else if (code < 0x80) octets[length++] = code;
    else {
      const character = String.fromCodePoint(text.codePointAt(i) ?? 0xfffd);
      length += octets.write(character, length, 'utf8');
      i += character.length - 1;
    }
  }
  return octets.toString('utf8', 0, length);
}

const UNRESERVED = /[A-Za-z0-9\-_.!~*'()]/;

/** Percent-encodes every octet but the unreserved ones and the characters of `also`. */
export function percentEncode(text: string, also = ''): string {
  let out = '';
  for (const character of text) {
    if (UNRESERVED.test(character) || also.includes(character)) out += character;
    else for (const octet of Buffer.from(character, 'utf8')) out += `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}
