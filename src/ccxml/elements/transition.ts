import { element } from './element.ts';

/** <transition>: what to do with an event (CCXML 1.0 §9.2.2). */
export const transition = element({
  tag: 'transition',
  section: '9.2.2',
  content: 'executable',
  attributes: { state: { kind: 'literal' }, event: { kind: 'literal' }, cond: { kind: 'condition' }, name: { kind: 'literal' } },
});
