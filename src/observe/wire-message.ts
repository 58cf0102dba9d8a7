/** One SIP message as it crossed the wire; `text` is latin1, so that every octet is one character. */
export interface WireMessage {
  /** Grows by one with every message that the server takes or sends; never used again. */
  readonly serial: number;
  /** Milliseconds since 1970, with fractions. */
  readonly at: number;
  readonly direction: 'in' | 'out';
  readonly transport: string;
  /** Ours, then the peer's: `192.0.2.1` or `2001:db8::1`, without brackets. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly text: string;
}

/** What a call is known by, and what a ladder writes on an arrow. */
export interface WireSummary {
  readonly callId: string;
  /** Of a request `INVITE`, of a response that of its CSeq. */
  readonly method: string;
  readonly status: number | undefined;
  /** `INVITE sip:…` without version, or `180 Ringing`. */
  readonly startLine: string;
  /** `1 INVITE`. */
  readonly cseq: string;
  /** User parts of Request-URI, From and To. */
  readonly users: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly hasSdp: boolean;
}

const headerLine = (name: string, compact: string): RegExp => new RegExp(`\\n(?:${name}${compact === '' ? '' : `|${compact}`})[ \\t]*:[ \\t]*((?:[^\\r\\n]|\\r?\\n[ \\t])*)`, 'i');
const callIdLine = headerLine('Call-ID', 'i');
const cseqLine = headerLine('CSeq', '');
const fromLine = headerLine('From', 'f');
const toLine = headerLine('To', 't');
const typeLine = headerLine('Content-Type', 'c');

const read = (head: string, line: RegExp): string => (line.exec(head)?.[1] ?? '').replace(/\r?\n[ \t]+/g, ' ').trim();
const uriOf = (value: string): string => /<([^>]*)>/.exec(value)?.[1] ?? value.split(';', 1)[0] ?? '';
const userOf = (uri: string): string => /^(?:sips?:|tel:)([^@;?:]*)(?=[@;?:]|$)/i.exec(uri)?.[1] ?? '';

/** The header part, without the empty line behind it. */
const headOf = (text: string): string => {
  const end = /\r?\n\r?\n/.exec(text);
  return end === null ? text : text.slice(0, end.index);
};

/** The Call-ID alone: what a filter asks of every message held. Empty when there is none. */
export function wireCallId(text: string): string {
  return read(headOf(text), callIdLine);
}

/** Reads leniently: what is malformed is shown as it is. */
export function summarise(text: string): WireSummary {
  const head = headOf(text);
  const first = (head.split(/\r?\n/, 1)[0] ?? '').trim();
  const cseq = read(head, cseqLine).replace(/\s+/g, ' ');
  const response = /^SIP\/2\.0[ \t]+(\d{3})[ \t]*(.*)$/i.exec(first);
  const [requestMethod = '', requestUri = ''] = first.split(' ');
  const from = uriOf(read(head, fromLine));
  const to = uriOf(read(head, toLine));
  const users = [...(response === null ? [userOf(requestUri)] : []), userOf(from), userOf(to)].filter((user) => user !== '');
  return {
    callId: read(head, callIdLine), cseq, from, to, users,
    method: response === null ? requestMethod : (cseq.split(' ')[1] ?? ''),
    status: response === null ? undefined : Number(response[1]),
    startLine: response === null ? `${requestMethod} ${requestUri}` : `${response[1] ?? ''} ${response[2] ?? ''}`.trim(),
    hasSdp: /^application\/sdp\b/i.test(read(head, typeLine)),
  };
}
