import { NailupError } from '../kernel/nailup-error.ts';
import { commandConfig } from './store.ts';

export interface OperatorOptions {
  /** `http://host:port` of a running server; absent: as the configuration says. */
  readonly server?: string;
  readonly config?: string;
  /** Absent: NAILUP_API_TOKEN of the environment. */
  readonly token?: string;
}

/** Asks a running server's operator API. */
export class OperatorClient {
  readonly #base: string;
  readonly #token: string | undefined;

  constructor(options: OperatorOptions) {
    const http = options.server === undefined ? commandConfig(options.config).http : undefined;
    const host = http === undefined ? '' : http.host === '0.0.0.0' ? '127.0.0.1' : http.host.includes(':') ? `[${http.host === '::' ? '::1' : http.host}]` : http.host;
    this.#base = (options.server ?? `http://${host}:${http?.port ?? 0}`).replace(/\/$/, '');
    this.#token = options.token ?? process.env['NAILUP_API_TOKEN'];
  }

  /** @throws NailupError what the server says, or SERVER_UNREACHABLE. */
  get<T>(path: string): Promise<T> {
    return this.#ask('GET', path);
  }

  /** @throws NailupError what the server says, or SERVER_UNREACHABLE. */
  post<T>(path: string, body: object = {}): Promise<T> {
    return this.#ask('POST', path, body);
  }

  /** The answer itself, for what is streamed. @throws NailupError as `get` does. */
  open(path: string, signal: AbortSignal): Promise<Response> {
    return this.#send('GET', path, undefined, signal);
  }

  async #ask<T>(method: string, path: string, sent?: object): Promise<T> {
    return (await (await this.#send(method, path, sent)).json()) as T;
  }

  async #send(method: string, path: string, sent?: object, signal?: AbortSignal): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${this.#base}${path}`, {
        method,
        headers: { ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }), ...(sent === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      throw new NailupError('SERVER_UNREACHABLE', 'no server answers', { place: this.#base, mend: 'Start nailup serve, or name its address with --server.', cause: error });
    }
    if (response.ok) return response;
    const body = (await response.json().catch(() => ({}))) as { error?: string; code?: string; mend?: string };
    throw new NailupError('SERVER_REFUSED', `${body.error ?? response.statusText}${body.code === undefined ? '' : ` (${body.code})`}`, {
      place: `${this.#base}${path}`, ...(response.status === 401 ? { mend: 'Give --token, or set NAILUP_API_TOKEN.' } : body.mend === undefined ? {} : { mend: body.mend }),
    });
  }
}
