import { normal } from '../session/completion.ts';
import { idOfEvent } from './default-id.ts';
import { element } from './element.ts';

/** <disconnect>: ends a connection (CCXML 1.0 §10.5.9). The id defaults to the connection of the event being processed. */
export const disconnect = element({
  tag: 'disconnect',
  section: '10.5.9',
  content: 'empty',
  attributes: {
    connectionid: { kind: 'string', oldNames: ['callid', 'connid'] },
    reason: { kind: 'string' },
    hints: { kind: 'object' },
  },
  perform(values, node, run) {
    const { hints } = values;
    const connection = values.connectionid ?? idOfEvent(run, 'connectionid');
    if (connection === undefined) return run.semantic(node, 'disconnect: no connectionid, and the event has none');
    run.request({ do: 'disconnect', connection, reason: values.reason, hints: run.hintsOf(hints) });
    return normal;
  },
});
