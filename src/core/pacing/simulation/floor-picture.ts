import type { ContactClass, PacingLimits, PacingState } from '../pacing.ts';
import type { SinceList } from './since-list.ts';

interface Lists {
  readonly talking: SinceList;
  readonly wrapping: SinceList;
  readonly ringing: SinceList;
  readonly classifying: SinceList;
  /** Since when each waits, the longest first. */
  readonly waiting: readonly number[];
}

/** What is known of the contacts: of the ringing call at a place, and of those to come. */
export interface KnownContacts {
  ringing(place: number): ContactClass;
  next(): readonly ContactClass[];
}

/** Ages at a moment, worked out when they are first asked for. */
class Ages {
  readonly #since: readonly number[];
  readonly #ages: number[] = [];
  #at = Number.NaN;

  constructor(since: readonly number[]) {
    this.#since = since;
  }

  at(now: number, look: number): readonly number[] {
    const ages = this.#ages;
    if (this.#at === look) return ages;
    this.#at = look;
    const since = this.#since;
    while (ages.length > since.length) ages.pop();
    for (let i = 0; i < since.length; i++) ages[i] = now - (since[i] as number);
    return ages;
  }
}

/** The floor as a pacer sees it at a tick. Its arrays are filled anew for each tick, and only those that are read. */
export class FloorPicture implements PacingState {
  readonly agents: PacingState['agents'];
  readonly calls: PacingState['calls'];
  readonly limits: PacingLimits;
  contactsLeft = 0;
  #now = 0;
  #look = 0;
  #idle = 0;

  readonly #contacts: KnownContacts | undefined;

  constructor(lists: Lists, limits: PacingLimits, contacts?: KnownContacts) {
    this.limits = limits;
    this.#contacts = contacts;
    const talking = new Ages(lists.talking.since);
    const wrapping = new Ages(lists.wrapping.since);
    const ringing = new Ages(lists.ringing.since);
    const classifying = new Ages(lists.classifying.since);
    const waiting = new Ages(lists.waiting);
    const ages = (of: Ages): readonly number[] => of.at(this.#now, this.#look);
    const idle = (): number => this.#idle;
    this.agents = {
      get idle() {
        return idle();
      },
      get talking() {
        return ages(talking);
      },
      get wrapping() {
        return ages(wrapping);
      },
    };
    const calls = {
      get ringing() {
        return ages(ringing);
      },
      get classifying() {
        return ages(classifying);
      },
      get waiting() {
        return ages(waiting);
      },
    };
    this.calls = contacts === undefined ? calls : {
      get ringing() {
        return calls.ringing;
      },
      get classifying() {
        return calls.classifying;
      },
      get waiting() {
        return calls.waiting;
      },
      get ringingOf() {
        return lists.ringing.ids.map((_, i) => contacts.ringing(i));
      },
    };
  }

  get next(): readonly ContactClass[] {
    return this.#contacts?.next() ?? [];
  }

  /** The moment of a tick has come. */
  look(now: number, idle: number, contactsLeft: number): void {
    this.#now = now;
    this.#look += 1;
    this.#idle = idle;
    this.contactsLeft = contactsLeft;
  }
}
