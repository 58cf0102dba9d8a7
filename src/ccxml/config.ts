import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../kernel/package-root.ts';
import { defaultSessionLimits, type SessionLimits } from './session/session-protocol.ts';

/** How the CCXML server runs; what is left out has the default. */
export interface CcxmlConfig {
  /** Threads that run the sessions of one group. */
  readonly workers: number;
  /** Groups of sessions (`StartSession.group`) whose thread is started with the server. */
  readonly groups: readonly string[];
  /** Addresses below which pages are trusted with a shared thread from the start; others have to show themselves first. */
  readonly provenUnder: readonly string[];
  /** Memory of all sessions of one thread together, octets. */
  readonly workerMemoryBytes: number;
  /** A session that holds its thread longer is ended, ms. */
  readonly stuckAfterMs: number;
  readonly maxSessions: number;
  readonly limits: SessionLimits;
  /** The HTTP door of `basichttp` and `createsession`; undefined: closed. */
  readonly basicHttp: BasicHttpConfig | undefined;
}

export interface BasicHttpConfig {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly user?: string;
  readonly password?: string;
  readonly maxBodyBytes?: number;
  /** What `session.ioprocessors` says when others reach the server under another address. */
  readonly publicAddress?: string;
}

export const defaultCcxmlConfig: CcxmlConfig = {
  workers: 1,
  groups: [],
  provenUnder: [pathToFileURL(join(packageRoot(), 'ccxml')).href],
  workerMemoryBytes: 1024 * 1024 * 1024,
  stuckAfterMs: 750,
  maxSessions: 10_000,
  limits: defaultSessionLimits,
  basicHttp: undefined,
};

export type CcxmlSettings = Partial<Omit<CcxmlConfig, 'limits'>> & { readonly limits?: Partial<SessionLimits> };
