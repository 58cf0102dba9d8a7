import type { Chart } from './chart.ts';
import type { CompiledGrammar, Node } from './compiled-grammar.ts';
import type { Grammar, Rule, Tag } from './grammar.ts';

/** One way in which a rule matched: its words, tags and rules in the order of the utterance. */
export interface RuleMatch {
  readonly grammar: Grammar;
  readonly rule: Rule;
  /** The reference as written; undefined for the active rule itself. */
  readonly uri: string | undefined;
  readonly parts: readonly MatchPart[];
  /** Words from … to. */
  readonly from: number;
  readonly to: number;
  /** Sum of the logarithms of the weights that led here; 0 without weights. */
  readonly score: number;
}

export type MatchPart = { readonly kind: 'token'; readonly text: string; readonly at: number } | { readonly kind: 'tag'; readonly tag: Tag } | { readonly kind: 'rule'; readonly match: RuleMatch };

interface Best {
  readonly score: number;
  /** A persistent list, so that joining costs nothing. */
  readonly parts: Rope;
}
type Rope = undefined | { readonly part: MatchPart } | { readonly left: Rope; readonly right: Rope };

const busy = Symbol('busy');
/** Joins of one item to what stands before it, in one derivation. */
const maxSteps = 2_000_000;

/**
 * The best parse of a complete utterance: the highest product of weights, and among equals the alternative that stands first and
 * the longest earlier item. Only spans that the chart found are looked at, each once, so the work is polynomial.
 */
export function derive(grammar: CompiledGrammar, chart: Chart): RuleMatch | undefined {
  if (!chart.complete) return undefined;
  const best = new Derivation(grammar, chart).of(grammar.start, 0, chart.words.length);
  const parts = best === undefined ? [] : flatten(best.parts);
  const [only] = parts;
  return parts.length === 1 && only?.kind === 'rule' ? only.match : undefined;
}

class Derivation {
  readonly #grammar: CompiledGrammar;
  readonly #chart: Chart;
  readonly #known = new Map<number, Best | undefined | typeof busy>();
  #steps = 0;

  constructor(grammar: CompiledGrammar, chart: Chart) {
    this.#grammar = grammar;
    this.#chart = chart;
  }

