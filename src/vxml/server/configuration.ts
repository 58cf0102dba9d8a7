import type { VxmlLimits } from '../session/limits.ts';

export interface VxmlConfiguration {
  /** Worker threads; 0 runs dialogs in this thread (tests, one-off runs). Default 1. */
  readonly workers?: number;
  /** Where audio that is fetched over the network is kept. */
  readonly audioFolder: string;
  readonly limits?: Partial<VxmlLimits>;
  /** Platform defaults of properties (§6.3), e.g. `{ timeout: '7s' }`. */
  readonly properties?: Readonly<{ [name: string]: string }>;
  readonly fetch?: FetchConfiguration;
  /** All ECMAScript of one thread together. Default 512 MiB. */
  readonly scriptMemoryBytes?: number;
  /** A worker that does not answer for this long is ended with its dialogs. Default 5000. */
  readonly watchdogMs?: number;
}

/** Plain data, handed to each worker's fetcher. */
export interface FetchConfiguration {
  /** Ranges that may be reached beside the public ones, e.g. `127.0.0.0/8`. */
  readonly allowedRanges?: readonly string[];
  /** Folders below which `file:` addresses are served. */
  readonly fileRoots?: readonly string[];
  readonly hosts?: Readonly<Record<string, string>>;
  readonly maxBytes?: number;
  /** Of audio that is played while it comes. */
  readonly maxStreamedBytes?: number;
  readonly cacheBytes?: number;
}
