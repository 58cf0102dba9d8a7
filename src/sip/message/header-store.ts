import { splitList } from './grammar.ts';
import { headerKey, isListHeader, knownName } from './header-names.ts';

/** One header line. */
export interface HeaderField {
  /** Canonical name; for an unknown header the name as it was written. */
  readonly name: string;
  /** See `headerKey`. */
  readonly key: string;
  /** Unfolded and trimmed. */
  readonly value: string;
}

/** A header can be read as one value, as all its values, or as its first value alone. */
type TypedSlot = 'one' | 'all' | 'first';

/** A parsed value; few headers of a message are ever parsed, so they are searched, not hashed. */
interface Typed {
  readonly key: string;
  readonly slot: TypedSlot;
  readonly value: unknown;
  readonly next: Typed | undefined;
}

/** A line end in a value would let its author write further headers. */
const clean = (value: string): string => (value.includes('\n') || value.includes('\r') ? value.replace(/[\r\n]+\s*/g, ' ').trim() : value);

/** The header lines of one message in wire order. Names are taken in any spelling. */
export class HeaderStore {
  #fields: HeaderField[];
  /** Typed values parsed so far, by key; emptied for a key when it changes. */
  #typed: Typed | undefined;

  constructor(fields: HeaderField[] = []) {
    this.#fields = fields;
  }

  get fields(): readonly HeaderField[] {
    return this.#fields;
  }

  /** The text of the first line of that name. */
  get(name: string): string | undefined {
    const key = headerKey(name);
    for (const field of this.#fields) if (field.key === key) return field.value;
    return undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** The text of every line of that name, unsplit. */
  lines(name: string): string[] {
    const key = headerKey(name);
    let values: string[] | undefined;
    for (const field of this.#fields) {
      if (field.key !== key) continue;
      // An array that begins with its element has room for that alone; an empty one that grows takes room for many.
      if (values === undefined) values = [field.value];
      else values.push(field.value);
    }
    return values ?? [];
  }

  /** Every value of that name; lines are split on commas where the header is a list. */
  all(name: string): string[] {
    const key = headerKey(name);
    const list = isListHeader(key);
    let values: string[] | undefined;
    for (const field of this.#fields) {
      if (field.key !== key) continue;
      const more = list ? splitList(field.value) : [field.value];
      if (values === undefined) values = more;
      else values.push(...more);
    }
    return values ?? [];
  }

  /** Replaces every line of that name, at the place of the first one, else at the end. */
  set(name: string, value: string | readonly string[]): void {
    if (typeof value === 'string') {
      // The usual case: one line, none or one before.
      const field = HeaderStore.#field(name, value);
      const first = this.#fields.findIndex(({ key }) => key === field.key);
      if (first < 0) this.#fields.push(field);
      else if (this.#fields.findLastIndex(({ key }) => key === field.key) === first) this.#fields[first] = field;
      else this.#fields = this.#fields.flatMap((old, at) => (at === first ? [field] : old.key === field.key ? [] : [old]));
      return this.#forget(field.key);
    }
    const made = value.map((text) => HeaderStore.#field(name, text));
    const key = headerKey(name);
    const at = this.#fields.findIndex((field) => field.key === key);
    if (at < 0) this.#fields.push(...made);
    else {
      const rest = this.#fields.slice(at).filter((field) => field.key !== key);
      this.#fields = [...this.#fields.slice(0, at), ...made, ...rest];
    }
    this.#forget(key);
  }

  /** Adds a line behind the last one. */
  append(name: string, value: string): void {
    const field = HeaderStore.#field(name, value);
    this.#fields.push(field);
    this.#forget(field.key);
  }

  /** Adds a line before every other: what a new Via or Record-Route needs. */
  prepend(name: string, value: string): void {
    const field = HeaderStore.#field(name, value);
    this.#fields.unshift(field);
    this.#forget(field.key);
  }

  /** Replaces the first *value* of a list header, or removes it when `value` is undefined; other values stay. */
  replaceFirst(name: string, value: string | undefined): void {
    const key = headerKey(name);
    const at = this.#fields.findIndex((field) => field.key === key);
    const field = this.#fields[at];
    if (field === undefined) {
      if (value !== undefined) this.append(name, value);
      return;
    }
    const rest = isListHeader(key) ? splitList(field.value).slice(1) : [];
    const values = value === undefined ? rest : [clean(value), ...rest];
    if (values.length === 0) this.#fields.splice(at, 1);
    else this.#fields[at] = { name: field.name, key, value: values.join(', ') };
    this.#forget(key);
  }

  remove(name: string): void {
    const key = headerKey(name);
    this.#fields = this.#fields.filter((field) => field.key !== key);
    this.#forget(key);
  }

  clone(): HeaderStore {
    return new HeaderStore(this.#fields.slice());
  }

  /** What `parse` made of the header `key` (a canonical name), kept until the header changes. */
  typed<T>(key: string, slot: TypedSlot, parse: (headers: HeaderStore) => T): T {
    for (let known = this.#typed; known !== undefined; known = known.next) if (known.key === key && known.slot === slot) return known.value as T;
    const value = parse(this);
    this.#typed = { key, slot, value, next: this.#typed };
    return value;
  }

  #forget(key: string): void {
    let kept: Typed | undefined;
    let found = false;
    for (let known = this.#typed; known !== undefined; known = known.next) {
      if (known.key === key) found = true;
      else kept = { ...known, next: kept };
    }
    if (found) this.#typed = kept;
  }

  static #field(name: string, value: string): HeaderField {
    const known = knownName(name);
    return { name: known ?? name, key: known ?? headerKey(name), value: clean(value) };
  }
}
