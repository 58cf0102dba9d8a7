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

/** The moment of the tick; `look` counts the ticks. */
interface Moment {
  now: number;
  look: number;
}

/** Ages at a moment, worked out when they are first asked for. */
class Ages {
  readonly #since: readonly number[];
  readonly #moment: Readonly<Moment>;
  readonly #ages: number[] = [];
  #look = -1;

  constructor(since: readonly number[], moment: Readonly<Moment>) {
    this.#since = since;
    this.#moment = moment;
  }

  get now(): readonly number[] {
    const ages = this.#ages;
    const { now, look } = this.#moment;
    if (this.#look === look) return ages;
    this.#look = look;
    const since = this.#since;
    while (ages.length > since.length) ages.pop();
    for (let i = 0; i < since.length; i++) ages[i] = now - (since[i] as number);
    return ages;
  }

  get count(): number {
    return this.#since.length;
  }
}

/*
 * Classes rather than literals with getters: a literal's getters are made anew for each run, and every place that reads them would
 * have to be compiled for all of them.
 */

class AgentsPicture {
  idle = 0;
  readonly #talking: Ages;
  readonly #wrapping: Ages;

  constructor(lists: Lists, moment: Readonly<Moment>) {
    this.#talking = new Ages(lists.talking.since, moment);
    this.#wrapping = new Ages(lists.wrapping.since, moment);
  }

  get talking(): readonly number[] {
    return this.#talking.now;
  }

  get wrapping(): readonly number[] {
    return this.#wrapping.now;
  }

  get talkingCount(): number {
    return this.#talking.count;
  }

  get wrappingCount(): number {
    return this.#wrapping.count;
  }

  /** What a pacer behind a pipe is told. */
  toJSON(): Omit<PacingState['agents'], 'talkingCount' | 'wrappingCount'> {
    return { idle: this.idle, talking: this.talking, wrapping: this.wrapping };
  }
}

class CallsPicture {
  readonly #ringing: Ages;
  readonly #classifying: Ages;
  readonly #waiting: Ages;

  constructor(lists: Lists, moment: Readonly<Moment>) {
    this.#ringing = new Ages(lists.ringing.since, moment);
    this.#classifying = new Ages(lists.classifying.since, moment);
    this.#waiting = new Ages(lists.waiting, moment);
  }

  get ringing(): readonly number[] {
    return this.#ringing.now;
  }

  get classifying(): readonly number[] {
    return this.#classifying.now;
  }

  get waiting(): readonly number[] {
    return this.#waiting.now;
  }

  get outCount(): number {
    return this.#ringing.count + this.#classifying.count + this.#waiting.count;
  }

  toJSON(): Omit<PacingState['calls'], 'outCount'> {
    return { ringing: this.ringing, classifying: this.classifying, waiting: this.waiting };
  }
}

class CallsOfKnownContacts extends CallsPicture {
  readonly #ids: readonly number[];
  readonly #contacts: KnownContacts;

  constructor(lists: Lists, moment: Readonly<Moment>, contacts: KnownContacts) {
    super(lists, moment);
    this.#ids = lists.ringing.ids;
    this.#contacts = contacts;
  }

  get ringingOf(): readonly ContactClass[] {
    return this.#ids.map((_, i) => this.#contacts.ringing(i));
  }

  override toJSON(): Omit<PacingState['calls'], 'outCount'> {
    return { ...super.toJSON(), ringingOf: this.ringingOf };
  }
}

const noneKnown: readonly ContactClass[] = [];

/** The floor as a pacer sees it at a tick. Its arrays are filled anew for each tick, and only those that are read. */
export class FloorPicture implements PacingState {
  readonly agents: AgentsPicture;
  readonly calls: CallsPicture;
  readonly limits: PacingLimits;
  contactsLeft = 0;
  readonly #moment: Moment = { now: 0, look: 0 };
  readonly #contacts: KnownContacts | undefined;

  constructor(lists: Lists, limits: PacingLimits, contacts?: KnownContacts) {
    this.limits = limits;
    this.#contacts = contacts;
    this.agents = new AgentsPicture(lists, this.#moment);
    this.calls = contacts === undefined ? new CallsPicture(lists, this.#moment) : new CallsOfKnownContacts(lists, this.#moment, contacts);
  }

  get next(): readonly ContactClass[] {
    return this.#contacts?.next() ?? noneKnown;
  }

  /** The moment of a tick has come. */
  look(now: number, idle: number, contactsLeft: number): void {
    this.#moment.now = now;
    this.#moment.look += 1;
    this.agents.idle = idle;
    this.contactsLeft = contactsLeft;
  }
}
