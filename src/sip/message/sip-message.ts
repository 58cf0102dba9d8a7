import { parseUri, type Uri } from '../uri/uri.ts';
import { decimal, isToken, splitList } from './grammar.ts';
import { headerKey } from './header-names.ts';
import { HeaderStore } from './header-store.ts';
import { parseNameAddr, type NameAddr } from './name-addr.ts';
import { parseVia, type Via } from './via.ts';

export interface CSeq {
  /** Below 2^31 (RFC 3261 §8.1.1.5); what is larger does not parse. */
  readonly number: number;
  readonly method: string;
}

/** `*` of a Contact that removes every binding (RFC 3261 §10.2.2). */
export const STAR = '*';

const NO_BODY = Buffer.alloc(0);
const NO_CONTACTS: readonly NameAddr[] = [];

/**
 * What requests and responses share. Header text is kept as it came; a typed accessor parses on first use and remembers.
 * A single-valued accessor answers undefined both when the header is absent and when it is malformed; a list accessor
 * answers undefined when any value is malformed and an empty list when the header is absent.
 * `validateRequest` and `validateResponse` tell the two apart.
 */
abstract class Message {
  readonly headers: HeaderStore;
  /** The octets behind the empty line, after framing by Content-Length. */
  body: Buffer;
  /** How the text was read from octets and will be written to them; latin1 when it was not UTF-8, so that it survives. */
  readonly encoding: 'utf8' | 'latin1';

  protected constructor(headers: HeaderStore, body: Buffer, encoding: 'utf8' | 'latin1') {
    this.headers = headers;
    this.body = body;
    this.encoding = encoding;
  }

  get(name: string): string | undefined {
    return this.headers.get(name);
  }
  all(name: string): string[] {
    return this.headers.all(name);
  }
  has(name: string): boolean {
    return this.headers.has(name);
  }
  set(name: string, value: string | readonly string[]): this {
    this.headers.set(name, value);
    return this;
  }
  append(name: string, value: string): this {
    this.headers.append(name, value);
    return this;
  }
  prepend(name: string, value: string): this {
    this.headers.prepend(name, value);
    return this;
  }
  remove(name: string): this {
    this.headers.remove(name);
    return this;
  }

  /** Sets body and Content-Type together; an empty body removes the type. Content-Length is written by `serialize`. */
  setBody(body: Buffer | string, contentType: string): this {
    this.body = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
    if (this.body.length === 0) this.headers.remove('Content-Type');
    else this.headers.set('Content-Type', contentType);
    return this;
  }

  get from(): NameAddr | undefined {
    return this.headers.typed('From', 'one', (h) => nameAddr(h, 'From'));
  }
  get to(): NameAddr | undefined {
    return this.headers.typed('To', 'one', (h) => nameAddr(h, 'To'));
  }
  get fromTag(): string | undefined {
    return this.from?.tag;
  }
  get toTag(): string | undefined {
    return this.to?.tag;
  }
  /** The empty string when there is none. */
  get callId(): string {
    return this.headers.get('Call-ID') ?? '';
  }
  get cseq(): CSeq | undefined {
    return this.headers.typed('CSeq', 'one', (h) => parseCSeq(h.get('CSeq')));
  }
  get vias(): readonly Via[] | undefined {
    return this.headers.typed('Via', 'all', (h) => {
      const lines = h.lines('Via');
      if (lines.length !== 1 || lines[0]?.includes(',') === true) return listOf(h, 'Via', parseVia);
      const only = this.topVia;
      return only === undefined ? undefined : [only];
    });
  }
  /** The first Via value; parses no other, so a malformed second one does not hide it. */
  get topVia(): Via | undefined {
    return this.headers.typed('Via', 'first', (h) => {
      const line = h.get('Via');
      if (line === undefined) return undefined;
      return parseVia(line.includes(',') ? (splitList(line)[0] ?? '') : line);
    });
  }
  /** Undefined when malformed; `STAR` for `Contact: *`. */
  get contacts(): readonly (NameAddr | typeof STAR)[] | undefined {
    return this.headers.typed('Contact', 'all', (h) => h.has('Contact') ? listOf(h, 'Contact', (text) => (text === STAR ? STAR : parseNameAddr(text))) : NO_CONTACTS);
  }
  /** The first Contact that is an address. */
  get contact(): NameAddr | undefined {
    const first = this.contacts?.[0];
    return first === STAR ? undefined : first;
  }
  get routes(): readonly NameAddr[] | undefined {
    return this.addresses('Route');
  }
  get recordRoutes(): readonly NameAddr[] | undefined {
    return this.addresses('Record-Route');
  }
  /** Any header made of name-addr values: Path, Service-Route, P-Asserted-Identity, Diversion, History-Info … */
  addresses(name: string): readonly NameAddr[] | undefined {
    return this.headers.typed(headerKey(name), 'all', (h) => listOf(h, name, parseNameAddr));
  }
  /** Any single name-addr header: Refer-To, Referred-By … */
  address(name: string): NameAddr | undefined {
    return this.headers.typed(headerKey(name), 'one', (h) => nameAddr(h, name));
  }
  get maxForwards(): number | undefined {
    return decimal(this.headers.get('Max-Forwards') ?? '', 255);
  }
  /** Declared, in octets. */
  get contentLength(): number | undefined {
    return decimal(this.headers.get('Content-Length') ?? '', 0xffff_ffff);
  }
  /** Lower-case `type/subtype` without parameters. */
  get contentType(): string | undefined {
    const value = this.headers.get('Content-Type');
    if (value === undefined) return undefined;
    const end = value.indexOf(';');
    const type = (end < 0 ? value : value.slice(0, end)).toLowerCase();
    return type.includes(' ') || type.includes('\t') ? type.replace(/[ \t]/g, '') : type;
  }
  /** Seconds. */
  get expires(): number | undefined {
    return decimal(this.headers.get('Expires') ?? '', 0xffff_ffff);
  }
  get require(): readonly string[] {
    return this.headers.all('Require');
  }
  get supported(): readonly string[] {
    return this.headers.all('Supported');
  }
  get allow(): readonly string[] {
    return this.headers.all('Allow');
  }
  /** Whether option `tag` stands in Supported or Require. */
  supports(tag: string): boolean {
    const wanted = tag.toLowerCase();
    const named = (name: string): boolean => this.headers.all(name).some((value) => value.toLowerCase() === wanted);
    return named('Supported') || named('Require');
  }
}

