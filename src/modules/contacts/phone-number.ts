import { isSupportedCountry, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';
import { fail, ok, type Result } from '../../kernel/result.ts';

export interface PhoneNumber {
  readonly e164: string;
  /** ISO 3166 alpha-2; undefined where several countries share the code and the number is in no known range. */
  readonly country: string | undefined;
}

/**
 * `valid`: in a range that libphonenumber knows to be in use. `plausible` also takes numbers of a possible length outside
 * those ranges (new ranges, and the ones set aside for fiction) from 7 digits on.
 */
export type NumberCheck = 'valid' | 'plausible';

export type { CountryCode };

/** A reason is a sentence for the rejects file. */
export function parsePhoneNumber(text: string, defaultCountry: CountryCode | undefined, check: NumberCheck): Result<PhoneNumber, string> {
  // A leading apostrophe is a spreadsheet's mark for text.
  const trimmed = text.replace(/^[\s\u00a0']+|[\s\u00a0]+$/g, '');
  if (trimmed === '') return fail('empty');
  if (/^\d([.,]\d+)?E\+?\d+$/i.test(trimmed)) return fail('written by a spreadsheet in scientific notation, its last digits are lost');
  const number = parsePhoneNumberFromString(trimmed, defaultCountry === undefined ? { extract: false } : { defaultCountry, extract: false });
  if (number === undefined) {
    const digits = trimmed.replace(/\D/g, '').length;
    if (digits < 4) return fail(digits === 0 ? 'not a phone number' : 'too short');
    if (digits > 17) return fail('too long');
    if (defaultCountry === undefined && !/^\s*\+/.test(trimmed)) return fail('a national number, and no country is set');
    return fail('not a phone number');
  }
  if (number.ext !== undefined) return fail(`has an extension (${number.ext}), which cannot be dialled`);
  if (!number.isPossible()) {
    const national = number.nationalNumber.length;
    return fail(national < 7 ? 'too short' : national > 11 ? 'too long' : 'not a possible length for its country');
  }
  if (!number.isValid()) {
    if (check === 'valid') return fail('not in a range that is in use');
    if (number.nationalNumber.length < 7) return fail('too short');
    // An area code of the NANP begins with 2 to 9, in use or not.
    if (number.countryCallingCode === '1' && !/^[2-9]\d{9}$/.test(number.nationalNumber)) return fail('not a number of the North American plan');
  }
  return ok({ e164: number.number, country: number.country });
}

export function isCountry(code: string): code is CountryCode {
  return isSupportedCountry(code);
}
