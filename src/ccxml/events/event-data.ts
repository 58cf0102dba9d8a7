/** An event in a session's queue: what `event$` will be (CCXML 1.0 §9.3). Plain data. */
export interface EventData {
  readonly name: string;
  readonly eventid: string;
  readonly eventsource: string;
  readonly eventsourcetype: string;
  readonly [property: string]: unknown;
}

/** Properties the platform alone sets: a namelist cannot forge them. */
export const reservedProperties: ReadonlySet<string> = new Set(['name', 'eventid', 'eventsource', 'eventsourcetype']);
