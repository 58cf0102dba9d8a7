import { element } from './element.ts';

/** <eventprocessor>: holds the transitions, examined in document order (CCXML 1.0 §9.2.1). */
export const eventprocessor = element({
  tag: 'eventprocessor',
  section: '9.2.1',
  content: 'executable',
  attributes: { statevariable: { kind: 'location' } },
});

/** The state variable of a page that names none. */
export const defaultStateVariable = 'state$';
