import { escapeXml } from '../../xml/escape-xml.ts';

/** SRGS for what the language itself makes grammars of: choices, options, link keys, universals (§2.2.5, §2.3.1.3, §2.5). */

const header = (mode: 'dtmf' | 'voice', language: string | undefined): string =>
  `<grammar xmlns="http://www.w3.org/2001/06/grammar" version="1.0" mode="${mode}" root="r" tag-format="semantics/1.0-literals"${language === undefined ? '' : ` xml:lang="${language}"`}>`;

export const keysGrammar = (keys: string): string => `${header('dtmf', undefined)}<rule id="r" scope="public">${[...keys].join(' ')}</rule></grammar>`;

/**
 * The words of a phrase. `approximate` takes any part of them in the same order ("Stargazer news" for "Stargazer astrophysics news"):
 * each position may be the first word, and each later word may be left out.
 */
export function phraseGrammar(phrase: string, accept: 'exact' | 'approximate', language: string): string {
  const words = phrase.split(/\s+/).map((w) => w.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')).filter((w) => w !== '').map(escapeXml);
  const head = header('voice', escapeXml(language));
  if (accept === 'exact') return `${head}<rule id="r" scope="public">${words.join(' ')}</rule></grammar>`;
  const items = words.map((word, i) => `<item>${word}${words.slice(i + 1).map((w) => `<item repeat="0-1">${w}</item>`).join('')}</item>`);
  return `${head}<rule id="r" scope="public"><one-of>${items.join('')}</one-of></rule></grammar>`;
}
