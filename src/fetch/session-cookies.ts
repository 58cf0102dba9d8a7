import type { CookieStore } from './fetch.ts';

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  /** Sent to this host only. */
  readonly hostOnly: boolean;
  readonly path: string;
  readonly secure: boolean;
  /** Wall clock, milliseconds; undefined until the session ends. */
  readonly expires: number | undefined;
}

const maxCookies = 100;
const maxOctets = 4096;

/** The cookies of one session (RFC 6265 §5), kept in memory and gone with it. Web applications behind dialogs hold their own session by one. */
export class SessionCookies implements CookieStore {
  readonly #cookies: Cookie[] = [];
  readonly #now: () => number;

  /** `now`: wall clock, milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  header(uri: string): string | undefined {
    const url = new URL(uri);
    const now = this.#now();
    const fitting = this.#cookies.filter((c) => (c.expires === undefined || c.expires > now) && (!c.secure || url.protocol === 'https:') && domainFits(url.hostname, c) && pathFits(url.pathname, c.path));
    // The longer path first; equals in the order they came (§5.4).
    fitting.sort((a, b) => b.path.length - a.path.length);
    return fitting.length === 0 ? undefined : fitting.map((c) => `${c.name}=${c.value}`).join('; ');
  }

  store(uri: string, setCookie: readonly string[]): void {
    const url = new URL(uri);
    for (const line of setCookie) {
      const cookie = line.length > maxOctets ? undefined : parse(line, url, this.#now());
      if (cookie === undefined) continue;
      const at = this.#cookies.findIndex((c) => c.name === cookie.name && c.domain === cookie.domain && c.path === cookie.path);
      if (at >= 0) this.#cookies.splice(at, 1, cookie);
      else this.#cookies.push(cookie);
      if (this.#cookies.length > maxCookies) this.#cookies.shift();
    }
  }
}

function parse(line: string, url: URL, now: number): Cookie | undefined {
  const [pair = '', ...attributes] = line.split(';');
  const at = pair.indexOf('=');
  const name = pair.slice(0, at).trim();
  if (at <= 0 || name === '') return undefined;
  let domain = url.hostname;
  let hostOnly = true;
  let path = url.pathname.replace(/\/[^/]*$/, '') || '/';
  let secure = false;
  let expires: number | undefined;
  let maxAge: number | undefined;
  for (const attribute of attributes) {
    const [key = '', value = ''] = attribute.split('=', 2).map((p) => p.trim());
    switch (key.toLowerCase()) {
      case 'domain': {
        const wanted = value.replace(/^\./, '').toLowerCase();
        if (wanted === '') break;
        // A host sets cookies for itself and for what stands above it, never for a whole top level.
        if (url.hostname !== wanted && (!url.hostname.endsWith(`.${wanted}`) || !wanted.includes('.'))) return undefined;
        domain = wanted;
        hostOnly = false;
        break;
      }
      case 'path': if (value.startsWith('/')) path = value; break;
      case 'secure': secure = true; break;
      case 'max-age': if (/^-?\d+$/.test(value)) maxAge = now + Number(value) * 1000; break;
      case 'expires': {
        const date = Date.parse(value);
        if (!Number.isNaN(date)) expires = date;
        break;
      }
      default: break;
    }
  }
  if (secure && url.protocol !== 'https:') return undefined;
  return { name, value: pair.slice(at + 1).trim(), domain, hostOnly, path, secure, expires: maxAge ?? expires };
}

function domainFits(host: string, cookie: Cookie): boolean {
  return host === cookie.domain || (!cookie.hostOnly && host.endsWith(`.${cookie.domain}`));
}

function pathFits(path: string, wanted: string): boolean {
  return path === wanted || (path.startsWith(wanted) && (wanted.endsWith('/') || path[wanted.length] === '/'));
}
