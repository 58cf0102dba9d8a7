import ipaddr from 'ipaddr.js';

/**
 * Which network addresses authored documents may reach. Public unicast addresses are; everything private, local, reserved or
 * serving machine metadata is not, unless a range of the configuration (`10.1.0.0/16`, `127.0.0.0/8`, `::1/128`) names it.
 */
export class AddressPolicy {
  readonly #allowed: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];

  /** Throws on a range that is none. */
  constructor(allowedRanges: readonly string[] = []) {
    this.#allowed = allowedRanges.map((range) => ipaddr.parseCIDR(range.includes('/') ? range : `${range}/${range.includes(':') ? 128 : 32}`));
  }

  /** `address` is an IPv4 or IPv6 literal, an IPv6 zone is ignored. Anything else is refused. */
  allows(address: string): boolean {
    const text = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
    if (!ipaddr.isValid(text)) return false;
    const plain = embeddedV4(ipaddr.parse(text));
    if (this.#allowed.some(([range, bits]) => range.kind() === plain.kind() && plain.match(range, bits))) return true;
    return plain.range() === 'unicast' && !metadata.has(plain.toString());
  }
}

/** Public in form, but answered by the cloud's own machine. */
const metadata = new Set(['168.63.129.16']);

/** ::ffff:a.b.c.d, NAT64 and 6to4 lead to an IPv4 address: that one is judged. */
function embeddedV4(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (address instanceof ipaddr.IPv4) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  const octets = address.toByteArray();
  if (address.range() === 'rfc6052') return new ipaddr.IPv4(octets.slice(12));
  if (address.range() === '6to4') return new ipaddr.IPv4(octets.slice(2, 6));
  return address;
}
