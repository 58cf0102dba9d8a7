import { isIP } from 'node:net';
import type { Random } from '../../kernel/random.ts';
import type { SipUri } from '../uri/sip-uri.ts';
import { defaultPort, type Destination, type TransportName } from './flow.ts';

/** The DNS look-ups that RFC 3263 needs; each rejects or answers an empty list when there is nothing. */
export interface DnsResolver {
  naptr(domain: string): Promise<readonly NaptrRecord[]>;
  srv(name: string): Promise<readonly SrvRecord[]>;
  addresses(host: string): Promise<readonly string[]>;
}

export interface NaptrRecord {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly service: string;
  readonly replacement: string;
}

export interface SrvRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly name: string;
}

const naptrServices: Readonly<Record<string, TransportName>> = {
  'SIP+D2U': 'udp', 'SIP+D2T': 'tcp', 'SIPS+D2T': 'tls', 'SIP+D2W': 'ws', 'SIPS+D2W': 'wss',
};
const srvPrefix: Readonly<Record<TransportName, string>> = { udp: '_sip._udp', tcp: '_sip._tcp', tls: '_sips._tcp', ws: '_sip._ws', wss: '_sips._wss' };

export interface LocatorOptions {
  readonly resolver: DnsResolver;
  readonly random: Random;
  /** Transports that we have, best first. */
  readonly transports: () => readonly TransportName[];
}

/** Where a SIP URI leads: RFC 3263 §4. Literal addresses are answered at once, within the call. */
export class ServerLocator {
  readonly #options: LocatorOptions;

  constructor(options: LocatorOptions) {
    this.#options = options;
  }

  /** `then` gets the destinations to try, in order; empty when the domain leads nowhere that we can speak to. */
  locate(uri: SipUri, then: (destinations: readonly Destination[]) => void): void {
    const transport = requestedTransport(uri);
    if (transport === 'unknown') return then([]);
    const host = uri.params.get('maddr') ?? uri.host;
    if (isIP(host) !== 0) {
      const used = transport ?? (uri.scheme === 'sips' ? 'tls' : 'udp'); // §4.1: a numeric IP, no transport given
      return then([{ transport: used, address: host, port: uri.port ?? defaultPort(used), serverName: uri.host }]);
    }
    this.#byName(uri, host, transport).then(then, () => then([]));
  }

  async #byName(uri: SipUri, host: string, transport: TransportName | undefined): Promise<readonly Destination[]> {
    const { resolver } = this.#options;
    const secure = uri.scheme === 'sips';
    if (uri.port !== undefined) {
      // §4.1, §4.2: an explicit port means no NAPTR and no SRV
      return this.#addresses(host, transport ?? (secure ? 'tls' : 'udp'), uri.port, host);
    }
    const ours = this.#options.transports().filter((name) => !secure || name === 'tls' || name === 'wss');
    if (transport !== undefined) {
      const found = await this.#service(`${srvPrefix[transport]}.${host}`, transport, host);
      return found.length > 0 ? found : this.#addresses(host, transport, defaultPort(transport), host);
    }
    const pointers = (await resolver.naptr(host).catch(() => []))
      .filter((record) => record.flags.toLowerCase() === 's' && naptrServices[record.service.toUpperCase()] !== undefined)
      .toSorted((a, b) => a.order - b.order || a.preference - b.preference);
    const found: Destination[] = [];
    for (const pointer of pointers) {
      const named = naptrServices[pointer.service.toUpperCase()];
      if (named !== undefined && ours.includes(named)) found.push(...(await this.#service(pointer.replacement, named, host)));
    }
    if (found.length > 0) return found;
    if (pointers.length === 0) {
      for (const name of ours) found.push(...(await this.#service(`${srvPrefix[name]}.${host}`, name, host)));
      if (found.length > 0) return found;
    }
    const last = secure ? 'tls' : 'udp';
    return this.#addresses(host, last, defaultPort(last), host);
  }

  async #service(name: string, transport: TransportName, domain: string): Promise<Destination[]> {
    const records = await this.#options.resolver.srv(name).catch(() => []);
    const found: Destination[] = [];
    for (const record of orderServices(records, this.#options.random)) {
      found.push(...(await this.#addresses(record.name, transport, record.port, domain)));
    }
    return found;
  }

  async #addresses(host: string, transport: TransportName, port: number, serverName: string): Promise<Destination[]> {
    const addresses = isIP(host) !== 0 ? [host] : await this.#options.resolver.addresses(host).catch(() => []);
    return addresses.map((address) => ({ transport, address, port, serverName }));
  }
}

function requestedTransport(uri: SipUri): TransportName | 'unknown' | undefined {
  const secure = uri.scheme === 'sips';
  switch (uri.transport) {
    case undefined: return undefined;
    case 'udp': return secure ? 'unknown' : 'udp';
    case 'tcp': return secure ? 'tls' : 'tcp';
    case 'tls': return 'tls'; // deprecated by RFC 3261 §26.2.2, common all the same
    case 'ws': return secure ? 'wss' : 'ws';
    case 'wss': return 'wss';
    default: return 'unknown';
  }
}

/** RFC 2782: lowest priority first; within one, drawn by weight, weight 0 last resort. */
export function orderServices(records: readonly SrvRecord[], random: Random): readonly SrvRecord[] {
  const ordered: SrvRecord[] = [];
  const priorities = [...new Set(records.map((record) => record.priority))].toSorted((a, b) => a - b);
  for (const priority of priorities) {
    const left = records.filter((record) => record.priority === priority && record.name !== '.').toSorted((a, b) => a.weight - b.weight);
    while (left.length > 0) {
      const total = left.reduce((sum, record) => sum + record.weight, 0);
      let draw = random.next() * total;
      let at = 0;
      while (at < left.length - 1 && draw >= (left[at]?.weight ?? 0)) draw -= left[at++]?.weight ?? 0;
      const [chosen] = left.splice(at, 1);
      if (chosen !== undefined) ordered.push(chosen);
    }
  }
  return ordered;
}
