import type { TraceEntry } from '../ccxml/session/session-protocol.ts';

/** A step of a session in one line, as `nailup ccxml run` and `trace` print it. */
export function describeStep(entry: TraceEntry): string {
  const short = (place: string): string => place.replace(/^.*\//, '');
  switch (entry.what) {
    case 'event': return `${entry.name} ${shorten(Object.fromEntries(Object.entries(entry.event).filter(([k]) => !['name', 'eventid', 'eventsource', 'eventsourcetype', 'protocol'].includes(k))))}`;
    case 'transition': return `${entry.event}${entry.state === undefined ? '' : ` in state ${entry.state}`} (${short(entry.place)})`;
    case 'unhandled': return entry.event;
    case 'element': return `<${entry.tag}> (${short(entry.place)})`;
    case 'state': return `${entry.from} -> ${entry.to}`;
    case 'document': return short(entry.uri);
  }
}

/** An object as JSON, cut where a line would become unreadable. */
export function shorten(value: object): string {
  const text = JSON.stringify(value);
  return text.length > 240 ? `${text.slice(0, 240)}…` : text;
}
