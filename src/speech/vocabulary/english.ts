import type { SayAs } from './say-as.ts';

const ONES = 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const TENS = 'zero ten twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const ORDINALS = 'zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth'.split(' ');
const TENTHS = 'x x twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth'.split(' ');
const MONTHS = 'january february march april may june july august september october november december'.split(' ');
const SIGNS: Readonly<Record<string, string>> = { '*': 'star', '#': 'hash', '.': 'dot', '-': 'dash', '/': 'slash', '+': 'plus', '@': 'at' };
/** ISO 4217 code or sign → unit, units, hundredth, hundredths; currencies without hundredths have two. */
const CURRENCIES: Readonly<Record<string, readonly string[]>> = {
  USD: ['dollar', 'dollars', 'cent', 'cents'], CAD: ['dollar', 'dollars', 'cent', 'cents'], AUD: ['dollar', 'dollars', 'cent', 'cents'], EUR: ['euro', 'euros', 'cent', 'cents'],
  GBP: ['pound', 'pounds', 'penny', 'pence'], CHF: ['franc', 'francs', 'cent', 'cents'], JPY: ['yen', 'yen'], CNY: ['yuan', 'yuan'], KRW: ['won', 'won'], INR: ['rupee', 'rupees'],
  MXN: ['peso', 'pesos', 'cent', 'cents'], BRL: ['real', 'reais', 'cent', 'cents'], RUB: ['rouble', 'roubles'],
};
const SIGN_CODES: Readonly<Record<string, string>> = { $: 'USD', '€': 'EUR', '£': 'GBP', '¥': 'JPY', '₹': 'INR' };

function below1000(n: number): string[] {
  const out: string[] = [];
  if (n >= 100) {
    out.push(ONES[Math.floor(n / 100)] as string, 'hundred');
    n %= 100;
    if (n === 0) return out;
    out.push('and');
  }
  if (n < 20) out.push(ONES[n] as string);
  else {
    out.push(TENS[Math.floor(n / 10)] as string);
    if (n % 10 !== 0) out.push(ONES[n % 10] as string);
  }
  return out;
}

function cardinal(value: number): string[] {
  if (value === 0) return ['zero'];
  const out: string[] = [];
  for (const [size, name] of [[1e9, 'billion'], [1e6, 'million'], [1e3, 'thousand']] as const) {
    if (value >= size) {
      out.push(...below1000(Math.floor(value / size)), name);
      value %= size;
    }
  }
  if (value > 0) {
    if (out.length > 0 && value < 100) out.push('and');
    out.push(...below1000(value));
  }
  return out;
}

function ordinal(value: number): string[] | undefined {
  if (!Number.isInteger(value) || value < 1 || value > 99) return undefined;
  if (value < 20) return [ORDINALS[value] as string];
  return value % 10 === 0 ? [TENTHS[value / 10] as string] : [TENS[Math.floor(value / 10)] as string, ORDINALS[value % 10] as string];
}

