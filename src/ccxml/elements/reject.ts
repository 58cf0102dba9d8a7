import { normal } from '../session/completion.ts';
import { idOfEvent } from './default-id.ts';
import { element } from './element.ts';

/** <reject>: refuses an alerting connection (CCXML 1.0 §10.5.3). The id defaults to the connection of the event being processed. */
export const reject = element({
  tag: 'reject',
  section: '10.5.3',
  content: 'empty',
  attributes: {
    connectionid: { kind: 'string', oldNames: ['callid', 'connid'] },
    reason: { kind: 'string' },
    hints: { kind: 'object' },
  },
  perform(values, node, run) {
    const { hints } = values;
    const connection = values.connectionid ?? idOfEvent(run, 'connectionid');
    if (connection === undefined) return run.semantic(node, 'reject: no connectionid, and the event has none');
    run.request({ do: 'reject', connection, reason: values.reason, hints: run.hintsOf(hints) });
    return normal;
  },
});
