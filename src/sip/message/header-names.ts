/**
 * Header names: canonical spelling, compact forms (RFC 3261 §7.3.3 and the IANA registry), and which headers are
 * comma-separated lists or may stand only once.
 */

const NAMES = [
  'Accept', 'Accept-Contact', 'Accept-Encoding', 'Accept-Language', 'Alert-Info', 'Allow', 'Allow-Events',
  'Authentication-Info', 'Authorization', 'Call-ID', 'Call-Info', 'Contact', 'Content-Disposition', 'Content-Encoding',
  'Content-Language', 'Content-Length', 'Content-Type', 'CSeq', 'Date', 'Diversion', 'Error-Info', 'Event', 'Expires',
  'Flow-Timer', 'From', 'Geolocation', 'History-Info', 'Identity', 'In-Reply-To', 'Join', 'Max-Forwards', 'MIME-Version',
  'Min-Expires', 'Min-SE', 'Organization', 'P-Access-Network-Info', 'P-Asserted-Identity', 'P-Charging-Vector',
  'P-Early-Media', 'P-Preferred-Identity', 'Path', 'Priority', 'Privacy', 'Proxy-Authenticate',
  'Proxy-Authentication-Info', 'Proxy-Authorization', 'Proxy-Require', 'RAck', 'Reason', 'Record-Route', 'Refer-Sub',
  'Refer-To', 'Referred-By', 'Reject-Contact', 'Remote-Party-ID', 'Replaces', 'Reply-To', 'Request-Disposition',
  'Require', 'Retry-After', 'Route', 'RSeq', 'Server', 'Service-Route', 'Session-Expires', 'SIP-ETag', 'SIP-If-Match',
  'Subject', 'Subscription-State', 'Supported', 'Target-Dialog', 'Timestamp', 'To', 'Unsupported', 'User-Agent',
  'User-to-User', 'Via', 'Warning', 'WWW-Authenticate',
] as const;

const COMPACT: Readonly<Record<string, string>> = {
  a: 'Accept-Contact', b: 'Referred-By', c: 'Content-Type', d: 'Request-Disposition', e: 'Content-Encoding', f: 'From',
  i: 'Call-ID', j: 'Reject-Contact', k: 'Supported', l: 'Content-Length', m: 'Contact', o: 'Event', r: 'Refer-To',
  s: 'Subject', t: 'To', u: 'Allow-Events', v: 'Via', x: 'Session-Expires', y: 'Identity',
};

/** Every known spelling that was met → canonical name; the map is bounded because only known names enter it. */
const KNOWN = new Map<string, string>();
for (const name of NAMES) {
  KNOWN.set(name, name);
  KNOWN.set(name.toLowerCase(), name);
  KNOWN.set(name.toUpperCase(), name);
}
for (const [letter, name] of Object.entries(COMPACT)) {
  KNOWN.set(letter, name);
  KNOWN.set(letter.toUpperCase(), name);
}

const COMPACT_OF = new Map<string, string>(Object.entries(COMPACT).map(([letter, name]) => [name, letter]));

/** Headers whose value is a comma-separated list. Credentials, dates and free text hold commas that separate nothing. */
const LISTS = new Set<string>([
  'Accept', 'Accept-Contact', 'Accept-Encoding', 'Accept-Language', 'Alert-Info', 'Allow', 'Allow-Events', 'Call-Info',
  'Contact', 'Content-Encoding', 'Content-Language', 'Diversion', 'Error-Info', 'Geolocation', 'History-Info',
  'In-Reply-To', 'P-Asserted-Identity', 'P-Preferred-Identity', 'Path', 'Proxy-Require', 'Reason', 'Record-Route',
  'Reject-Contact', 'Remote-Party-ID', 'Request-Disposition', 'Require', 'Route', 'Service-Route', 'Supported',
  'Unsupported', 'User-to-User', 'Via', 'Warning',
]);

/** Headers that may stand once (RFC 3261 §7.3.1, Table 2) and on whose value our own behaviour depends. */
const SINGLE = [
  'Call-ID', 'Content-Disposition', 'Content-Length', 'Content-Type', 'CSeq', 'Date', 'Event', 'Expires', 'From',
  'Max-Forwards', 'MIME-Version', 'Min-Expires', 'Min-SE', 'RAck', 'Refer-To', 'Referred-By', 'Replaces', 'Retry-After',
  'RSeq', 'Session-Expires', 'Subject', 'Subscription-State', 'Timestamp', 'To',
];
/** A bit of its own for each, so that a repetition is found in one pass. */
const SINGLE_BITS = new Map<string, number>(SINGLE.map((name, index) => [name, 1 << index]));

/** Canonical name of a usual spelling; others may be known all the same. */
export const exactName = (name: string): string | undefined => KNOWN.get(name);

/** Canonical name when the header is known, else undefined. */
export const knownName = (name: string): string | undefined => KNOWN.get(name) ?? KNOWN.get(name.toLowerCase());

/** What two spellings of one header have in common: the canonical name, or the lower-case one of an unknown header. */
export const headerKey = (name: string): string => {
  const exact = KNOWN.get(name);
  if (exact !== undefined) return exact;
  const lower = name.toLowerCase();
  return KNOWN.get(lower) ?? lower;
};

export const isListHeader = (key: string): boolean => LISTS.has(key);
/** The header's own bit; 0 when it may stand more than once. */
export const singleHeaderBit = (key: string): number => SINGLE_BITS.get(key) ?? 0;

/** The one-letter form, or the name itself where there is none. */
export const compactName = (name: string): string => COMPACT_OF.get(name) ?? name;
