/** An event in a session's queue: what `event$` will be (CCXML 1.0 §9.3). Plain data. */
export interface EventData {
  readonly name: string;
  readonly eventid: string;
  readonly eventsource: string;
  readonly eventsourcetype: string;
  readonly [property: string]: unknown;
}

/** Properties the platform alone sets: a namelist cannot forge them. */
const reservedProperties: ReadonlySet<string> = new Set(['name', 'eventid', 'eventsource', 'eventsourcetype']);

/** What a sender may set of an event. */
export function unreserved(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([name]) => !reservedProperties.has(name)));
}
