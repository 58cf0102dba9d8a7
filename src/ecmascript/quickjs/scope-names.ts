import { runtimeNames } from './quickjs-scope.ts';

/** The names that scopes of one realm go by, and which texts could use one. */
export class ScopeNames {
  readonly #names: string[] = [];

  add(name: string): void {
    if (!this.#names.includes(name)) this.#names.push(name);
  }

  concern(text: string): boolean {
    return this.#names.some((name) => text.includes(name)) || runtimeNames.test(text);
  }
}