  of(number: number, from: number, to: number): Best | undefined {
    if (!this.#chart.matched(number, from, to)) return undefined;
    const key = (number * 1024 + from) * 1024 + to;
    const known = this.#known.get(key);
    // A span that leads to itself adds nothing: that way of reading it is left out.
    if (known === busy) return undefined;
    if (known !== undefined || this.#known.has(key)) return known;
    this.#known.set(key, busy);
    const best = this.#node(this.#grammar.nodes[number] as Node, from, to);
    this.#known.set(key, best);
    return best;
  }

  #node(node: Node, from: number, to: number): Best | undefined {
    switch (node.kind) {
      case 'token': return { score: 0, parts: { part: { kind: 'token', text: this.#chart.words[from] ?? '', at: from } } };
      case 'any': return { score: 0, parts: { part: { kind: 'token', text: this.#chart.words[from] ?? '', at: from } } };
      case 'empty': return { score: 0, parts: node.tag === undefined ? undefined : { part: { kind: 'tag', tag: node.tag } } };
      case 'fail': return undefined;
      case 'rule': {
        const body = this.of(node.body, from, to);
        if (body === undefined) return undefined;
        const match: RuleMatch = { grammar: node.grammar, rule: node.rule, uri: undefined, parts: flatten(body.parts), from, to, score: body.score };
        return { score: body.score, parts: { part: { kind: 'rule', match } } };
      }
      case 'reference': {
        const target = this.of(node.target, from, to);
        if (target?.parts === undefined || !('part' in target.parts) || target.parts.part.kind !== 'rule') return undefined;
        return { score: target.score, parts: { part: { kind: 'rule', match: { ...target.parts.part.match, uri: node.uri } } } };
      }
      case 'alternatives': {
        let best: Best | undefined;
        node.items.forEach((item, i) => {
          const found = this.of(item, from, to);
          if (found === undefined) return;
          const score = found.score + (node.scores[i] ?? 0);
          if (best === undefined || score > best.score + 1e-12) best = { score, parts: found.parts };
        });
        return best;
      }
      case 'sequence': return this.#sequence(node.items, from, to);
      case 'repeat': return this.#repeat(node, from, to);
    }
  }

  #sequence(items: readonly number[], from: number, to: number): Best | undefined {
    let reached = new Map<number, Best>([[from, { score: 0, parts: undefined }]]);
    items.forEach((item, i) => {
      const last = i === items.length - 1;
      reached = this.#step(item, reached, to, last, false);
    });
    return reached.get(to);
  }

  /** From every place reached, one more match of `item`; of equals, the one whose earlier items are longer. */
  #step(item: number, reached: ReadonlyMap<number, Best>, to: number, last: boolean, moving: boolean): Map<number, Best> {
    const next = new Map<number, Best>();
    for (const at of [...reached.keys()].sort((a, b) => b - a)) {
      const before = reached.get(at) as Best;
      for (const end of this.#chart.endsOf(item, at)) {
        // Past the limit nothing more is tried: an input nobody keys, on a grammar nobody writes, has no parse.
        if (++this.#steps > maxSteps) return next;
        if (end > to || (last && end !== to) || (moving && end === at)) continue;
        const found = this.of(item, at, end);
        if (found === undefined) continue;
        const score = before.score + found.score;
        const other = next.get(end);
        if (other === undefined || score > other.score + 1e-12) next.set(end, { score, parts: { left: before.parts, right: found.parts } });
      }
    }
    return next;
  }

  #repeat(node: Extract<Node, { kind: 'repeat' }>, from: number, to: number): Best | undefined {
    const again = node.probability === undefined ? 0 : Math.log(Math.max(node.probability, 1e-9));
    let reached = new Map<number, Best>([[from, { score: 0, parts: undefined }]]);
    let best: Best | undefined;
    for (let count = 0; reached.size > 0; count++) {
      const here = reached.get(to);
      const whole = here === undefined ? undefined : count >= node.min ? here : this.#filled(node, here, count, to);
      if (whole !== undefined && (best === undefined || whole.score > best.score + 1e-12)) best = whole;
      if (count >= node.max || count > to - from) break;
      reached = this.#step(node.item, reached, to, false, true);
      if (again !== 0) for (const [at, b] of reached) reached.set(at, { ...b, score: b.score + again });
    }
    return best;
  }

  /** The repetitions that matched nothing still ran their tags. */
  #filled(node: Extract<Node, { kind: 'repeat' }>, done: Best, count: number, at: number): Best | undefined {
    const nothing = this.#grammar.nullable[node.item] === 1 ? this.of(node.item, at, at) : undefined;
    if (nothing === undefined) return this.#grammar.nullable[node.item] === 1 ? done : undefined;
    let parts = done.parts;
    if (nothing.parts !== undefined) for (let i = count; i < Math.min(node.min, 1000); i++) parts = { left: parts, right: nothing.parts };
    return { score: done.score, parts };
  }
}

function flatten(rope: Rope): MatchPart[] {
  const parts: MatchPart[] = [];
  const open: Rope[] = [rope];
  while (open.length > 0) {
    const next = open.pop();
    if (next === undefined) continue;
    if ('part' in next) parts.push(next.part);
    else open.push(next.right, next.left);
  }
  return parts;
}

/** The logical parse in the notation of the SRGS implementation report: `$main["a",$<other.grxml#b>["c"]]`. */
export function logicalParse(match: RuleMatch, words: readonly string[]): string {
  const name = match.uri === undefined || match.uri.startsWith('#') ? match.rule.id : `<${match.uri}>`;
  const parts = match.parts.filter((p) => p.kind !== 'tag').map((p) => (p.kind === 'rule' ? logicalParse(p.match, words) : JSON.stringify(words[p.at] ?? p.text)));
  return `$${name}[${parts.join(',')}]`;
}
