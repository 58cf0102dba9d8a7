/** How a failure of PostgreSQL or of the way to it is to be taken (PostgreSQL docs, Appendix A "Error Codes"). */
export type FailureKind =
  /** 40001, 40P01: the transaction was rolled back, trying again is right. */
  | 'conflict'
  /** The connection broke or was refused; 57P01–57P03: the server goes down or comes up. */
  | 'connection'
  /** 53300: no connection slot is free. */
  | 'crowded'
  | 'other';

const connectionCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT', 'EHOSTUNREACH', '57P01', '57P02', '57P03', '08000', '08003', '08006', '08001', '08004']);

export function failureKind(error: unknown): FailureKind {
  if (!(error instanceof Error)) return 'other';
  const code = (error as { code?: unknown }).code;
  if (code === '40001' || code === '40P01') return 'conflict';
  if (code === '53300') return 'crowded';
  if (typeof code === 'string' && connectionCodes.has(code)) return 'connection';
  return /Connection terminated|Client has encountered a connection error|timeout expired|Connection ended/.test(error.message) ? 'connection' : 'other';
}
