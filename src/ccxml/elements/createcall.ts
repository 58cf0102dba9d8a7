import type { ConnectionId } from '../../kernel/ids.ts';
import { newConnection } from '../objects/connection.ts';
import { normal } from '../session/completion.ts';
import { element } from './element.ts';

/** Directions of `joindirection`, seen from the new call. */
const directions = ['both', 'calltransmit', 'callreceive'] as const;

/** <createcall>: dials; the outcome comes as connection events (CCXML 1.0 §10.5.4). */
export const createcall = element({
  tag: 'createcall',
  section: '10.5.4',
  content: 'empty',
  attributes: {
    dest: { kind: 'uri', required: true },
    connectionid: { kind: 'location', oldNames: ['name', 'callid'] },
    aai: { kind: 'any' },
    callerid: { kind: 'string' },
    hints: { kind: 'object' },
    timeout: { kind: 'time' },
    joinid: { kind: 'string' },
    joindirection: { kind: 'enumeration', values: directions },
  },
  perform(values, node, run) {
    const { dest, connectionid, aai, callerid, hints, timeout, joinid, joindirection } = values;
    const connection = run.newId('connection') as ConnectionId;
    if (connectionid !== undefined) {
      const stored = run.store(node, connectionid, connection);
      if (stored.type !== 'normal') return stored;
    }
    if (run.full) return run.semantic(node, 'createcall: this session has too many connections, dialogs and conferences');
    if (joinid !== undefined && joinid === '') return run.semantic(node, 'createcall: joinid is empty');
    run.addObject('connections', connection, newConnection(connection, dest));
    run.request({
      do: 'createcall',
      connection,
      dest,
      callerId: callerid,
      aai: aai === undefined || aai === null ? undefined : typeof aai === 'string' ? aai : JSON.stringify(aai),
      timeoutMs: timeout,
      join: joinid === undefined ? undefined : { id: joinid, direction: joindirection ?? 'both' },
      hints: run.hintsOf(hints),
    });
    return normal;
  },
});
