import { normal } from '../session/completion.ts';
import { idOfEvent } from './default-id.ts';
import { element } from './element.ts';

/** <accept>: answers an alerting connection (CCXML 1.0 §10.5.1). The id defaults to the connection of the event being processed. */
export const accept = element({
  tag: 'accept',
  section: '10.5.1',
  content: 'empty',
  attributes: {
    connectionid: { kind: 'string', oldNames: ['callid', 'connid'] },
    hints: { kind: 'object' },
  },
  perform(values, node, run) {
    const { hints } = values;
    const connection = values.connectionid ?? idOfEvent(run, 'connectionid');
    if (connection === undefined) return run.semantic(node, 'accept: no connectionid, and the event has none');
    run.request({ do: 'accept', connection, reason: undefined, hints: run.hintsOf(hints) });
    return normal;
  },
});
