import { fail, ok, type Result } from '../../../kernel/result.ts';
import { isTimeZone } from '../../rules/index.ts';
import { isCountry, parsePhoneNumber, type CountryCode, type NumberCheck } from '../phone-number.ts';
import { zonesOfNumber } from '../time-zones.ts';
import type { Columns } from './columns.ts';

export interface NewContact {
  readonly phone: string;
  readonly country: string | undefined;
  readonly timeZones: readonly string[];
  readonly zoneSource: 'row' | 'number' | 'country' | 'unknown';
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Fault {
  /** The column's name, or `(record)`. */
  readonly field: string;
  readonly reason: string;
  readonly value: string;
}

/** One record as a contact, or the first thing that is wrong with it. Pure. */
export function readContact(fields: readonly string[], columns: Columns, options: { country: CountryCode | undefined; check: NumberCheck }): Result<NewContact, Fault> {
  const { names } = columns;
  if (fields.length !== names.length) return fail({ field: '(record)', reason: `has ${fields.length} fields, the header has ${names.length}`, value: '' });
  const broken = fields.findIndex((field) => field.includes('\0'));
  if (broken >= 0) return fail({ field: names[broken] ?? '', reason: 'has a NUL character', value: '' });
  const at = (index: number | undefined): string => (index === undefined ? '' : (fields[index] ?? '').trim());

  const countryText = at(columns.country).toUpperCase();
  // A column named "country" may as well hold names: only a code of two letters is taken for one.
  const country = isCountry(countryText) ? countryText : options.country;
  const phoneText = at(columns.phone);
  const phone = parsePhoneNumber(phoneText, country, options.check);
  if (!phone.ok) return fail({ field: names[columns.phone] ?? '', reason: phone.error, value: phoneText });

  const zoneText = at(columns.timeZone);
  if (zoneText !== '' && !isTimeZone(zoneText)) return fail({ field: names[columns.timeZone ?? 0] ?? '', reason: 'is no IANA time zone such as Europe/Berlin', value: zoneText });
  const derived = zonesOfNumber(phone.value.e164);

  const attributes = Object.fromEntries(names.flatMap((name, index) => (index === columns.phone || index === columns.timeZone ? [] : [[name, fields[index] ?? '']])));
  return ok({
    phone: phone.value.e164,
    country: phone.value.country ?? (isCountry(countryText) ? countryText : undefined),
    timeZones: zoneText === '' ? derived.zones : [zoneText],
    zoneSource: zoneText === '' ? derived.source : 'row',
    attributes,
  });
}
