import type { IoAnswer } from '../io-processor/basic-http.ts';
import type { FetchOutcome, FetchRequest } from '../session/session-protocol.ts';
import type { PostOutcome, ResourceLoader } from './resource-loader.ts';

/** Posts to the server's own I/O processors, which the address policy need not allow, are answered without the network. */
export class OwnAddressResources implements ResourceLoader {
  readonly #next: ResourceLoader;
  readonly #handle: (uri: string, form: readonly (readonly [string, string])[]) => IoAnswer | undefined;

  /** `handle`: undefined when the address is not one of ours. */
  constructor(next: ResourceLoader, handle: (uri: string, form: readonly (readonly [string, string])[]) => IoAnswer | undefined) {
    this.#next = next;
    this.#handle = handle;
  }

  load(request: FetchRequest, signal: AbortSignal): Promise<FetchOutcome> {
    return this.#next.load(request, signal);
  }

  post(request: Parameters<ResourceLoader['post']>[0], signal: AbortSignal): Promise<PostOutcome> {
    const own = this.#handle(request.uri, request.form);
    return own === undefined ? this.#next.post(request, signal) : Promise.resolve({ ok: true, status: own.status });
  }
}
