import { normal } from '../session/completion.ts';
import { element } from './element.ts';

/** <destroyconference>: detaches this session; the last one takes the conference down (CCXML 1.0 §10.5.6). */
export const destroyconference = element({
  tag: 'destroyconference',
  section: '10.5.6',
  content: 'empty',
  attributes: { conferenceid: { kind: 'string', required: true }, hints: { kind: 'object' } },
  perform(values, _node, run) {
    run.request({ do: 'destroyconference', conference: values.conferenceid, hints: run.hintsOf(values.hints) });
    return normal;
  },
});
