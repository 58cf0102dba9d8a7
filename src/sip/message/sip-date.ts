const DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** True when `value` is no `SIP-date`, which is RFC 1123's in GMT and nothing else (RFC 3261 §20.17). */
export const hasMalformedDate = (value: string): boolean => value.length > 40 || !DATE.test(value);
