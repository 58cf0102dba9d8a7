import type { Clock, Timer } from '../../kernel/clock.ts';
import type { AttemptId, IdSource, JobId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Result } from '../../kernel/result.ts';
import type { MessageSender, OutgoingMessage, SendOutcome } from '../../messaging/messaging.ts';
import type { LeasedContact, OutcomeSink } from '../ports.ts';
import { untilStored } from '../until-stored.ts';
import { messageCodes, outcomeUnknown, type MessageFacts } from './message-codes.ts';

/** How a job's messages are made and sent. */
export interface MessageSettings {
  readonly channel: keyof typeof messageCodes;
  readonly sender: MessageSender;
  /** The message for a contact, whose address is that of the channel; or why it cannot be written. */
  readonly compose: (contact: LeasedContact, id: AttemptId) => Result<OutgoingMessage, string>;
  /** A report of its delivery is waited for so long; 0: the attempt is over when the message is sent. */
  readonly deliveryReportMs: number;
}

export interface MessageAttemptsDeps {
  readonly outcomes: Pick<OutcomeSink, 'begin' | 'note' | 'finish'>;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  readonly finished: (job: JobId) => void;
}

export type DeliveryState = 'delivered' | 'failed' | 'bounced';

interface OpenMessage {
  readonly id: AttemptId;
  readonly contact: LeasedContact;
  readonly settings: MessageSettings;
  readonly startedAt: number;
  readonly since: number;
  /** While its delivery is waited for. */
  report: ((state: DeliveryState | 'silent', reason: string) => void) | undefined;
}

/** Attempts that are messages: recorded before anything leaves, sent once, finished exactly once. */
export class MessageAttempts {
  readonly #deps: MessageAttemptsDeps;
  readonly #open = new Map<AttemptId, OpenMessage>();
  #stopping = false;

  constructor(deps: MessageAttemptsDeps) {
    this.#deps = deps;
  }

  has(id: AttemptId): boolean {
    return this.#open.has(id);
  }

  get open(): number {
    return this.#open.size;
  }

  /** Ages of a job's messages that are on their way; those whose delivery alone is waited for are not. */
  underWay(job: JobId): readonly number[] {
    const now = this.#deps.clock.monotonic();
    return this.#of(job).filter((message) => message.report === undefined).map(({ since }) => now - since);
  }

  count(job: JobId): number {
    return this.#of(job).length;
  }

  /** Rejects when it cannot be recorded; then nothing is sent. What comes after is told to the sink. */
  async start(contact: LeasedContact, settings: MessageSettings): Promise<void> {
    const { clock, ids, outcomes, logger, finished } = this.#deps;
    const open: OpenMessage = { id: ids.next('attempt'), contact, settings, startedAt: clock.now(), since: clock.monotonic(), report: undefined };
    this.#open.set(open.id, open);
    try {
      await outcomes.begin({ attempt: open.id, contact, startedAt: open.startedAt, facts: facts(open, 'recorded') });
    } catch (error) {
      this.#open.delete(open.id);
      throw error;
    }
    this.#run(open).catch((error: unknown) => logger.error({ attempt: open.id, error: String(error) }, 'message: background work failed')).finally(() => {
      this.#open.delete(open.id);
      finished(contact.job);
    });
  }

  /** What a gateway tells of a message that it took over. False when nobody waits for it: its result stands. */
  delivery(id: AttemptId, state: DeliveryState, reason: string): boolean {
    const report = this.#open.get(id)?.report;
    report?.(state, reason);
    return report !== undefined;
  }

  /** The server stops: what is sent counts as sent. */
  stopWaiting(): void {
    this.#stopping = true;
    for (const { report } of this.#open.values()) report?.('silent', 'the server stopped');
  }

  async #run(open: OpenMessage): Promise<void> {
    const { settings, contact, id } = open;
    const codes = messageCodes[settings.channel];
    const composed = settings.compose(contact, id);
    if (!composed.ok) return this.#finish(open, codes.failed, { reason: composed.error });
    // Before anything leaves: a server that dies from here on must not send it again.
    await this.#note(open, 'sending');
    const outcome = await settings.sender.send(composed.value);
    if (outcome.how !== 'sent') return this.#finish(open, outcome.how === 'unknown' ? outcomeUnknown : codes[outcome.how], { reason: outcome.reason });
    if (settings.deliveryReportMs === 0 || this.#stopping) return this.#finish(open, codes.sent, { detail: outcome.detail });
    await this.#delivered(open, outcome);
  }

  async #delivered(open: OpenMessage, sent: Extract<SendOutcome, { how: 'sent' }>): Promise<void> {
    const codes = messageCodes[open.settings.channel];
    let timer: Timer | undefined;
    const reported = new Promise<{ state: DeliveryState | 'silent'; reason: string }>((resolve) => {
      open.report = (state, reason) => resolve({ state, reason });
      timer = this.#deps.clock.after(open.settings.deliveryReportMs, () => resolve({ state: 'silent', reason: 'no report of its delivery' }));
    });
    await this.#note(open, 'sent');
    this.#deps.finished(open.contact.job);
    const { state, reason } = await reported;
    timer?.cancel();
    await this.#finish(open, state === 'silent' ? codes.sent : codes[state], { detail: sent.detail, ...(reason === '' ? {} : { reason }) });
  }

  async #note(open: OpenMessage, message: MessageFacts['message']): Promise<void> {
    await untilStored(() => this.#deps.outcomes.note(open.id, facts(open, message)), `message ${open.id}`, this.#deps);
  }

  async #finish(open: OpenMessage, completionCode: string, exit: Readonly<Record<string, unknown>>): Promise<void> {
    const { outcomes, clock } = this.#deps;
    const { id, contact, startedAt } = open;
    const result = { attempt: id, contact: contact.contact, job: contact.job, completionCode, startedAt, endedAt: clock.now(), nuisance: false, times: {}, exit };
    await untilStored(() => outcomes.finish(result), `result of message ${id}`, this.#deps);
  }

  #of(job: JobId): readonly OpenMessage[] {
    return [...this.#open.values()].filter(({ contact }) => contact.job === job);
  }
}

const facts = ({ settings }: OpenMessage, message: MessageFacts['message']): Record<string, unknown> => ({ message, channel: settings.channel } satisfies MessageFacts);
