/** What people and machines say when they answer, in one language. */
export interface SpokenTexts {
  /** One word, as most people answer: "Hello?". */
  readonly word: readonly string[];
  /** Two words, or one twice. */
  readonly pair: readonly string[];
  /** The answerer's name. */
  readonly name: readonly string[];
  /** A whole sentence, as firms and receptions answer. */
  readonly sentence: readonly string[];
  /** A machine's announcement. */
  readonly greeting: readonly string[];
}
