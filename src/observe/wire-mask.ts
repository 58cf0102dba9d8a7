/**
 * Takes out of a message what nobody who reads a trace may know: proofs of passwords (Authorization), passwords in URIs,
 * keys of encrypted media (RFC 4568 `inline:`), and the digits that a person keys (INFO with DTMF). Every octet becomes an
 * `x`, so that lengths stay true and a capture stays readable.
 */
export function maskSecrets(text: string): string {
  const end = /\r?\n\r?\n/.exec(text);
  const head = end === null ? text : text.slice(0, end.index);
  const body = end === null ? '' : text.slice(end.index);
  return maskHead(head) + maskBody(head, body);
}

const hide = (secret: string): string => 'x'.repeat(secret.length);

function maskHead(head: string): string {
  return head
    .replace(/(\n(?:Proxy-)?Authorization[ \t]*:[ \t]*)((?:[^\r\n]|\r?\n[ \t])*)/gi, (_whole, name: string, value: string) => name + maskCredentials(value))
    .replace(/((?:sips?|SIPS?):[^\s:@<>;]+:)([^\s@<>]+)(?=@)/g, (_whole, before: string, secret: string) => before + hide(secret));
}

function maskCredentials(value: string): string {
  // Of Digest only the proof is secret: who asked, for which realm and nonce, is what a trace is read for.
  if (/^Digest\b/i.test(value)) {
    return value.replace(/(\b(?:response|cnonce)[ \t]*=[ \t]*)("[^"]*"|[^,\s]+)/gi, (_whole, name: string, proof: string) => name + (proof.startsWith('"') ? `"${hide(proof.slice(1, -1))}"` : hide(proof)));
  }
  return value.replace(/^(\S+[ \t]+)([\s\S]*)$/, (_whole, scheme: string, rest: string) => scheme + hide(rest));
}

function maskBody(head: string, body: string): string {
  if (body === '') return body;
  const withoutKeys = body.replace(/(\ba=crypto:[^\r\n]*?inline:)([^\r\n|]+)/gi, (_whole, before: string, key: string) => before + hide(key));
  if (!/\n(?:Content-Type|c)[ \t]*:[ \t]*application\/(?:vnd\.nortelnetworks\.digits|dtmf)/i.test(head)) return withoutKeys;
  return /\bSignal[ \t]*=/i.test(withoutKeys)
    ? withoutKeys.replace(/(\bSignal[ \t]*=[ \t]*)([^\r\n]+)/gi, (_whole, before: string, digit: string) => before + hide(digit))
    : withoutKeys.replace(/[0-9A-Da-d*#]/g, 'x');
}
