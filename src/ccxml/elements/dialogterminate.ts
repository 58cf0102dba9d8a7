import { normal } from '../session/completion.ts';
import { element } from './element.ts';

/** <dialogterminate>: ends a dialog, at once or after its own clean-up (CCXML 1.0 §7.2.3). */
export const dialogterminate = element({
  tag: 'dialogterminate',
  section: '7.2.3',
  content: 'empty',
  attributes: { dialogid: { kind: 'string', required: true, oldNames: ['sessionid'] }, immediate: { kind: 'boolean' }, hints: { kind: 'object' } },
  perform(values, _node, run) {
    const { dialogid, immediate, hints } = values;
    run.request({ do: 'dialogterminate', dialog: dialogid, immediate: immediate ?? false, hints: run.hintsOf(hints) });
    return normal;
  },
});
