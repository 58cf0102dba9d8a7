/** A parsed message as the plain tree that the suites' field names walk (`from.uri.user`, `via.0.branch` …). */
import { splitList } from '../../../src/sip/message/grammar.ts';
import { headerKey } from '../../../src/sip/message/header-names.ts';
import { parseNameAddr, type NameAddr } from '../../../src/sip/message/name-addr.ts';
import { STAR, type SipMessage } from '../../../src/sip/message/sip-message.ts';
import type { Via } from '../../../src/sip/message/via.ts';
import { parseSdp } from '../../../src/sdp/index.ts';
import { parseUri, type Uri } from '../../../src/sip/uri/uri.ts';

export type View = { readonly [key: string]: unknown };

const collapse = (text: string): string => text.replace(/[ \t]+/g, ' ').trim();

function uriView(uri: Uri | undefined): unknown {
  if (uri === undefined) return undefined;
  if (uri.kind !== 'sip') return { scheme: uri.scheme, raw: uri.raw };
  return {
    scheme: uri.scheme,
    user: uri.user ?? null,
    password: uri.password ?? null,
    host: uri.host,
    port: uri.port ?? null,
    params: Object.fromEntries(uri.params),
    headers: Object.fromEntries(uri.headers),
    raw: uri.raw,
  };
}

function addressView(value: NameAddr | typeof STAR | undefined): unknown {
  if (value === undefined) return undefined;
  if (value === STAR) return { star: true };
  const { tag: _tag, ...params } = Object.fromEntries(value.params);
  return { displayName: value.displayName ?? null, uri: uriView(value.uri), tag: value.tag ?? null, params };
}

function viaView(via: Via): unknown {
  const { branch: _branch, ...params } = Object.fromEntries(via.params);
  return { transport: via.transport, host: via.host, port: via.port ?? null, branch: via.branch ?? null, received: via.received ?? null, params };
}

export function messageView(message: SipMessage): View {
  const addresses = (name: string): unknown[] => (message.addresses(name) ?? []).map(addressView);
  const single = (name: string): unknown => {
    const text = message.get(name);
    return text === undefined ? undefined : addressView(parseNameAddr(text));
  };
  const header: Record<string, string> = {};
  for (const { key, value } of message.headers.fields) {
    const text = collapse(value);
    header[key.toLowerCase()] = key.toLowerCase() in header ? `${header[key.toLowerCase()]}, ${text}` : text;
  }
  const sdp = message.contentType === 'application/sdp' ? parseSdp(message.body) : undefined;
  return {
    ...(message.kind === 'request'
      ? { method: message.method, requestUri: uriView(parseUri(message.requestUri)) }
      : { statusCode: message.status, reason: message.reason }),
    kind: message.kind,
    version: `SIP/${message.version}`,
    from: addressView(message.from),
    to: addressView(message.to),
    contact: (message.contacts ?? []).map(addressView),
    route: addresses('Route'),
    recordRoute: addresses('Record-Route'),
    path: addresses('Path'),
    serviceRoute: addresses('Service-Route'),
    referTo: single('Refer-To'),
    referredBy: single('Referred-By'),
    via: (message.vias ?? []).map(viaView),
    callId: message.callId,
    cseq: message.cseq,
    maxForwards: message.maxForwards ?? null,
    expires: message.expires ?? null,
    contentType: message.get('Content-Type') === undefined ? null : collapse(message.get('Content-Type') ?? ''),
    contentLength: message.contentLength ?? null,
    bodyLength: message.body.length,
    subject: message.get('Subject') ?? null,
    require: message.all('Require'),
    supported: message.all('Supported'),
    allow: message.all('Allow'),
    unsupported: message.all('Unsupported'),
    proxyRequire: message.all('Proxy-Require'),
    allowEvents: message.all('Allow-Events'),
    header,
    headers: message.headers.fields.map(({ name, value }) => [name, collapse(value)]),
    sdp: sdp?.ok === true ? { connection: sdp.value.connection, media: sdp.value.media } : undefined,
  };
}

/** The value at a dotted path; `.count` is the number of values or map entries. Undefined when there is none. */
export function fieldOf(view: View, path: string): unknown {
  const [first = '', ...rest] = path.split('.');
  if (first === 'header') return (view['header'] as Record<string, string>)[headerKey(rest.join('.')).toLowerCase()];
  let value: unknown = view[first];
  for (let i = 0; i < rest.length; i++) {
    const step = rest[i] ?? '';
    if (value === null || value === undefined) return undefined;
    if (step === 'count') return Array.isArray(value) ? value.length : Object.keys(value).length;
    if (rest[i - 1] === 'params' || (i === 0 && first === 'params')) {
      // A parameter's name may hold dots: `+sip.instance`.
      return (value as Record<string, unknown>)[rest.slice(i).join('.').toLowerCase()];
    }
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

/** Compares as the suites do: hosts, schemes and names without case, absence equals null, extra keys on our side ignored. */
export function mismatch(expected: unknown, got: unknown, path: string): string | undefined {
  if (expected === null || expected === undefined) return got === null || got === undefined ? undefined : `${path}: ${show(got)} instead of nothing`;
  if (Array.isArray(expected)) {
    if (!Array.isArray(got) || got.length !== expected.length) return `${path}: ${show(got)} instead of ${show(expected)}`;
    for (let i = 0; i < expected.length; i++) {
      const found = mismatch(expected[i], got[i], `${path}.${i}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (typeof expected === 'object') {
    if (typeof got !== 'object' || got === null) return `${path}: ${show(got)} instead of ${show(expected)}`;
    const keys = Object.keys(expected as View);
    if (path.endsWith('.params')) {
      const extra = Object.keys(got).find((key) => !keys.some((wanted) => wanted.toLowerCase() === key));
      if (extra !== undefined) return `${path}: unexpected ${extra}`;
    }
    for (const key of keys) {
      const found = mismatch((expected as View)[key], (got as View)[path.endsWith('.params') ? key.toLowerCase() : key], `${path}.${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const last = path.slice(path.lastIndexOf('.') + 1);
  // With its parameters or without, as the case has it.
  if (last === 'contentType' && typeof got === 'string' && typeof expected === 'string' && !expected.includes(';')) return mismatchText(expected, got.split(';', 1)[0]?.trim() ?? '', path);
  const caseless = ['host', 'scheme', 'transport', 'addrtype', 'address', 'received', 'contentType'].includes(last);
  const same = caseless && typeof got === 'string' && typeof expected === 'string' ? bare(got) === bare(expected) : got === expected;
  return same ? undefined : `${path}: ${show(got)} instead of ${show(expected)}`;
}

const mismatchText = (expected: string, got: string, path: string): string | undefined =>
  expected.toLowerCase() === got.toLowerCase() ? undefined : `${path}: ${show(got)} instead of ${show(expected)}`;
const bare = (text: string): string => text.toLowerCase().replace(/^\[(.*)\]$/, '$1');
const show = (value: unknown): string => JSON.stringify(value)?.slice(0, 120) ?? 'nothing';

/** Every typed value of a message, so that a crash in any lazy accessor shows. */
export function touchEverything(message: SipMessage): void {
  messageView(message);
  for (const name of new Set(message.headers.fields.map(({ key }) => key))) {
    message.all(name);
    message.addresses(name);
    message.address(name);
    splitList(message.get(name) ?? '');
  }
  void [message.topVia, message.contact, message.fromTag, message.toTag, message.routes, message.recordRoutes, message.supports('100rel')];
}
