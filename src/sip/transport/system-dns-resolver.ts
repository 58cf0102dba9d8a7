import { promises as dns } from 'node:dns';
import type { DnsResolver } from './server-locator.ts';

/** The machine's resolver. */
export const systemDnsResolver: DnsResolver = {
  naptr: async (domain) =>
    (await dns.resolveNaptr(domain)).map(({ order, preference, flags, service, replacement }) => ({ order, preference, flags, service, replacement })),
  srv: async (name) => (await dns.resolveSrv(name)).map(({ priority, weight, port, name: target }) => ({ priority, weight, port, name: target })),
  // As the machine's own programs do it: /etc/hosts counts too.
  addresses: async (host) => (await dns.lookup(host, { all: true, verbatim: true })).map(({ address }) => address),
};
