import { NailupError } from '../../../kernel/nailup-error.ts';

export type Delimiter = ',' | ';' | '\t' | '|';
const delimiters: readonly Delimiter[] = [',', ';', '\t', '|'];

/** How the words of a command line name them. */
export function parseDelimiter(word: string): Delimiter {
  const named: Readonly<Record<string, Delimiter>> = { comma: ',', semicolon: ';', tab: '\t', '\\t': '\t', pipe: '|' };
  const found = named[word.toLowerCase()] ?? delimiters.find((delimiter) => delimiter === word);
  if (found === undefined) throw new NailupError('CONTACTS_DELIMITER', `"${word}" is no delimiter`, { place: '--delimiter', mend: 'Use comma, semicolon, tab or pipe.' });
  return found;
}

/** A first line `sep=;` is a spreadsheet's word about its own file: the delimiter it names, and its length with the line end. */
export function separatorLine(sample: Buffer): { delimiter: Delimiter; bytes: number } | undefined {
  const match = /^sep=([,;\t|])\r?\n/i.exec(sample.subarray(0, 16).toString('latin1'));
  return match === null ? undefined : { delimiter: match[1] as Delimiter, bytes: match[0].length };
}

/**
 * The delimiter that parts most lines of the sample into the same number of fields as the header, more than one; among
 * equals the one with more fields. A file of one column has none: then it is the comma.
 */
export function detectDelimiter(sample: Buffer): Delimiter {
  const text = sample.toString('latin1');
  let best: { delimiter: Delimiter; agreeing: number; fields: number } | undefined;
  for (const delimiter of delimiters) {
    const counts = fieldCounts(text, delimiter, 50);
    const fields = counts[0] ?? 1;
    if (fields < 2) continue;
    const agreeing = counts.filter((count) => count === fields).length / counts.length;
    if (best === undefined || agreeing > best.agreeing + 0.2 || (agreeing > best.agreeing - 0.2 && fields > best.fields)) best = { delimiter, agreeing, fields };
  }
  return best?.delimiter ?? ',';
}

/** Fields of each of the first records; quotes protect delimiters and line ends. A record cut off by the sample's end is left out. */
function fieldCounts(text: string, delimiter: Delimiter, most: number): number[] {
  const counts: number[] = [];
  let fields = 1;
  let quoted = false;
  let empty = true;
  for (let at = 0; at < text.length && counts.length < most; at++) {
    const char = text[at];
    if (char === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (char === delimiter) fields += 1;
    else if (char === '\n' || char === '\r') {
      if (!empty) counts.push(fields);
      fields = 1;
      empty = true;
      continue;
    }
    empty = false;
  }
  if (!empty && (counts.length === 0 || text.length < 65_000)) counts.push(fields);
  return counts;
}
