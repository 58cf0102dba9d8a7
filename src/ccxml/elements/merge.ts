import { normal } from '../session/completion.ts';
import { element } from './element.ts';

/** <merge>: joins two connections in the network and frees both here (CCXML 1.0 §10.5.10). */
export const merge = element({
  tag: 'merge',
  section: '10.5.10',
  content: 'empty',
  attributes: {
    connectionid1: { kind: 'string', required: true },
    connectionid2: { kind: 'string', required: true },
    hints: { kind: 'object' },
  },
  perform(values, _node, run) {
    const { connectionid1, connectionid2, hints } = values;
    run.request({ do: 'merge', connection1: connectionid1, connection2: connectionid2, hints: run.hintsOf(hints) });
    return normal;
  },
});