function digits(text: string): string[] | undefined {
  const bare = text.replace(/[\s,.-]/g, '');
  if (bare === '' || !/^[0-9*#]+$/.test(bare)) return undefined;
  return [...bare].map((d) => SIGNS[d] ?? (ONES[Number(d)] as string));
}

function wholeNumber(text: string): string[] | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  // A leading zero or more than twelve digits is a code, not a quantity.
  return (text.length > 1 && text.startsWith('0')) || text.length > 12 ? digits(text) : cardinal(Number(text));
}

function year(value: number): string[] {
  if (value < 1000 || (value >= 2000 && value < 2010) || value % 1000 === 0) return cardinal(value);
  const high = Math.floor(value / 100);
  const low = value % 100;
  return [...below1000(high), ...(low === 0 ? ['hundred'] : low < 10 ? ['oh', ONES[low] as string] : below1000(low))];
}

function dateWords(y: number | undefined, m: number | undefined, d: number | undefined): string[] | undefined {
  if (m !== undefined && (m < 1 || m > 12)) return undefined;
  if (d !== undefined && (d < 1 || d > 31)) return undefined;
  const out: string[] = [];
  if (m !== undefined) out.push(MONTHS[m - 1] as string);
  if (d !== undefined) out.push(...(m === undefined ? ['the'] : []), ...(ordinal(d) ?? []));
  if (y !== undefined) out.push(...(out.length > 0 ? [','] : []), ...year(y));
  return out.length > 0 ? out : undefined;
}

export const english: SayAs = {
  language: 'en',
  cardinal: wholeNumber,
  ordinal,
  digits,

  characters(text) {
    const out: string[] = [];
    for (const c of text.toLowerCase()) {
      if (/\s/.test(c)) continue;
      const said = /[a-z]/.test(c) ? `letter-${c}` : /\d/.test(c) ? ONES[Number(c)] : SIGNS[c];
      if (said === undefined) return undefined;
      out.push(said);
    }
    return out.length > 0 ? out : undefined;
  },

  number(text) {
    const match = /^([+-]?)(\d{1,3}(?:,\d{3})+|\d+)?(?:\.(\d+))?$/.exec(text.trim());
    if (match === null || (match[2] === undefined && match[3] === undefined)) return undefined;
    const whole = wholeNumber((match[2] ?? '0').replaceAll(',', ''));
    if (whole === undefined) return undefined;
    return [...(match[1] === '-' ? ['minus'] : match[1] === '+' ? ['plus'] : []), ...whole, ...(match[3] === undefined ? [] : ['point', ...(digits(match[3]) ?? [])])];
  },

  currency(text) {
    const match = /^([A-Z]{3}|[$€£¥₹])?\s*(-?)\s*([\d,]+)?(?:\.(\d{1,2}))?\s*([A-Z]{3}|[$€£¥₹])?$/.exec(text.trim());
    if (match === null || (match[3] === undefined && match[4] === undefined)) return undefined;
    const mark = match[1] ?? match[5] ?? 'USD';
    const names = CURRENCIES[SIGN_CODES[mark] ?? mark];
    if (names === undefined) return undefined;
    const whole = Number((match[3] ?? '0').replaceAll(',', ''));
    const part = names.length > 2 ? Number((match[4] ?? '0').padEnd(2, '0')) : 0;
    if (!Number.isSafeInteger(whole) || whole >= 1e12) return undefined;
    const out = match[2] === '-' ? ['minus'] : [];
    if (whole !== 0 || part === 0) out.push(...cardinal(whole), (whole === 1 ? names[0] : names[1]) as string);
    if (part !== 0) out.push(...(whole !== 0 ? ['and'] : []), ...cardinal(part), (part === 1 ? names[2] : names[3]) as string);
    return out;
  },

  date(text, format) {
    const trimmed = text.trim();
    const builtin = /^([\d?]{4})([\d?]{2})([\d?]{2})$/.exec(trimmed) ?? /^(\d{4})-(\d{2})-(\d{2})$/.exec(trimmed);
    const value = (field: string | undefined): number | undefined => (field === undefined || field.includes('?') || field === '' ? undefined : Number(field));
    if (builtin !== null) return dateWords(value(builtin[1]), value(builtin[2]), value(builtin[3]));
    const fields = trimmed.split(/[-/.\s]+/);
    const order = /^[ymd]{1,3}$/.test(format) ? format : fields[0]?.length === 4 ? 'ymd' : 'mdy';
    if (fields.length !== order.length || fields.some((f) => !/^\d{1,4}$/.test(f))) return undefined;
    const field = (letter: string): number | undefined => value(fields[order.indexOf(letter)]);
    return dateWords(order.includes('y') ? field('y') : undefined, order.includes('m') ? field('m') : undefined, order.includes('d') ? field('d') : undefined);
  },

  time(text) {
    const match = /^(\d{1,2}):?(\d{2})(?::\d{2})?\s*([aph?]|[ap]\.?m\.?)?$/i.exec(text.trim());
    if (match === null) return undefined;
    let hour = Number(match[1]);
    const minute = Number(match[2]);
    if (hour > 24 || minute > 59) return undefined;
    let half = /^[ap]/i.test(match[3] ?? '') ? (match[3] as string)[0]?.toLowerCase() : undefined;
    if (half === undefined && match[3] !== '?' && (hour > 12 || hour === 0 || match[3]?.toLowerCase() === 'h')) {
      half = hour % 24 >= 12 ? 'p' : 'a';
      hour %= 12;
    }
    if (hour === 0) hour = 12;
    const minutes = minute === 0 ? (half === undefined ? ["o'clock"] : []) : minute < 10 ? ['oh', ONES[minute] as string] : below1000(minute);
    return [...below1000(hour), ...minutes, ...(half === undefined ? [] : [`${half}m`])];
  },

  telephone(text) {
    const match = /^(\+?)([\d\s().-]+?)(?:\s*(?:x|ext\.?|extension)\s*(\d+))?$/i.exec(text.trim());
    if (match === null || !/\d/.test(match[2] ?? '')) return undefined;
    let groups = (match[2] as string).split(/[\s().-]+/).filter((g) => g !== '');
    if (groups.length === 1) {
      // Without separators: in threes, the last group of four.
      const all = groups[0] as string;
      groups = all.length <= 5 ? [all] : [...(all.slice(0, -4).match(/\d{1,3}/g) ?? []), all.slice(-4)];
    }
    const out = match[1] === '+' ? ['plus'] : [];
    groups.forEach((group, i) => out.push(...(i > 0 ? [','] : []), ...(digits(group) ?? [])));
    if (match[3] !== undefined) out.push(',', 'extension', ...(digits(match[3]) ?? []));
    return out;
  },

  boolean: (text) => (/^(true|yes|1)$/i.test(text.trim()) ? ['yes'] : /^(false|no|0)$/i.test(text.trim()) ? ['no'] : undefined),
};
