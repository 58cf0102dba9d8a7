/**
 * Event names and patterns (CCXML 1.0 §9.2.2): `*` stands for any run of characters, also none, wherever it stands; everything
 * else is matched literally and to the end.
 */
export type EventMatcher = (name: string) => boolean;

export function compileEventPattern(pattern: string): EventMatcher {
  if (!pattern.includes('*')) return (name) => name === pattern;
  const parts = pattern.split('*');
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  const middle = parts.slice(1, -1).filter((part) => part !== '');
  return (name) => {
    if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
    let at = first.length;
    const end = name.length - last.length;
    for (const part of middle) {
      const found = name.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return at <= end;
  };
}

/** A name `<send>` may carry: tokens of letters, digits, `_`, `-`, `$` and the like, separated by single dots. */
export function isEventName(name: string): boolean {
  return /^[^\s.*]+(\.[^\s.*]+)*$/.test(name);
}
