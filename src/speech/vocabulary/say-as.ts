/** What is to be joined: words and phrases of the vocabulary, pauses, and marks. Text of no known words is listed as such. */
export type Spoken =
  | { readonly kind: 'phrase'; readonly phrase: string }
  | { readonly kind: 'pause'; readonly ms: number }
  | { readonly kind: 'mark'; readonly name: string }
  | { readonly kind: 'unknown'; readonly text: string };

/** How a language says numbers, dates and the like, as words of its vocabulary; undefined: not of that form. */
export interface SayAs {
  /** BCP 47 primary tag, also the folder of its recordings. */
  readonly language: string;
  cardinal(digits: string): readonly string[] | undefined;
  ordinal(value: number): readonly string[] | undefined;
  digits(text: string): readonly string[] | undefined;
  /** Letters, digits and signs one by one. */
  characters(text: string): readonly string[] | undefined;
  /** `-12.50`, `1,234`. */
  number(text: string): readonly string[] | undefined;
  /** `UUUmm.nn`, or with a sign: `$12.50` (VoiceXML 2.0 App. P currency). */
  currency(text: string): readonly string[] | undefined;
  /** `yyyymmdd` with `?` for what is unknown (VoiceXML 2.0 App. P date), or fields in the order of `format` (`mdy`, `ymd`, `md` …). */
  date(text: string, format: string): readonly string[] | undefined;
  /** `hhmmx`, x of a, p, h, ? (VoiceXML 2.0 App. P time), or `3:30 pm`. */
  time(text: string): readonly string[] | undefined;
  /** Pauses between groups are phrases of the form `,`. */
  telephone(text: string): readonly string[] | undefined;
  boolean(text: string): readonly string[] | undefined;
}
