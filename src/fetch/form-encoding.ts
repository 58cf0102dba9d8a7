import type { FormField } from './fetch.ts';

/** application/x-www-form-urlencoded, names and values as UTF-8 (WHATWG URL §5.2). */
export function formEncode(fields: readonly FormField[]): string {
  const parameters = new URLSearchParams();
  for (const field of fields) parameters.append(field.name, 'value' in field ? field.value : Buffer.from(field.data).toString('utf8'));
  return parameters.toString();
}

/** The address with the fields added to its query. */
export function withQuery(uri: string, fields: readonly FormField[]): string {
  if (fields.length === 0) return uri;
  const [address = '', fragment] = uri.split('#', 2);
  const joint = address.includes('?') ? (/[?&]$/.test(address) ? '' : '&') : '?';
  return `${address}${joint}${formEncode(fields)}${fragment === undefined ? '' : `#${fragment}`}`;
}

/** multipart/form-data (RFC 7578). The boundary stands in no part. */
export function multipartEncode(fields: readonly FormField[], boundary: string): Buffer {
  const pieces: Buffer[] = [];
  for (const field of fields) {
    const name = quoted(field.name);
    if ('value' in field) {
      pieces.push(Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${field.value}\r\n`));
      continue;
    }
    const filename = quoted(field.filename ?? field.name);
    pieces.push(Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: ${field.contentType}\r\n\r\n`));
    pieces.push(Buffer.from(field.data), Buffer.from('\r\n'));
  }
  pieces.push(Buffer.from(`--${boundary}--\r\n`));
  return Buffer.concat(pieces);
}

function quoted(text: string): string {
  return text.replace(/"/g, '%22').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}
