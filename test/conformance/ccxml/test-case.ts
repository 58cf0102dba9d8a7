import { existsSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** The sidecar of a test document (the suite's README, "Sidecar"). Times in ms. */
export interface Sidecar {
  readonly values?: Readonly<Record<string, unknown>>;
  readonly calls?: readonly InboundCall[];
  readonly inject?: readonly { readonly after: number; readonly event: string; readonly data?: Readonly<Record<string, unknown>> }[];
  readonly timeLimitMs?: number;
  readonly expectAbort?: boolean;
}

export interface InboundCall {
  readonly after: number;
  readonly from: string;
  readonly to: string;
  readonly then?: readonly { readonly after: number; readonly do: 'hangup' | 'cancel' | 'dtmf'; readonly digits?: string }[];
}

export interface TestCase {
  readonly name: string;
  readonly uri: string;
  readonly sidecar: Sidecar;
  readonly timeLimitMs: number;
}

export function readTestCase(file: string): TestCase {
  const name = file.replace(/^.*\//, '').replace(/\.ccxml$/, '');
  const sidecarFile = file.replace(/\.ccxml$/, '.json');
  const sidecar = existsSync(sidecarFile) ? (JSON.parse(readFileSync(sidecarFile, 'utf8')) as Sidecar) : {};
  return { name, uri: pathToFileURL(file).href, sidecar, timeLimitMs: sidecar.timeLimitMs ?? 10_000 };
}
