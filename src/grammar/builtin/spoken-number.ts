/** Names of numbers in English, and the number a run of them means. */
const ones = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen'];
const tens = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const ordinals = ['', 'first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth', 'eleventh', 'twelfth', 'thirteenth', 'fourteenth', 'fifteenth', 'sixteenth', 'seventeenth', 'eighteenth', 'nineteenth', 'twentieth'];
const scales = new Map([['hundred', 100], ['thousand', 1000], ['million', 1_000_000], ['billion', 1_000_000_000]]);

const plain = new Map<string, number>([...ones.map((w, i) => [w, i] as const), ['oh', 0], ['o', 0], ...tens.flatMap((w, i) => (w === '' ? [] : [[w, i * 10] as const]))]);
const ranks = new Map<string, number>([...ordinals.flatMap((w, i) => (w === '' ? [] : [[w, i] as const])), ['thirtieth', 30]]);

export const digitWords: readonly string[] = [...ones.slice(0, 10), 'oh'];
export const numberWords: readonly string[] = [...plain.keys(), ...scales.keys(), 'and'];
export const ordinalWords: readonly string[] = [...ranks.keys()];

/** 0 … 9 of a word or a figure; undefined for anything else. */
export function digitOf(word: string): number | undefined {
  if (/^\d$/.test(word)) return Number(word);
  const value = plain.get(word);
  return value === undefined || value > 9 ? undefined : value;
}

/** "two hundred and five", "nineteen", "1500"; undefined when the words are no number, as "five thirty" and "hundred five hundred". */
export function numberOf(words: readonly string[]): number | undefined {
  const [first] = words;
  if (first === undefined) return undefined;
  if (words.length === 1 && /^\d{1,15}$/.test(first)) return Number(first);
  let total = 0;
  let group = 0;
  let lastScale = Number.POSITIVE_INFINITY;
  // What the next plain word must stay below: after "twenty" a digit, after "hundred" anything below 100.
  let room = 1000;
  let any = false;
  for (const [i, word] of words.entries()) {
    if (word === 'and') {
      if (i === 0 || i === words.length - 1 || scales.get(words[i - 1] ?? '') === undefined) return undefined;
      continue;
    }
    const value = plain.get(word);
    if (value !== undefined) {
      if (value >= room || (value === 0 && words.length > 1)) return undefined;
      group += value;
      room = value >= 20 ? 10 : 0;
      any = true;
      continue;
    }
    const scale = scales.get(word);
    if (scale === undefined) return undefined;
    if (scale === 100) {
      if (group > 99 || (group === 0 && any && total === 0)) return undefined;
      group = (group === 0 ? 1 : group) * 100;
      room = 100;
    } else {
      if (scale >= lastScale) return undefined;
      total += (group === 0 && !any ? 1 : group) * scale;
      if (group === 0 && any) return undefined;
      group = 0;
      lastScale = scale;
      room = 1000;
      any = false;
      continue;
    }
    any = true;
  }
  return total + group;
}

/** "third", "twenty first", "25th", "five". */
export function rankOf(words: readonly string[]): number | undefined {
  const last = words.at(-1);
  if (last === undefined) return undefined;
  if (words.length === 1 && /^\d{1,2}(st|nd|rd|th)?$/.test(last)) return Number.parseInt(last, 10);
  const rank = ranks.get(last);
  if (rank === undefined) return numberOf(words);
  if (words.length === 1) return rank;
  const ten = plain.get(words[0] ?? '');
  return words.length === 2 && ten !== undefined && ten >= 20 && rank < 10 ? ten + rank : undefined;
}
