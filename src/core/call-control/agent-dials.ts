import type { Clock, Timer } from '../../kernel/clock.ts';
import type { AgentId, AttemptId, IdSource, JobId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { PacingKind } from '../pacing/pacing.ts';
import type { AttemptGate, AttemptSource, ChosenAgent, ContactNumber, ContactOffer, DiallingAgents, DialFailure, LeasedContact } from '../ports.ts';
import type { AttemptRunner } from './attempt-runner.ts';
import type { ContactClasses } from './contact-class.ts';
import type { DriverSettings } from './driver-settings.ts';
import type { SharedLines } from './shared-lines.ts';

/** How agents of a running job may dial. */
export interface AgentDialTerms {
  readonly kind: PacingKind;
  readonly driver: DriverSettings;
  readonly classes: ContactClasses;
  /** Preview: dialled by itself after so long. */
  readonly autoDialMs?: number;
  readonly canCancel: boolean;
  /** Where the contact may be reached, the usual number first. */
  readonly numbersOf: (contact: LeasedContact) => readonly ContactNumber[];
}

export interface AgentDialsDeps {
  readonly source: AttemptSource;
  readonly gate: AttemptGate;
  readonly runner: Pick<AttemptRunner, 'start' | 'calls'>;
  readonly agents: DiallingAgents;
  readonly lines: Pick<SharedLines, 'room' | 'dialled'>;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  /** Undefined: the job does not run. */
  readonly terms: (job: JobId) => AgentDialTerms | undefined;
}

export type DialRefusal = 'wrongState' | 'notPermitted' | 'notAuthorised' | 'unknownNumber' | 'contactTaken' | 'dialNotBegun';
export type DialReply = { readonly accepted: true; readonly session: AttemptId } | { readonly accepted: false; readonly why: DialRefusal; readonly text: string };

interface Shown {
  readonly session: AttemptId;
  readonly agent: ChosenAgent;
  readonly offer: ContactOffer;
  readonly terms: AgentDialTerms;
  contact: LeasedContact;
  /** A command about it is under way. */
  busy: boolean;
  /** The agent left while the command was under way. */
  left: boolean;
  /** The lease is not held any more. */
  lost: boolean;
  renew: Timer | undefined;
  renewal: Promise<void> | undefined;
  dial: Timer | undefined;
}

export const previewCancelled = 'Preview_Cancelled';
const retryLineMs = 1_000;
const retryStartMs = 10_000;

/**
 * Contacts that agents dial: shown to one agent before (preview) or asked for by hand (manual), each held by a lease that is renewed
 * while it is on the screen, and let through the one gate when it is dialled. What is not dialled goes back to its job.
 */
export class AgentDials {
  readonly #deps: AgentDialsDeps;
  readonly #shown = new Map<AttemptId, Shown>();

  constructor(deps: AgentDialsDeps) {
    this.#deps = deps;
  }

  /** Shows a contact of a preview job to an idle agent; without one it goes back to the job. */
  async show(contact: LeasedContact): Promise<void> {
    const { source, agents, ids, terms } = this.#deps;
    const kept = await source.keep(contact);
    if (kept === undefined) return;
    const now = terms(contact.job);
    const session = ids.next('attempt');
    const offer: ContactOffer | undefined = now?.kind === 'preview' ? { contactType: 'Preview', numbers: now.numbersOf(kept), ...(now.autoDialMs === undefined ? {} : { dialsAfterMs: now.autoDialMs }) } : undefined;
    const agent = offer === undefined ? undefined : agents.show(contact.job, session, kept, offer);
    if (now === undefined || offer === undefined || agent === undefined) return source.giveBack(kept);
    const shown = this.#add(session, agent, kept, offer, now);
    if (offer.dialsAfterMs !== undefined) this.#dialAfter(shown, offer.dialsAfterMs);
  }

  /** AGTPreviewDial, and the end of a timed preview. */
  async dial(session: AttemptId, number?: string): Promise<DialReply> {
    const shown = this.#shown.get(session);
    if (shown === undefined || shown.busy) return refused('wrongState', 'the contact is not on the screen, or is being dialled');
    const chosen = number === undefined ? shown.offer.numbers[0] : shown.offer.numbers.find((n) => n.number === number);
    if (chosen === undefined) return refused('unknownNumber', `${number ?? 'none'} is no number of the contact; it has ${shown.offer.numbers.map((n) => n.number).join(', ')}`);
    if (!this.#deps.agents.dialling(shown.agent.agent, session)) return refused('wrongState', 'the agent does not have the contact on the screen');
    return this.#place(shown, chosen);
  }

  /** AGTPreviewCancel. */
  async cancel(session: AttemptId): Promise<DialReply> {
    const shown = this.#shown.get(session);
    if (shown === undefined || shown.busy) return refused('wrongState', 'the contact is not on the screen, or is being dialled');
    if (!shown.terms.canCancel) return refused('notPermitted', 'the campaign has its previews dialled (campaign.preview.canCancel)');
    const { source, agents } = this.#deps;
    await this.#hold(shown);
    if (shown.lost) {
      this.#remove(shown);
      agents.previewOver(shown.agent.agent, session);
      return refused('wrongState', 'the contact is not held any more: its job is over');
    }
    try {
      await source.decline(shown.contact, previewCancelled, `cancelled by agent ${shown.agent.agent}`);
    } catch (error) {
      shown.busy = false;
      if (shown.left) this.#giveBack(shown);
      else this.#renewInTime(shown);
      return refused('dialNotBegun', `the store did not take it: ${String(error)}`);
    }
    this.#remove(shown);
    agents.previewOver(shown.agent.agent, session);
    return { accepted: true, session };
  }

  /** AGTManualDial: `number` in E.164. */
  async dialByHand(agent: AgentId, job: JobId, number: string): Promise<DialReply> {
    const { source, agents, ids, terms } = this.#deps;
    const now = terms(job);
    if (now?.kind !== 'manual') return refused('notPermitted', now === undefined ? 'the job of the agent does not run' : `the job is paced by ${now.kind}; agents dial by hand in manual jobs`);
    const contact = await source.leaseNumber(job, number);
    if (contact === 'unknown') return refused('unknownNumber', `${number} is no contact of the job`);
    if (contact === 'taken') return refused('contactTaken', `${number} is with somebody else, or done with in this job`);
    const session = ids.next('attempt');
    const offer: ContactOffer = { contactType: 'Manual', numbers: now.numbersOf(contact) };
    const chosen = agents.dialByHand(agent, job, session, contact, offer);
    if (chosen === undefined) {
      await source.giveBack(contact);
      return refused('wrongState', 'the agent is not idle');
    }
    return this.#place(this.#add(session, chosen, contact, offer, now), { name: 'phone', number: contact.address, isDefault: true });
  }

  /** The agent left a contact before it was dialled: it goes back. True when there was such a contact. */
  giveUp(session: AttemptId): boolean {
    const shown = this.#shown.get(session);
    if (shown === undefined) return false;
    shown.left = true;
    if (!shown.busy) this.#giveBack(shown);
    return true;
  }

  /** The job is paused or over: what is on screens goes back to it. What is being dialled is an attempt already, or is refused by the record. */
  recall(job: JobId): void {
    for (const shown of [...this.#shown.values()]) {
      if (shown.contact.job !== job || shown.busy) continue;
      this.#giveBack(shown);
      this.#deps.agents.previewOver(shown.agent.agent, shown.session);
    }
  }

  async #place(shown: Shown, to: ContactNumber): Promise<DialReply> {
    const { gate, source, runner, clock, logger } = this.#deps;
    const { session, agent, terms } = shown;
    await this.#hold(shown);
    const contact = (): LeasedContact => ({ ...shown.contact, address: to.number });
    try {
      if (shown.lost) return this.#fail(shown, { completionCode: 'Not_Attempted', reason: 'the contact is not held any more: its job is over' }, 'dialNotBegun');
      if (!this.#takeLine(shown.contact.job)) return this.#again(shown, { completionCode: 'Not_Attempted', reason: 'no line is free' }, retryLineMs);
      const verdict = await gate.authorise({ contact: contact(), asker: 'agent', channel: 'voice', now: clock.now() });
      if (shown.left) return this.#dropped(shown);
      if (!verdict.allowed) {
        logger.info({ contact: shown.contact.contact, agent: agent.agent, code: verdict.code, reason: verdict.reason }, 'attempt not authorised');
        const failure = { completionCode: verdict.code, reason: verdict.reason };
        // Another number of the contact may still be allowed.
        if (!to.isDefault) return this.#again(shown, failure, undefined, 'notAuthorised');
        await source.refuse(shown.contact, verdict);
        return this.#fail(shown, failure, 'notAuthorised');
      }
      if (this.#deps.terms(shown.contact.job) === undefined) throw new Error('the job does not run any more');
      await runner.start(contact(), { ...terms.driver, classify: false }, terms.classes.of(shown.contact, clock.now()), { session, agent, contactType: shown.offer.contactType });
      this.#shown.delete(session);
      return { accepted: true, session };
    } catch (error) {
      logger.error({ contact: shown.contact.contact, agent: agent.agent, error: String(error) }, 'agent\'s attempt not started');
      await source.giveBack(shown.contact, clock.now() + retryStartMs).catch((e: unknown) => logger.error({ contact: shown.contact.contact, error: String(e) }, 'lease not given back; its deadline frees the contact'));
      return this.#fail(shown, { completionCode: 'Not_Attempted', reason: error instanceof Error ? error.message : String(error) }, 'dialNotBegun');
    }
  }

  #takeLine(job: JobId): boolean {
    const { lines, runner } = this.#deps;
    const { up, unplaced } = runner.calls(job);
    const room = lines.room(job, up, unplaced);
    if (room.dials < 1) return false;
    lines.dialled(job, 1, room);
    return true;
  }

  /** A preview is on the screen again; by hand, there is nothing to go back to. */
  #again(shown: Shown, failure: DialFailure, autoDialMs: number | undefined, why: DialRefusal = 'dialNotBegun'): DialReply {
    if (shown.left) return this.#dropped(shown);
    if (shown.offer.contactType === 'Manual') {
      this.#giveBack(shown);
      return this.#fail(shown, failure, why);
    }
    shown.busy = false;
    this.#deps.agents.previewAgain(shown.agent.agent, shown.session, failure);
    this.#renewInTime(shown);
    const { dialsAfterMs } = shown.offer;
    if (dialsAfterMs !== undefined) this.#dialAfter(shown, autoDialMs ?? dialsAfterMs);
    return refused(why, failure.reason);
  }

  #dropped(shown: Shown): DialReply {
    this.#giveBack(shown);
    return this.#fail(shown, { completionCode: 'Not_Attempted', reason: 'released before it was dialled' }, 'dialNotBegun');
  }

  #fail(shown: Shown, failure: DialFailure, why: DialRefusal): DialReply {
    this.#remove(shown);
    this.#deps.agents.dialFailed(shown.agent.agent, shown.session, failure);
    return refused(why, failure.reason);
  }

  #add(session: AttemptId, agent: ChosenAgent, contact: LeasedContact, offer: ContactOffer, terms: AgentDialTerms): Shown {
    const shown: Shown = { session, agent, offer, terms, contact, busy: false, left: false, lost: false, renew: undefined, renewal: undefined, dial: undefined };
    this.#shown.set(session, shown);
    this.#renewInTime(shown);
    return shown;
  }

  #dialAfter(shown: Shown, ms: number): void {
    shown.dial = this.#deps.clock.after(ms, () => void this.dial(shown.session));
  }

  /** Nothing else happens to the contact from now on, and its lease stands. */
  async #hold(shown: Shown): Promise<void> {
    shown.busy = true;
    shown.dial?.cancel();
    shown.renew?.cancel();
    await shown.renewal;
  }

  /** A lease is renewed when half of it is over, so that a store that is away for a moment loses no contact. */
  #renewInTime(shown: Shown): void {
    const { clock } = this.#deps;
    shown.renew = clock.after(Math.max(500, (shown.contact.leaseExpiresAt - clock.now()) / 2), () => {
      shown.renewal = this.#renew(shown).finally(() => (shown.renewal = undefined));
    });
  }

  async #renew(shown: Shown): Promise<void> {
    const { source, agents, logger } = this.#deps;
    try {
      const kept = await source.keep(shown.contact);
      if (kept !== undefined) shown.contact = kept;
      shown.lost = kept === undefined;
    } catch (error) {
      logger.error({ contact: shown.contact.contact, error: String(error) }, 'lease of a previewed contact not renewed; trying again');
    }
    if (shown.busy || this.#shown.get(shown.session) !== shown) return;
    if (!shown.lost) return this.#renewInTime(shown);
    // Its job has stopped, or the lease ran out: somebody else may have the contact.
    this.#remove(shown);
    agents.previewOver(shown.agent.agent, shown.session);
  }

  #giveBack(shown: Shown): void {
    const { source, logger } = this.#deps;
    this.#remove(shown);
    (shown.renewal ?? Promise.resolve()).then(() => source.giveBack(shown.contact)).catch((error: unknown) => logger.error({ contact: shown.contact.contact, error: String(error) }, 'lease not given back; its deadline frees the contact'));
  }

  #remove(shown: Shown): void {
    this.#shown.delete(shown.session);
    shown.renew?.cancel();
    shown.dial?.cancel();
  }
}

const refused = (why: DialRefusal, text: string): DialReply => ({ accepted: false, why, text });
