import { normal } from '../session/completion.ts';
import { element } from './element.ts';

/** <log>: a line for the author (CCXML 1.0 §6.2.11). */
export const log = element({
  tag: 'log',
  section: '6.2.11',
  content: 'empty',
  attributes: { label: { kind: 'string' }, expr: { kind: 'any', required: true } },
  perform(values, _node, run) {
    const { label, expr } = values;
    run.log(label, typeof expr === 'string' ? expr : JSON.stringify(expr) ?? String(expr));
    return normal;
  },
});
