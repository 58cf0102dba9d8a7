import { parsePhoneNumber, zonesOfNumber, type CountryCode, type NumberCheck } from '../../../../src/modules/contacts/index.ts';

describe('a phone number', () => {
  it.each([
    ['+49 30 23125 001', undefined, '+493023125001', 'DE'],
    ['030 / 23125-001', 'DE', '+493023125001', 'DE'],
    ['0049 30 23125001', 'DE', '+493023125001', 'DE'],
    ['(202) 555-0147', 'US', '+12025550147', 'US'],
    ['1-202-555-0147', 'US', '+12025550147', 'US'],
    ['011 49 30 23125001', 'US', '+493023125001', 'DE'],
    ['020 7946 0018', 'GB', '+442079460018', 'GB'],
    ['+44 7700 900123', 'US', '+447700900123', undefined],
    ['06 39 98 12 34', 'FR', '+33639981234', 'FR'],
    ['\u00a0\'+49 30 23125001 ', 'US', '+493023125001', 'DE'],
    ['+1 555 123 4567', 'US', '+15551234567', undefined],
  ] as [string, CountryCode | undefined, string, string | undefined][])('%s of %s is %s', (text, country, e164, of) => {
    expect(parsePhoneNumber(text, country, 'plausible')).toEqual({ ok: true, value: { e164, country: of } });
  });

  it.each([
    ['', 'DE', 'plausible', 'empty'],
    ['  ', 'DE', 'plausible', 'empty'],
    ['abc', 'DE', 'plausible', 'not a phone number'],
    ['call me', 'DE', 'plausible', 'not a phone number'],
    ['n/a', 'DE', 'plausible', 'not a phone number'],
    ['12', 'DE', 'plausible', 'too short'],
    ['030 1', 'DE', 'plausible', 'too short'],
    ['+49 30 23125 001 002 003 004', 'DE', 'plausible', 'too long'],
    ['4.93023E+11', 'DE', 'plausible', 'written by a spreadsheet'],
    ['4,93023E+11', 'DE', 'plausible', 'written by a spreadsheet'],
    ['030 23125001', undefined, 'plausible', 'a national number, and no country is set'],
    ['030 23125001 ext. 12', 'DE', 'plausible', 'has an extension (12)'],
    ['(123) 555-0147', 'US', 'plausible', 'not a number of the North American plan'],
    ['+1 555 123 4567', 'US', 'valid', 'not in a range that is in use'],
    ['+999 123 456 789', 'US', 'plausible', 'not a phone number'],
    ['030 23125001 und 030 23125002', 'DE', 'plausible', 'too long'],
  ] as [string, CountryCode | undefined, NumberCheck, string][])('"%s" of %s is refused (%s): %s', (text, country, check, reason) => {
    const result = parsePhoneNumber(text, country, check);
    expect(result.ok ? result.value : result.error).toEqual(expect.stringContaining(reason));
    expect(result.ok).toBe(false);
  });
});

describe('the time zones of a number', () => {
  it.each([
    ['+493023125001', ['Europe/Berlin'], 'country'],
    ['+12025550147', ['America/New_York'], 'number'],
    ['+18085550147', ['Pacific/Honolulu'], 'number'],
    ['+13125550147', ['America/Chicago'], 'number'],
    ['+442079460018', ['Europe/London'], 'number'],
    ['+61491570156', ['Australia/Sydney'], 'number'],
    ['+390612345678', ['Europe/Rome'], 'number'],
    ['+18005550147', [], 'unknown'],
    ['+15551234567', [], 'unknown'],
    ['+8005550147', [], 'unknown'],
  ])('%s lies in %j, known by its %s', (e164, zones, source) => {
    expect(zonesOfNumber(e164)).toEqual({ zones, source });
  });

  it('are several where the prefix does not tell', () => {
    expect(zonesOfNumber('+12085550123')).toEqual({ zones: ['America/Boise', 'America/Los_Angeles'], source: 'number' });
    const mexico = zonesOfNumber('+5211234567');
    expect(mexico.zones[0]).toBe('America/Mexico_City');
    expect(mexico.zones).toContain('America/Tijuana');
    expect(mexico.source).toBe('country');
  });
});
