/** How a failure of PostgreSQL or of the way to it is to be taken (PostgreSQL docs, Appendix A "Error Codes"). */
export type FailureKind =
  /** 40001, 40P01: the transaction was rolled back, trying again is right. */
  | 'conflict'
  /**
   * Certain to have changed nothing. EPIPE: the server had closed the connection before the request was written. 57P01: the
   * session was ended by an administrator or a shutdown, which it heeds before a commit or after its answer, never between
   * (tcop/postgres.c, ProcessInterrupts). 57P03: it is starting up.
   */
  | 'unsent'
  /** The connection broke or was refused: what was sent may have been done. 57P02: the server crashed. */
  | 'connection'
  /** 53300: no connection slot is free. */
  | 'crowded'
  | 'other';

const connectionCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'ETIMEDOUT', 'EHOSTUNREACH', '57P02', '08000', '08003', '08006', '08001', '08004']);

export function failureKind(error: unknown): FailureKind {
  if (typeof error !== 'object' || error === null) return 'other';
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code === '40001' || code === '40P01') return 'conflict';
  if (code === '53300') return 'crowded';
  if (code === 'EPIPE' || code === '57P01' || code === '57P03') return 'unsent';
  if (typeof code === 'string' && connectionCodes.has(code)) return 'connection';
  return /Connection terminated|Client has encountered a connection error|timeout expired|Connection ended/.test(String(message)) ? 'connection' : 'other';
}
