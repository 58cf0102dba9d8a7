import type { Table } from '../../kernel/machine.ts';

/**
 * A connection's life (CCXML 1.0 §10.2). Written in capitals, states a page sees; DIALLING, ACCEPTING, REFUSING, REDIRECTING, MERGING
 * and ENDING lie between a command and its outcome.
 */
export type ConnectionState =
  | 'DIALLING' | 'PROGRESSING' | 'ALERTING' | 'ACCEPTING' | 'REFUSING' | 'CONNECTED' | 'REDIRECTING' | 'MERGING' | 'ENDING'
  | 'DISCONNECTED' | 'FAILED' | 'REDIRECTED' | 'MERGED' | 'ERROR';

export type ConnectionStep =
  | 'accept' | 'reject' | 'redirect' | 'disconnect' | 'merge'
  | 'alerting' | 'progressing' | 'connected' | 'disconnected' | 'failed' | 'redirected' | 'merged' | 'error' | 'refused';

/** A command that a state's row does not name is error.connection.wrongstate; an event it does not name is too late and dropped. */
export const connectionMachine: Table<ConnectionState, ConnectionStep, never> = {
  DIALLING: {
    progressing: ['PROGRESSING'], connected: ['CONNECTED'], failed: ['FAILED'], disconnected: ['DISCONNECTED'], disconnect: ['ENDING'],
    redirected: ['REDIRECTED'], error: ['ERROR'], refused: ['FAILED'],
  },
  PROGRESSING: {
    progressing: ['PROGRESSING'], connected: ['CONNECTED'], failed: ['FAILED'], disconnected: ['DISCONNECTED'], disconnect: ['ENDING'],
    redirected: ['REDIRECTED'], error: ['ERROR'],
  },
  // §10.5.1–3: only an alerting connection is accepted, refused, or redirected before it is answered.
  ALERTING: {
    accept: ['ACCEPTING'], reject: ['REFUSING'], redirect: ['REDIRECTING'], disconnect: ['REFUSING'],
    connected: ['CONNECTED'], failed: ['FAILED'], disconnected: ['DISCONNECTED'], redirected: ['REDIRECTED'], error: ['ERROR'],
  },
  ACCEPTING: { connected: ['CONNECTED'], failed: ['FAILED'], disconnected: ['DISCONNECTED'], disconnect: ['ENDING'], error: ['ALERTING'], refused: ['ALERTING'] },
  REFUSING: { failed: ['FAILED'], disconnected: ['DISCONNECTED'], error: ['ALERTING'], refused: ['ALERTING'] },
  CONNECTED: {
    redirect: ['REDIRECTING'], merge: ['MERGING'], disconnect: ['ENDING'],
    disconnected: ['DISCONNECTED'], failed: ['FAILED'], redirected: ['REDIRECTED'], merged: ['MERGED'], error: ['CONNECTED'],
  },
  REDIRECTING: { redirected: ['REDIRECTED'], disconnected: ['DISCONNECTED'], failed: ['FAILED'], error: ['CONNECTED'], refused: ['CONNECTED'], disconnect: ['ENDING'] },
  MERGING: { merged: ['MERGED'], disconnected: ['DISCONNECTED'], failed: ['FAILED'], error: ['CONNECTED'], refused: ['CONNECTED'], disconnect: ['ENDING'] },
  ENDING: { disconnected: ['DISCONNECTED'], failed: ['FAILED'], merged: ['MERGED'], redirected: ['REDIRECTED'], refused: ['DISCONNECTED'] },
  DISCONNECTED: {},
  FAILED: {},
  REDIRECTED: {},
  MERGED: {},
  ERROR: {},
};

const over: ReadonlySet<ConnectionState> = new Set(['DISCONNECTED', 'FAILED', 'REDIRECTED', 'MERGED', 'ERROR']);

/** Nothing more comes for it. */
export function isOver(state: ConnectionState): boolean {
  return over.has(state);
}
