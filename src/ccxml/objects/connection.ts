import type { ConnectionId, SessionId } from '../../kernel/ids.ts';
import type { ConnectionFacts } from '../platform.ts';
import type { ConnectionState } from './connection.machine.ts';

/** A connection as the host keeps it (CCXML 1.0 §10.2). */
export interface Connection {
  readonly kind: 'connection';
  readonly id: ConnectionId;
  owner: SessionId;
  state: ConnectionState;
  facts: ConnectionFacts;
  /** `<createcall joinid>`: bridged as soon as it is connected. */
  joinOnConnect: { readonly id: string; readonly direction: string } | undefined;
}

/** What a session's connection object shows, but for `input` and `outputs`. */
export function connectionProperties(connection: Connection): Record<string, unknown> {
  const { facts } = connection;
  return {
    connectionid: connection.id,
    state: shownState(connection.state),
    local: facts.local,
    remote: facts.remote,
    originator: facts.originator,
    protocol: { ...facts.protocol, ...(facts.sip === undefined ? {} : { sip: facts.sip }) },
    redirect: facts.redirect,
    aai: facts.aai,
    objecttype: 'connection',
  };
}

/** The object of a call that has just been asked for. */
export function newConnection(id: ConnectionId, dest: string): Record<string, unknown> {
  return { connectionid: id, state: 'PROGRESSING', remote: dest, originator: 'local', protocol: { name: 'sip', version: '2.0' }, redirect: undefined, aai: undefined, input: undefined, outputs: [], objecttype: 'connection' };
}

/** States between a command and its outcome look like the state before it. */
function shownState(state: ConnectionState): string {
  switch (state) {
    case 'DIALLING':
      return 'PROGRESSING';
    case 'ACCEPTING':
    case 'REFUSING':
      return 'ALERTING';
    case 'ENDING':
    case 'REDIRECTING':
    case 'MERGING':
      return 'CONNECTED';
    default:
      return state;
  }
}
