import type { ElementRun } from '../session/element-run.ts';

/** Where an id attribute is left out, the identifier in the event being processed is meant (CCXML 1.0 §10.5.1 and others). */
export function idOfEvent(run: ElementRun, property: 'connectionid' | 'dialogid' | 'conferenceid'): string | undefined {
  const id = run.event?.[property];
  return typeof id === 'string' && id !== '' ? id : undefined;
}
