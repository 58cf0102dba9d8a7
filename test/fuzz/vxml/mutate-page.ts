import type { SeededRandom } from '../../../src/kernel/random.ts';

/**
 * A page with one to three faults. Most leave it well-formed: an attribute with a value of another page, or without one of its attributes or
 * elements. The others are of the text: characters left out, put in or doubled, a tag of another page, a tag or a quote taken away.
 */
export function mutatePage(page: string, others: readonly string[], random: SeededRandom): string {
  const pick = (n: number): number => Math.floor(random.next() * n);
  let text = page;
  for (let faults = 1 + pick(3); faults > 0; faults--) {
    const at = pick(text.length);
    const other = others[pick(others.length)] ?? '';
    switch (pick(24)) {
      case 0:
        text = text.slice(0, at) + text.slice(at + 1 + pick(12));
        break;
      case 1:
        text = text.slice(0, at) + String.fromCharCode(32 + pick(95)) + text.slice(at);
        break;
      case 2:
        text = text.slice(0, at) + text.slice(at, at + pick(200)) + text.slice(at);
        break;
      case 3: {
        const from = other.indexOf('<', pick(other.length));
        const to = other.indexOf('>', from + 1 + pick(120));
        if (from >= 0 && to > from) text = text.slice(0, at) + other.slice(from, to + 1) + text.slice(at);
        break;
      }
      case 4:
        text = without(text, /<\/?[a-z-]+[^>]*>/gi, pick);
        break;
      case 5:
        text = without(text, /["'=#.]/g, pick);
        break;
      case 6:
        text = text.slice(0, at) + ['&', ']]>', '<!--', '\u0000', '\u2028', '&#x0;', '<![CDATA[', '%s', '😀'][pick(9)] + text.slice(at);
        break;
      case 7:
      case 8:
        text = without(text, / [a-z:]+="[^"]*"/gi, pick);
        break;
      case 9:
      case 10:
      case 11:
        text = without(text, /<([a-z]+)\b[^>]*\/>|<([a-z]+)\b[^>]*>[^<]*<\/\2>/gi, pick);
        break;
      default: {
        const value = [...other.matchAll(/="([^"]*)"/g)];
        const mine = [...text.matchAll(/="([^"]*)"/g)];
        const one = mine[pick(mine.length)];
        if (one !== undefined) text = `${text.slice(0, one.index)}="${value[pick(value.length)]?.[1] ?? ''}"${text.slice(one.index + one[0].length)}`;
      }
    }
  }
  return text;
}

function without(text: string, what: RegExp, pick: (n: number) => number): string {
  const found = [...text.matchAll(what)];
  const one = found[pick(found.length)];
  return one === undefined ? text : text.slice(0, one.index) + text.slice(one.index + one[0].length);
}
