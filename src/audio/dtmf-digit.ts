/** DTMF digits and their frequencies (ITU-T Q.23). */
export const DTMF_LOW = [697, 770, 852, 941] as const;
export const DTMF_HIGH = [1209, 1336, 1477, 1633] as const;
/** Row by row: low group down, high group across. */
export const DTMF_KEYS = '123A456B789C*0#D';

/** Index of a digit in DTMF_KEYS (`4 · low + high`), or −1. */
export const dtmfIndex = (digit: string): number => (digit.length === 1 ? DTMF_KEYS.indexOf(digit.toUpperCase()) : -1);

/** The low and the high frequency of a digit, Hz, or undefined when it is none. */
export function dtmfFrequencies(digit: string): readonly [number, number] | undefined {
  const index = dtmfIndex(digit);
  return index < 0 ? undefined : [DTMF_LOW[index >> 2] as number, DTMF_HIGH[index & 3] as number];
}
