import { SeededRandom } from '../../../../src/kernel/random.ts';
import type { Destination, TransportName } from '../../../../src/sip/transport/flow.ts';
import { orderServices, ServerLocator, type DnsResolver } from '../../../../src/sip/transport/server-locator.ts';
import { parseSipUri } from '../../../../src/sip/uri/sip-uri.ts';

const zone = {
  naptr: { 'example.com': [
    { order: 50, preference: 50, flags: 's', service: 'SIPS+D2T', replacement: '_sips._tcp.example.com' },
    { order: 90, preference: 50, flags: 's', service: 'SIP+D2T', replacement: '_sip._tcp.example.com' },
    { order: 100, preference: 50, flags: 's', service: 'SIP+D2U', replacement: '_sip._udp.example.com' },
  ] } as Record<string, Awaited<ReturnType<DnsResolver['naptr']>>>,
  srv: {
    '_sip._tcp.example.com': [{ priority: 0, weight: 1, port: 5060, name: 'server1.example.com' }, { priority: 1, weight: 1, port: 5070, name: 'server2.example.com' }],
    '_sip._udp.example.com': [{ priority: 0, weight: 1, port: 5060, name: 'server2.example.com' }],
    '_sip._udp.plain.org': [{ priority: 0, weight: 0, port: 5080, name: 'server1.example.com' }],
  } as Record<string, Awaited<ReturnType<DnsResolver['srv']>>>,
  addresses: { 'server1.example.com': ['192.0.2.1', '192.0.2.2'], 'server2.example.com': ['192.0.2.3'], 'only-a.org': ['192.0.2.9', '2001:db8::9'] } as Record<string, string[]>,
};
const found = async <T>(table: Record<string, readonly T[]>, name: string): Promise<readonly T[]> => {
  const records = table[name];
  if (records === undefined) throw new Error('ENOTFOUND');
  return records;
};
const resolver: DnsResolver = {
  naptr: (domain) => found(zone.naptr, domain), srv: (name) => found(zone.srv, name), addresses: (host) => found(zone.addresses, host),
};

async function locate(uri: string, transports: TransportName[] = ['udp', 'tcp']): Promise<string[]> {
  const locator = new ServerLocator({ resolver, random: new SeededRandom(1), transports: () => transports });
  const parsed = parseSipUri(uri);
  if (parsed === undefined) throw new Error(uri);
  const destinations = await new Promise<readonly Destination[]>((resolve) => locator.locate(parsed, resolve));
  return destinations.map(({ transport, address, port }) => `${transport} ${address} ${port}`);
}

describe('finding the server of a SIP URI', () => {
  it.each([
    ['sip:a@192.0.2.7', ['udp 192.0.2.7 5060']],
    ['sip:a@192.0.2.7:5099;transport=tcp', ['tcp 192.0.2.7 5099']],
    ['sips:a@192.0.2.7', ['tls 192.0.2.7 5061']],
    ['sip:a@[2001:db8::1]', ['udp 2001:db8::1 5060']],
    ['sip:a@ignored.org;maddr=192.0.2.8', ['udp 192.0.2.8 5060']],
    ['sip:a@192.0.2.7;transport=sctp', []],
    ['sips:a@192.0.2.7;transport=udp', []],
  ])('takes %s as it stands, without DNS', async (uri, expected) => {
    expect(await locate(uri)).toEqual(expected);
  });

  it('prefers what NAPTR prefers among the transports that we have', async () => {
    expect(await locate('sip:a@example.com')).toEqual(['tcp 192.0.2.1 5060', 'tcp 192.0.2.2 5060', 'tcp 192.0.2.3 5070', 'udp 192.0.2.3 5060']);
    expect(await locate('sip:a@example.com', ['udp'])).toEqual(['udp 192.0.2.3 5060']);
  });

  it('asks SRV of the transport that the URI names', async () => {
    expect(await locate('sip:a@example.com;transport=udp')).toEqual(['udp 192.0.2.3 5060']);
  });

  it('asks SRV of ours when there is no NAPTR, and plain addresses when there is nothing', async () => {
    expect(await locate('sip:a@plain.org')).toEqual(['udp 192.0.2.1 5080', 'udp 192.0.2.2 5080']);
    expect(await locate('sip:a@only-a.org')).toEqual(['udp 192.0.2.9 5060', 'udp 2001:db8::9 5060']);
    expect(await locate('sip:a@only-a.org:5071')).toEqual(['udp 192.0.2.9 5071', 'udp 2001:db8::9 5071']);
    expect(await locate('sip:a@nothing.invalid')).toEqual([]);
  });

  it('draws within one priority by weight', () => {
    const random = new SeededRandom(11);
    const records = [{ priority: 1, weight: 0, port: 1, name: 'z' }, { priority: 0, weight: 30, port: 1, name: 'a' }, { priority: 0, weight: 70, port: 1, name: 'b' }];
    let first = 0;
    for (let i = 0; i < 1_000; i += 1) {
      const order = orderServices(records, random);
      expect(order.at(-1)?.name).toBe('z');
      if (order[0]?.name === 'b') first += 1;
    }
    expect(first).toBeGreaterThan(650);
    expect(first).toBeLessThan(750);
  });
});
