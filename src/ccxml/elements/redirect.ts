import { normal } from '../session/completion.ts';
import { idOfEvent } from './default-id.ts';
import { element } from './element.ts';

/** <redirect>: sends an alerting or connected connection elsewhere (CCXML 1.0 §10.5.2). */
export const redirect = element({
  tag: 'redirect',
  section: '10.5.2',
  content: 'empty',
  attributes: {
    connectionid: { kind: 'string', oldNames: ['callid', 'connid'] },
    dest: { kind: 'uri', required: true },
    reason: { kind: 'string' },
    hints: { kind: 'object' },
  },
  perform(values, node, run) {
    const { dest, reason, hints } = values;
    const connection = values.connectionid ?? idOfEvent(run, 'connectionid');
    if (connection === undefined) return run.semantic(node, 'redirect: no connectionid, and the event has none');
    run.request({ do: 'redirect', connection, dest, reason, hints: run.hintsOf(hints) });
    return normal;
  },
});
