import type { CompiledGrammar, Node } from './compiled-grammar.ts';

/** A parent that waits for its child, begun at `origin`; `count`: the position in a sequence, or repetitions done. */
interface Waiting {
  readonly parent: number;
  readonly origin: number;
  readonly count: number;
}

interface Position {
  /** Who waits for a node that starts here. */
  readonly waiting: Map<number, { list: Waiting[]; keys: Set<number> }>;
  /** Token nodes that may come next, by word; `any` under the empty word. */
  readonly scans: Map<string, number[]>;
}

/** Tokens in one input; far more than anybody says or keys. */
export const maxTokens = 1000;
/** Steps of one input, all tokens together: the bound on what a hostile grammar can cost. */
const maxSteps = 500_000;

/**
 * Earley's recogniser (CACM 13(2), 1970) on the compiled grammar, one token at a time. It keeps every span that a node matched,
 * from which `Derivation` reads the parse. Polynomial in the input for every grammar, left recursion and ambiguity included;
 * repeats are counted, not unrolled.
 */
export class Chart {
  readonly #grammar: CompiledGrammar;
  readonly #positions: Position[] = [];
  /** node × start → ends. */
  readonly #spans = new Map<number, number[]>();
  readonly #spanKeys = new Set<number>();
  readonly #agenda: (() => void)[] = [];
  readonly words: string[] = [];
  #steps = 0;

  constructor(grammar: CompiledGrammar) {
    this.#grammar = grammar;
    this.#positions.push({ waiting: new Map(), scans: new Map() });
    if (grammar.productive[grammar.start] === 1) this.#expect(grammar.start, { parent: -1, origin: 0, count: 0 });
    this.#work();
  }

  /** False when the grammar was too much work: nothing further is known. */
  get withinLimits(): boolean {
    return this.#steps <= maxSteps && this.words.length <= maxTokens;
  }

  /** Whether what came so far is a whole utterance. */
  get complete(): boolean {
    return this.withinLimits && this.matched(this.#grammar.start, 0, this.words.length);
  }

  /** Whether some further token can lead to a whole utterance. */
  get extendable(): boolean {
    return this.withinLimits && (this.#positions[this.words.length]?.scans.size ?? 0) > 0;
  }

  /** The words that can come next; undefined in the set means any word. */
  next(): ReadonlySet<string | undefined> {
    const scans = this.#positions[this.words.length]?.scans;
    return new Set([...(scans?.keys() ?? [])].map((w) => (w === anyWord ? undefined : w)));
  }

  push(word: string): void {
    const from = this.words.length;
    const scans = this.#positions[from]?.scans;
    this.words.push(word);
    this.#positions.push({ waiting: new Map(), scans: new Map() });
    if (!this.withinLimits) return;
    for (const node of [...(scans?.get(word) ?? []), ...(scans?.get(anyWord) ?? [])]) this.#completed(node, from);
    this.#work();
  }

  matched(node: number, from: number, to: number): boolean {
    return this.#spanKeys.has((node * (maxTokens + 2) + from) * (maxTokens + 2) + to);
  }

  /** Where a match of `node` begun at `from` can end. */
  endsOf(node: number, from: number): readonly number[] {
    return this.#spans.get(node * (maxTokens + 2) + from) ?? [];
  }

  #work(): void {
    for (let task = this.#agenda.pop(); task !== undefined; task = this.#agenda.pop()) {
      if (++this.#steps > maxSteps) {
        this.#agenda.length = 0;
        return;
      }
      task();
    }
  }

  #expect(node: number, waiting: Waiting): void {
    this.#agenda.push(() => {
      const at = this.words.length;
      if (this.#grammar.productive[node] !== 1) return;
      const position = this.#positions[at] as Position;
      let entry = position.waiting.get(node);
      const fresh = entry === undefined;
      if (entry === undefined) position.waiting.set(node, (entry = { list: [], keys: new Set() }));
      const key = ((waiting.parent + 1) * (maxTokens + 2) + waiting.origin) * 65_536 + Math.min(waiting.count, 65_535);
      if (entry.keys.has(key)) return;
      entry.keys.add(key);
      entry.list.push(waiting);
      if (fresh) this.#predict(node, at);
      // The child matched nothing here before this parent came.
      else if (this.matched(node, at, at)) this.#advance(waiting, at);
    });
  }

  #predict(number: number, at: number): void {
    const node = this.#grammar.nodes[number] as Node;
    const scans = (this.#positions[at] as Position).scans;
    switch (node.kind) {
      case 'token': addTo(scans, node.word, number); break;
      case 'any': addTo(scans, anyWord, number); break;
      case 'empty': this.#completed(number, at); break;
      case 'sequence': this.#expect(node.items[0] as number, { parent: number, origin: at, count: 0 }); break;
      case 'alternatives': for (const item of node.items) this.#expect(item, { parent: number, origin: at, count: 0 }); break;
      case 'rule': this.#expect(node.body, { parent: number, origin: at, count: 0 }); break;
      case 'reference': this.#expect(node.target, { parent: number, origin: at, count: 0 }); break;
      case 'repeat':
        if (this.#leastOf(node) === 0) this.#completed(number, at);
        this.#expect(node.item, { parent: number, origin: at, count: 0 });
        break;
      case 'fail': break;
    }
  }

  /** A node that can match nothing does so as often as it must. */
  #leastOf(node: Extract<Node, { kind: 'repeat' }>): number {
    return this.#grammar.nullable[node.item] === 1 ? 0 : node.min;
  }

  #completed(node: number, from: number): void {
    const to = this.words.length;
    const start = node * (maxTokens + 2) + from;
    const key = start * (maxTokens + 2) + to;
    if (this.#spanKeys.has(key)) return;
    this.#spanKeys.add(key);
    const ends = this.#spans.get(start);
    if (ends === undefined) this.#spans.set(start, [to]);
    else ends.push(to);
    const list = this.#positions[from]?.waiting.get(node)?.list ?? [];
    // By index: the list grows while it is walked when a match of nothing leads back here.
    for (let i = 0; i < list.length; i++) this.#advance(list[i] as Waiting, from);
  }

  #advance(waiting: Waiting, childFrom: number): void {
    this.#agenda.push(() => {
      const at = this.words.length;
      if (waiting.parent < 0) return;
      const node = this.#grammar.nodes[waiting.parent] as Node;
      if (node.kind === 'sequence') {
        const next = node.items[waiting.count + 1];
        if (next === undefined) this.#completed(waiting.parent, waiting.origin);
        else this.#expect(next, { parent: waiting.parent, origin: waiting.origin, count: waiting.count + 1 });
      } else if (node.kind === 'repeat') {
        if (childFrom === at) return;
        const least = this.#leastOf(node);
        const done = node.max === Number.POSITIVE_INFINITY ? Math.min(waiting.count + 1, least) : waiting.count + 1;
        if (done >= least) this.#completed(waiting.parent, waiting.origin);
        if (node.max === Number.POSITIVE_INFINITY || done < node.max) this.#expect(node.item, { parent: waiting.parent, origin: waiting.origin, count: done });
      } else this.#completed(waiting.parent, waiting.origin);
    });
  }
}

const anyWord = '';

function addTo(scans: Map<string, number[]>, word: string, node: number): void {
  const list = scans.get(word);
  if (list === undefined) scans.set(word, [node]);
  else list.push(node);
}
