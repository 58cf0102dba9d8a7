/** The primary language of a tag (BCP 47 §2.2.1), in small letters: `pt-BR` → `pt`. */
export const primaryLanguage = (tag: string): string => (tag.split('-')[0] ?? '').toLowerCase();

/** Whether an engine for some languages (`*`: any) takes one: the same primary language is enough, as regions differ in accent alone. */
export const speaksLanguage = (languages: readonly string[], wanted: string): boolean => languages.some((known) => known === '*' || primaryLanguage(known) === primaryLanguage(wanted));
