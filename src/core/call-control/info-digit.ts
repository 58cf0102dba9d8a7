/** The digit of a SIP INFO: `Signal=5` lines of application/dtmf-relay, or the bare digit of application/dtmf. Undefined: it is about something else. */
export function infoDigit({ contentType, body }: { readonly contentType: string; readonly body: string }): { readonly digit: string; readonly durationMs: number } | undefined {
  if (!/^application\/(dtmf|dtmf-relay|vnd\.nortelnetworks\.digits)\b/i.test(contentType)) return undefined;
  const digit = /^\s*Signal\s*=\s*([0-9A-D*#])/im.exec(body)?.[1] ?? /^\s*([0-9A-D*#])\s*$/i.exec(body)?.[1];
  return digit === undefined ? undefined : { digit: digit.toUpperCase(), durationMs: Number(/^\s*Duration\s*=\s*(\d+)/im.exec(body)?.[1] ?? 160) };
}
