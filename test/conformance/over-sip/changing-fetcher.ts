import type { Compiled, FetchError, Fetcher, FetchRequest, Resource } from '../../../src/fetch/fetch.ts';
import type { Result } from '../../../src/kernel/result.ts';

/** A fetcher that starts afresh for each test, cache and all. */
export class ChangingFetcher implements Fetcher {
  readonly #make: () => Fetcher;
  #current: Fetcher;

  constructor(make: () => Fetcher) {
    this.#make = make;
    this.#current = make();
  }

  async renew(): Promise<void> {
    const old = this.#current;
    this.#current = this.#make();
    await old.close();
  }

  fetch(request: FetchRequest): Promise<Result<Resource, FetchError>> {
    return this.#current.fetch(request);
  }

  prefetch(request: FetchRequest): void {
    this.#current.prefetch(request);
  }

  compiled<T>(kind: string, request: FetchRequest, compile: (resource: Resource) => T): Promise<Result<Compiled<T>, FetchError>> {
    return this.#current.compiled(kind, request, compile);
  }

  close(): Promise<void> {
    return this.#current.close();
  }
}
