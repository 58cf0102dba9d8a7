import { escapeXml } from '../xml/escape-xml.ts';
import type { Expansion, Grammar, Rule } from './grammar.ts';
import { targetOf, type LinkedGrammar } from './linked-grammar.ts';

/**
 * What can be said from one rule of a linked grammar on, as one document of the XML form: for recognisers, which need not read ABNF, fetch
 * what is referred to, or know the built-in grammars. Tags are left out, as the words are interpreted here.
 */
export function srgsText(linked: LinkedGrammar, start: string): string {
  const text = new OneDocument(linked);
  const { main } = linked;
  const root = main.rules.get(start);
  if (root === undefined) throw new Error(`the rule ${start} is not declared`);
  const name = text.nameOf(main, root);
  const head = `<grammar xmlns="http://www.w3.org/2001/06/grammar" version="1.0" mode="${main.mode}"${main.language === undefined ? '' : ` xml:lang="${escapeXml(main.language)}"`} root="${name}">`;
  return `${head}${text.rules()}</grammar>`;
}

class OneDocument {
  readonly #linked: LinkedGrammar;
  readonly #names = new Map<Rule, string>();
  readonly #taken = new Set<string>();
  /** Referred to, and not written yet. */
  readonly #waiting: { readonly grammar: Grammar; readonly rule: Rule; readonly name: string }[] = [];

  constructor(linked: LinkedGrammar) {
    this.#linked = linked;
  }

  /** Rules of different documents may have one name. */
  nameOf(grammar: Grammar, rule: Rule): string {
    const known = this.#names.get(rule);
    if (known !== undefined) return known;
    let name = rule.id;
    for (let n = 2; this.#taken.has(name); n++) name = `${rule.id}_${n}`;
    this.#taken.add(name);
    this.#names.set(rule, name);
    this.#waiting.push({ grammar, rule, name });
    return name;
  }

  rules(): string {
    let text = '';
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      text += `<rule id="${next.name}" scope="public">${this.#expansion(next.rule.expansion, next.grammar)}</rule>`;
    }
    return text;
  }

  #expansion(e: Expansion, grammar: Grammar): string {
    switch (e.kind) {
      case 'token':
        return `<token>${escapeXml(e.text)}</token>`;
      case 'sequence':
        return e.items.map((item) => this.#expansion(item, grammar)).join('');
      case 'alternatives':
        return `<one-of>${e.items.map(({ weight, expansion }) => `<item${weight === 1 ? '' : ` weight="${weight}"`}>${this.#expansion(expansion, grammar)}</item>`).join('')}</one-of>`;
      case 'repeat':
        return `<item repeat="${e.min}-${e.max === Number.POSITIVE_INFINITY ? '' : e.max}"${e.probability === undefined ? '' : ` repeat-prob="${e.probability}"`}>${this.#expansion(e.item, grammar)}</item>`;
      case 'reference': {
        const target = targetOf(this.#linked, grammar, e);
        return target === undefined ? '<ruleref special="VOID"/>' : `<ruleref uri="#${this.nameOf(target.grammar, target.rule)}"/>`;
      }
      case 'special':
        return `<ruleref special="${e.name}"/>`;
      case 'tag':
        return '';
    }
  }
}
