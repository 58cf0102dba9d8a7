import ipaddr from 'ipaddr.js';
import type { Clock } from '../../kernel/clock.ts';
import { percentDecode } from '../../sip/uri/percent.ts';

export interface GuardOptions {
  /** Numbers may be dialled only when they begin with one of these (`+49`, `0`…). Absent: any. */
  readonly allowedPrefixes?: readonly string[];
  /** URIs that may be dialled whatever the prefixes say: agents' phones. */
  readonly allowedTargets?: readonly string[];
  /** Longer than an allowed prefix, these win: premium rate, satellite. */
  readonly blockedPrefixes?: readonly string[];
  /** Addresses and networks (`192.0.2.0/24`) that may speak to us. Absent: any. */
  readonly allowedSources?: readonly string[];
  /** What becomes of requests (REGISTER apart) of sources that are neither trunks nor loopback nor listed nor registered: dropped unheard, or answered. Default `answer`. */
  readonly strangers?: 'drop' | 'answer';
  /** Requests outside a call per second and source; what exceeds it is dropped. Default 50. */
  readonly requestsPerSecond?: number;
  /** Fragments of the User-Agent header of tools that scan. */
  readonly scanners?: readonly string[];
  /** How long a scanner's address stays unheard. Default 600,000. */
  readonly banMs?: number;
}

const defaultScanners = ['friendly-scanner', 'sipvicious', 'sipcli', 'sip-scan', 'sundayddr', 'vaxsipuseragent', 'pplsip', 'sipsak', 'iwar', 'csipsimple-scan'];
/** Addresses remembered; a flood of forged ones must not grow us. */
const maxRemembered = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** Keeps strangers from dialling over us and from costing us: which numbers, which sources, how often. */
export class TollFraudGuard {
  readonly #clock: Clock;
  readonly #options: GuardOptions;
  readonly #networks: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][] | undefined;
  readonly #rate: number;
  readonly #scanners: readonly string[];
  readonly #known = new Map<string, boolean>();
  readonly #banned = new Map<string, number>();
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: GuardOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#rate = options.requestsPerSecond ?? 50;
    this.#scanners = (options.scanners ?? defaultScanners).map((word) => word.toLowerCase());
    this.#networks = options.allowedSources?.map((text) => {
      if (text.includes('/')) return ipaddr.parseCIDR(text);
      const address = ipaddr.parse(text);
      return [address, address.kind() === 'ipv4' ? 32 : 128];
    });
  }

  /** Before anything is parsed. Loopback is always heard unless sources are listed. */
  admits(address: string): boolean {
    const until = this.#banned.get(address);
    if (until !== undefined) {
      if (this.#clock.monotonic() < until) return false;
      this.#banned.delete(address);
    }
    if (this.#networks === undefined) return true;
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const listed = this.#listed(address);
    remember(this.#known, address, listed);
    return listed;
  }

  /** For every request outside a call. */
  screen(request: { readonly userAgent: string | undefined; readonly source: string; readonly method?: string }, known = false): true | 'drop' {
    const agent = request.userAgent?.toLowerCase();
    if (agent !== undefined && this.#scanners.some((word) => agent.includes(word))) {
      remember(this.#banned, request.source, this.#clock.monotonic() + (this.#options.banMs ?? 600_000));
      return 'drop';
    }
    if (this.#options.strangers === 'drop' && request.method !== 'REGISTER' && !known && !this.#familiar(request.source)) return 'drop';
    return this.#take(request.source) ? true : 'drop';
  }

  /** Loopback, or listed. */
  #familiar(source: string): boolean {
    return source.startsWith('127.') || source === '::1' || (this.#networks !== undefined && this.admits(source));
  }

  /**
   * Why the target (a URI or number) may not be dialled; undefined when it may. Escapes are undone first, so that `%2B` hides
   * no number. `overTrunk`: it goes to the public network, where what is no plain number (`*21*…`) is refused once prefixes are set.
   */
  obstacle(target: string, overTrunk: boolean): string | undefined {
    if (this.#options.allowedTargets?.includes(target) === true) return undefined;
    const uri = /^sips?:/i.test(target);
    if (uri && !target.includes('@')) return undefined; // a host alone
    const user = percentDecode(target.replace(/^(?:tel:|sips?:)/i, '').replace(/[@;?].*$/s, ''));
    const number = /^\+?[0-9]+$/.exec(user?.replace(/(?<=[\d+])[-.() ]+(?=\d|$)/g, '').replace(/:.*$/, '') ?? '')?.[0];
    if (number !== undefined) return this.#numberObstacle(number);
    return overTrunk && this.#options.allowedPrefixes !== undefined ? `"${target}" is no number, and only numbers of allowed prefixes may be dialled` : undefined;
  }

  #numberObstacle(number: string): string | undefined {
    const longest = (prefixes: readonly string[] | undefined): number =>
      (prefixes ?? []).reduce((best, prefix) => (number.startsWith(prefix) ? Math.max(best, prefix.length) : best), -1);
    const blocked = longest(this.#options.blockedPrefixes);
    const allowed = this.#options.allowedPrefixes === undefined ? 0 : longest(this.#options.allowedPrefixes);
    if (allowed < 0) return `${number} begins with no allowed prefix`;
    return blocked >= allowed && blocked >= 0 ? `${number} begins with a blocked prefix` : undefined;
  }

  #take(source: string): boolean {
    const now = this.#clock.monotonic();
    const bucket = this.#buckets.get(source);
    if (bucket === undefined) {
      remember(this.#buckets, source, { tokens: this.#rate - 1, at: now });
      return true;
    }
    bucket.tokens = Math.min(this.#rate, bucket.tokens + ((now - bucket.at) / 1_000) * this.#rate);
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  #listed(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return (this.#networks ?? []).some(([network, bits]) => network.kind() === parsed.kind() && parsed.match([network, bits] as [never, number]));
  }
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.set(key, value);
  if (map.size <= maxRemembered) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
