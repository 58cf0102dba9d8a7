import type { ContactClass } from '../pacing/pacing.ts';
import type { LeasedContact } from '../ports.ts';

const minuteMs = 60_000;

/** Tells pacing what is known of a contact before it is dialled. */
export class ContactClasses {
  readonly #list: string;
  readonly #hours = new Map<string, { readonly minute: number; readonly hour: number | undefined }>();
  readonly #formats = new Map<string, Intl.DateTimeFormat | undefined>();

  constructor(list: string) {
    this.#list = list;
  }

  of(contact: LeasedContact, now: number): ContactClass {
    const hour = this.#hourIn(contact.timeZone, now);
    return { list: this.#list, attempt: contact.attemptNumber, ...(hour === undefined ? {} : { hour }) };
  }

  /** Asked for every contact of a tick, so a zone is looked up once a minute. */
  #hourIn(zone: string, now: number): number | undefined {
    const minute = Math.floor(now / minuteMs);
    const known = this.#hours.get(zone);
    if (known?.minute === minute) return known.hour;
    const text = this.#format(zone)?.format(now);
    const hour = text === undefined ? undefined : Number(text);
    this.#hours.set(zone, { minute, hour });
    return hour;
  }

  #format(zone: string): Intl.DateTimeFormat | undefined {
    if (this.#formats.has(zone)) return this.#formats.get(zone);
    let format: Intl.DateTimeFormat | undefined;
    try {
      format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hour: '2-digit', hourCycle: 'h23' });
    } catch {
      // Etc/Unknown, and zones that this machine's data does not have: the hour stays unknown.
      format = undefined;
    }
    this.#formats.set(zone, format);
    return format;
  }
}
