import { defaultSessionLimits, type SessionLimits } from './session/session-protocol.ts';

/** How the CCXML server runs; what is left out has the default. */
export interface CcxmlConfig {
  /** Threads that run sessions. */
  readonly workers: number;
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
  workerMemoryBytes: 1024 * 1024 * 1024,
  stuckAfterMs: 750,
  maxSessions: 10_000,
  limits: defaultSessionLimits,
  basicHttp: undefined,
};

export type CcxmlSettings = Partial<Omit<CcxmlConfig, 'limits'>> & { readonly limits?: Partial<SessionLimits> };
