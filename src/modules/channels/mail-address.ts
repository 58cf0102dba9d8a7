/** One mail address without a name, as `RCPT TO` takes it (RFC 5321 §4.1.2, without quoted local parts and address literals). */
const address = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** The address in lower case, as the do-not-call list and the frequency rule compare it; empty when the text is none. */
export function mailAddress(text: string | undefined): string {
  const trimmed = (text ?? '').trim().toLowerCase();
  return trimmed.length <= 254 && address.test(trimmed) ? trimmed : '';
}
