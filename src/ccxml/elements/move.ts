import type { EventData } from '../events/event-data.ts';
import { normal } from '../session/completion.ts';
import { element } from './element.ts';

/** <move>: gives an event source, or an event with its source, to another session (CCXML 1.0 §9.2.4). */
export const move = element({
  tag: 'move',
  section: '9.2.4',
  content: 'empty',
  attributes: { source: { kind: 'string' }, event: { kind: 'any' }, sessionid: { kind: 'string', required: true } },
  check: (has) => (has('source') || has('event') ? undefined : 'source or event is needed'),
  perform(values, node, run) {
    const { source, event, sessionid } = values;
    if (event !== undefined && !isEvent(event)) return run.semantic(node, 'move: event is no event object');
    run.request({ do: 'move', source, event, session: sessionid });
    return normal;
  },
});

function isEvent(value: unknown): value is EventData {
  return typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)['name'] === 'string';
}
