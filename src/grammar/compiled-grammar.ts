import { fail, ok, type Result } from '../kernel/result.ts';
import type { Expansion, Grammar, GrammarError, Rule, Tag } from './grammar.ts';
import { targetOf, type LinkedGrammar } from './linked-grammar.ts';

/** What a node of the compiled grammar does. Children are numbers of other nodes. */
export type Node =
  | { readonly kind: 'token'; readonly word: string }
  /** Any one token: the body of GARBAGE. */
  | { readonly kind: 'any' }
  | { readonly kind: 'sequence'; readonly items: readonly number[]; readonly token: string | undefined }
  | { readonly kind: 'alternatives'; readonly items: readonly number[]; readonly scores: readonly number[] }
  | { readonly kind: 'repeat'; readonly item: number; readonly min: number; readonly max: number; readonly probability: number | undefined }
  | { readonly kind: 'rule'; readonly body: number; readonly grammar: Grammar; readonly rule: Rule }
  | { readonly kind: 'reference'; readonly target: number; readonly uri: string }
  | { readonly kind: 'empty'; readonly tag: Tag | undefined }
  | { readonly kind: 'fail' };

/** A grammar with chosen active rules, ready to match. Immutable: any number of matchers may stand on it. */
export interface CompiledGrammar {
  readonly mode: 'voice' | 'dtmf';
  readonly linked: LinkedGrammar;
  readonly nodes: readonly Node[];
  readonly start: number;
  /** Whether a node can match nothing at all. */
  readonly nullable: Uint8Array;
  /** Whether a node can match anything at all. */
  readonly productive: Uint8Array;
}

const maxNodes = 400_000;

class TooLarge {}
class BadToken {
  readonly at: { line: number; column: number };
  readonly text: string;
  constructor(at: { line: number; column: number }, text: string) {
    this.at = at;
    this.text = text;
  }
}

/** Compiles the named rules of the main document, or its root, to be active side by side. */
export function compileGrammar(linked: LinkedGrammar, activate: readonly string[] = []): Result<CompiledGrammar, GrammarError> {
  const { main } = linked;
  const error = (message: string, kind: GrammarError['kind'] = 'grammar', line = 1, column = 1): Result<CompiledGrammar, GrammarError> => fail({ kind, message, uri: main.base, line, column });
  const names = activate.length > 0 ? activate : main.root === undefined ? [] : [main.root];
  if (names.length === 0) return error('the grammar declares no root rule');
  const rules: Rule[] = [];
  for (const name of names) {
    const rule = main.rules.get(name);
    if (rule === undefined) return error(`the rule ${name} is not declared`);
    rules.push(rule);
  }
  const build = new NodeBuilder(linked);
  try {
    const roots = rules.map((rule) => build.rule(main, rule));
    const [only] = roots;
    const start = roots.length === 1 && only !== undefined ? only : build.add({ kind: 'alternatives', items: roots, scores: roots.map(() => 0) });
    build.finish();
    const { nodes } = build;
    return ok({ mode: main.mode, linked, nodes, start, nullable: fixpoint(nodes, nullableNow), productive: fixpoint(nodes, productiveNow) });
  } catch (problem) {
    if (problem instanceof TooLarge) return error(`the grammar has more than ${maxNodes} parts`, 'limit');
    if (problem instanceof BadToken) return error(`${JSON.stringify(problem.text)} is no key; keys are 0-9, *, #, A-D`, 'grammar', problem.at.line, problem.at.column);
    throw problem;
  }
}

class NodeBuilder {
  readonly nodes: Node[] = [];
  readonly #linked: LinkedGrammar;
  readonly #rules = new Map<Rule, number>();
  readonly #waiting: { rule: Rule; grammar: Grammar; node: number }[] = [];
  readonly #empty: number;
  readonly #fail: number;
  readonly #garbage: number;

  constructor(linked: LinkedGrammar) {
    this.#linked = linked;
    this.#empty = this.add({ kind: 'empty', tag: undefined });
    this.#fail = this.add({ kind: 'fail' });
    this.#garbage = this.add({ kind: 'repeat', item: this.add({ kind: 'any' }), min: 0, max: Number.POSITIVE_INFINITY, probability: undefined });
  }

  add(node: Node): number {
    if (this.nodes.length >= maxNodes) throw new TooLarge();
    return this.nodes.push(node) - 1;
  }

