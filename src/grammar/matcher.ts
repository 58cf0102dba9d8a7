import type { ScriptContext } from '../ecmascript/ecmascript.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { Chart } from './chart.ts';
import { wordOf, type CompiledGrammar } from './compiled-grammar.ts';
import { derive, logicalParse, type RuleMatch } from './derivation.ts';
import { interpret, type Interpretation, type InterpretationError } from './interpretation.ts';

/**
 * What the input so far is to the grammar. `nomatch`: the beginning of nothing legal; `partial`: a beginning, not yet whole;
 * `match-may-extend`: whole, and more could follow; `match-final`: whole, and nothing more is legal.
 */
export type MatchState = 'nomatch' | 'partial' | 'match-may-extend' | 'match-final';

/** What was recognised. */
export interface GrammarMatch extends Interpretation {
  /** Logarithm of the product of the weights on the way; 0 without weights, never positive. */
  readonly score: number;
  /** SRGS implementation-report notation. */
  readonly parse: string;
}

/** Feeds keys to a DTMF grammar one by one. Exact: the state after each key is the truth about the whole input. */
export class DtmfMatcher {
  readonly #grammar: CompiledGrammar;
  #chart: Chart;

  constructor(grammar: CompiledGrammar) {
    this.#grammar = grammar;
    this.#chart = new Chart(grammar);
  }

  get keys(): string {
    return this.#chart.words.join('');
  }

  get state(): MatchState {
    return stateOf(this.#chart);
  }

  /** One of 0-9, *, #, A-D. */
  push(key: string): MatchState {
    this.#chart.push(key.toUpperCase());
    return this.state;
  }

  /** Keys that may come next. */
  expected(): ReadonlySet<string> {
    return new Set([...this.#chart.next()].flatMap((w) => (w === undefined ? [...'0123456789*#ABCD'] : [w])));
  }

  reset(): void {
    this.#chart = new Chart(this.#grammar);
  }

  /** The meaning of a whole input; undefined when it is none. */
  result(context?: ScriptContext): Result<GrammarMatch, InterpretationError> | undefined {
    return resultOf(this.#grammar, this.#chart, [...this.keys], context);
  }
}

/** Matches words, as said or typed, against a voice grammar. `undefined`: no match. Case and white space do not matter. */
export function matchText(grammar: CompiledGrammar, text: string, context?: ScriptContext): Result<GrammarMatch, InterpretationError> | undefined {
  const words = text.split(/\s+/).filter((w) => w !== '');
  const chart = chartOf(grammar, words);
  return resultOf(grammar, chart, words, context);
}

/** What the words are to the grammar, as with keys. */
export function stateOfText(grammar: CompiledGrammar, text: string): MatchState {
  return stateOf(chartOf(grammar, text.split(/\s+/).filter((w) => w !== '')));
}

function chartOf(grammar: CompiledGrammar, words: readonly string[]): Chart {
  const chart = new Chart(grammar);
  for (const word of words) {
    chart.push(grammar.mode === 'dtmf' ? word.toUpperCase() : wordOf(word));
    if (!chart.complete && !chart.extendable) break;
  }
  return chart;
}

function stateOf(chart: Chart): MatchState {
  if (chart.complete) return chart.extendable ? 'match-may-extend' : 'match-final';
  return chart.extendable ? 'partial' : 'nomatch';
}

function resultOf(grammar: CompiledGrammar, chart: Chart, words: readonly string[], context: ScriptContext | undefined): Result<GrammarMatch, InterpretationError> | undefined {
  if (chart.words.length !== words.length) return undefined;
  const match: RuleMatch | undefined = derive(grammar, chart);
  if (match === undefined) return undefined;
  const meaning = interpret(match, words, context);
  if (meaning === undefined) return undefined;
  if (!meaning.ok) return fail(meaning.error);
  return ok({ ...meaning.value, score: match.score, parse: logicalParse(match, words) });
}
