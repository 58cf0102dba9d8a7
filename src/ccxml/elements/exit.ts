import { element } from './element.ts';

/** <exit>: ends the session (CCXML 1.0 §6.2.10). */
export const exit = element({
  tag: 'exit',
  section: '6.2.10',
  content: 'empty',
  attributes: { expr: { kind: 'any' }, namelist: { kind: 'namelist' } },
  perform(values) {
    return { type: 'exit', value: values.expr, values: values.namelist ?? {} };
  },
});