  /** The node of a rule; its body follows in `finish`, so that rules may refer to each other in any way. */
  rule(grammar: Grammar, rule: Rule): number {
    const known = this.#rules.get(rule);
    if (known !== undefined) return known;
    const node = this.add({ kind: 'rule', body: this.#fail, grammar, rule });
    this.#rules.set(rule, node);
    this.#waiting.push({ rule, grammar, node });
    return node;
  }

  finish(): void {
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      const { rule, grammar, node } = next;
      this.nodes[node] = { kind: 'rule', body: this.#expansion(rule.expansion, grammar), grammar, rule };
    }
  }

  #expansion(e: Expansion, grammar: Grammar): number {
    switch (e.kind) {
      case 'token': return this.#token(e, grammar.mode);
      case 'sequence': return e.items.length === 0 ? this.#empty : this.add({ kind: 'sequence', items: e.items.map((i) => this.#expansion(i, grammar)), token: undefined });
      case 'alternatives': {
        const total = e.items.reduce((sum, a) => sum + a.weight, 0);
        const items = e.items.map((a) => this.#expansion(a.expansion, grammar));
        return this.add({ kind: 'alternatives', items, scores: e.items.map((a) => (total > 0 ? Math.log(Math.max(a.weight, 1e-9) / total) : 0)) });
      }
      case 'repeat': {
        if (e.max === 0) return this.#empty;
        return this.add({ kind: 'repeat', item: this.#expansion(e.item, grammar), min: e.min, max: e.max, probability: e.probability });
      }
      case 'special': return e.name === 'NULL' ? this.#empty : e.name === 'VOID' ? this.#fail : this.#garbage;
      case 'tag': return this.add({ kind: 'empty', tag: e });
      case 'reference': {
        const target = targetOf(this.#linked, grammar, e);
        if (target === undefined) throw new Error(`the reference ${e.uri} was not linked`);
        return this.add({ kind: 'reference', target: this.rule(target.grammar, target.rule), uri: e.uri });
      }
    }
  }

  #token(e: { text: string; line: number; column: number }, mode: 'voice' | 'dtmf'): number {
    const words = mode === 'voice' ? e.text.split(' ').map(wordOf) : keysOf(e.text);
    if (words === undefined) throw new BadToken(e, e.text);
    const nodes = words.map((word) => this.add({ kind: 'token', word }));
    const [only] = nodes;
    return nodes.length === 1 && only !== undefined ? only : this.add({ kind: 'sequence', items: nodes, token: e.text });
  }
}

/** Words are compared without regard to case, in one Unicode form. */
export function wordOf(word: string): string {
  return word.normalize('NFC').toLowerCase();
}

/** SRGS 1.0 App. E: `0`…`9`, `*` or `star`, `#` or `pound`, `A`…`D`; keys written together are taken one by one. */
function keysOf(text: string): string[] | undefined {
  if (/^star$/i.test(text)) return ['*'];
  if (/^(pound|hash)$/i.test(text)) return ['#'];
  const keys = text.replace(/\s+/g, '').toUpperCase();
  return /^[0-9*#A-D]+$/.test(keys) ? [...keys] : undefined;
}

type Verdict = (node: Node, so: Uint8Array) => boolean;

function fixpoint(nodes: readonly Node[], verdict: Verdict): Uint8Array {
  const so = new Uint8Array(nodes.length);
  // Rules come before what they hold, so most answers flow from the end to the start: go that way, until nothing changes.
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = nodes.length - 1; i >= 0; i--) {
      if (so[i] === 1 || !verdict(nodes[i] as Node, so)) continue;
      so[i] = 1;
      changed = true;
    }
  }
  return so;
}

const nullableNow: Verdict = (node, so) => {
  switch (node.kind) {
    case 'empty': return true;
    case 'sequence': return node.items.every((i) => so[i] === 1);
    case 'alternatives': return node.items.some((i) => so[i] === 1);
    case 'repeat': return node.min === 0 || so[node.item] === 1;
    case 'rule': return so[node.body] === 1;
    case 'reference': return so[node.target] === 1;
    default: return false;
  }
};

const productiveNow: Verdict = (node, so) => {
  switch (node.kind) {
    case 'token':
    case 'any':
    case 'empty': return true;
    case 'sequence': return node.items.every((i) => so[i] === 1);
    case 'alternatives': return node.items.some((i) => so[i] === 1);
    case 'repeat': return node.min === 0 || so[node.item] === 1;
    case 'rule': return so[node.body] === 1;
    case 'reference': return so[node.target] === 1;
    case 'fail': return false;
  }
};
