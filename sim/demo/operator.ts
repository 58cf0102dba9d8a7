/** The demo's own client of the operator API. */
export class Operator {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  async healthy(deadlineMs: number): Promise<void> {
    for (const end = Date.now() + deadlineMs; ; ) {
      try {
        if ((await fetch(`${this.#base}/health`)).ok) return;
      } catch (error) {
        if (Date.now() > end) throw new Error(`the server does not answer at ${this.#base}/health`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  get<T>(path: string): Promise<T> {
    return this.#ask<T>('GET', path);
  }

  post<T>(path: string, body: object = {}): Promise<T> {
    return this.#ask<T>('POST', path, body);
  }

  async #ask<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(this.#base + path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) });
    const json = (await response.json()) as T & { error?: string };
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${json.error ?? ''}`);
    return json;
  }
}

/** GET /api/status. */
export interface Status {
  readonly jobs: readonly { readonly id: string; readonly state: string; readonly campaign: string }[];
  readonly calls: Readonly<Record<string, number>>;
  readonly agents: Readonly<Record<string, number>>;
  readonly occupancy: number;
  readonly progress: { readonly contacts: number; readonly finished: number };
  readonly abandonRate: number;
  readonly pacing: string;
}

/** GET /api/jobs/:id/attempts. */
export interface AttemptRow {
  readonly id: string;
  readonly address: string;
  readonly completionCode: string;
  readonly person: boolean;
  readonly nuisance: boolean;
  readonly agent: string | null;
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
  readonly times: Readonly<Record<string, number>>;
  readonly exit: Readonly<Record<string, unknown>>;
}
