import { normal } from '../session/completion.ts';
import { element } from './element.ts';

/** <unjoin>: ends the bridge between two endpoints (CCXML 1.0 §10.5.8). */
export const unjoin = element({
  tag: 'unjoin',
  section: '10.5.8',
  content: 'empty',
  attributes: { id1: { kind: 'string', required: true }, id2: { kind: 'string', required: true }, hints: { kind: 'object' } },
  perform(values, _node, run) {
    const { id1, id2, hints } = values;
    run.request({ do: 'unjoin', id1, id2, hints: run.hintsOf(hints) });
    return normal;
  },
});