export class SipRequest extends Message {
  readonly kind = 'request';
  readonly method: string;
  /** `2.0`, or what a malformed or foreign request claims. */
  readonly version: string;
  #requestUri: string;
  #uri: Uri | null | undefined;

  constructor(
    method: string,
    requestUri: string,
    parts: { readonly headers?: HeaderStore; readonly body?: Buffer; readonly version?: string; readonly encoding?: 'utf8' | 'latin1' } = {},
  ) {
    super(parts.headers ?? new HeaderStore(), parts.body ?? NO_BODY, parts.encoding ?? 'utf8');
    this.method = method;
    this.version = parts.version ?? '2.0';
    this.#requestUri = requestUri;
  }

  /** As text. */
  get requestUri(): string {
    return this.#requestUri;
  }
  set requestUri(text: string) {
    this.#requestUri = text;
    this.#uri = undefined;
  }
  /** Parsed request URI; undefined when malformed. */
  get uri(): Uri | undefined {
    if (this.#uri === undefined) this.#uri = parseUri(this.#requestUri) ?? null;
    return this.#uri ?? undefined;
  }

  clone(): SipRequest {
    return new SipRequest(this.method, this.#requestUri, {
      headers: this.headers.clone(),
      body: this.body,
      version: this.version,
      encoding: this.encoding,
    });
  }
}

export class SipResponse extends Message {
  readonly kind = 'response';
  readonly version: string;
  readonly status: number;
  readonly reason: string;

  constructor(
    status: number,
    reason: string,
    parts: { readonly headers?: HeaderStore; readonly body?: Buffer; readonly version?: string; readonly encoding?: 'utf8' | 'latin1' } = {},
  ) {
    super(parts.headers ?? new HeaderStore(), parts.body ?? NO_BODY, parts.encoding ?? 'utf8');
    this.status = status;
    this.reason = reason;
    this.version = parts.version ?? '2.0';
  }

  clone(): SipResponse {
    return new SipResponse(this.status, this.reason, {
      headers: this.headers.clone(),
      body: this.body,
      version: this.version,
      encoding: this.encoding,
    });
  }
}

export type SipMessage = SipRequest | SipResponse;

function nameAddr(headers: HeaderStore, name: string): NameAddr | undefined {
  const value = headers.get(name);
  return value === undefined ? undefined : parseNameAddr(value);
}

function listOf<T>(headers: HeaderStore, name: string, parse: (text: string) => T | undefined): readonly T[] | undefined {
  let values: T[] | undefined;
  for (const text of headers.all(name)) {
    const value = parse(text);
    if (value === undefined) return undefined;
    if (values === undefined) values = [value];
    else values.push(value);
  }
  return values ?? [];
}

/** `1*DIGIT LWS Method`; undefined when malformed or not below 2^31. */
export function parseCSeq(text: string | undefined): CSeq | undefined {
  if (text === undefined) return undefined;
  let end = 0;
  while (end < text.length && text.charCodeAt(end) >= 0x30 && text.charCodeAt(end) <= 0x39) end += 1;
  const number = decimal(text.slice(0, end), 0x7fff_ffff);
  const rest = text.slice(end);
  const method = rest.trimStart();
  if (number === undefined || method.length === rest.length || !isToken(method)) return undefined;
  return { number, method };
}
