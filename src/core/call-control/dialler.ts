import type { Clock, Timer } from '../../kernel/clock.ts';
import type { JobId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { callsOut } from '../pacing/floor-counts.ts';
import type { ContactClass, Pacer, PacingDecision, PacingFact, PacingLimits, PacingState } from '../pacing/pacing.ts';
import type { AgentPool, AttemptAsker, AttemptChannel, AttemptGate, AttemptSource, GateVerdict, LeasedContact } from '../ports.ts';
import type { AgentDials } from './agent-dials.ts';
import type { CallsOfJob } from './job-calls.ts';
import { ContactClasses } from './contact-class.ts';
import type { LineRoom, SharedLines } from './shared-lines.ts';

/** Makes a job's attempts: calls, or messages. */
export interface AttemptMaker {
  readonly channel: AttemptChannel;
  /** The contact with its address in that channel; empty: it has none. */
  addressed(contact: LeasedContact): LeasedContact;
  /** Rejects when the attempt cannot be recorded; then nobody is dialled. */
  start(contact: LeasedContact, of: ContactClass): Promise<unknown>;
  /** Attempts of the job without their result. */
  open(job: JobId): number;
  calls(job: JobId): CallsOfJob;
  /** What happened since the last call, for the pacer. */
  takeFacts(job: JobId): readonly PacingFact[];
}

export interface DiallerDeps {
  readonly source: AttemptSource;
  readonly gate: AttemptGate;
  readonly attempts: AttemptMaker;
  readonly pool: AgentPool;
  readonly dials: Pick<AgentDials, 'show'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lines: Pick<SharedLines, 'room' | 'dialled'>;
  /** Figures of the inbound skill that paces an agentless job; undefined: none, or too old. */
  readonly skill?: (job: JobId) => PacingState['skill'];
  /** Told before the pacer is, in order. */
  readonly facts: (job: JobId, facts: readonly PacingFact[]) => void;
  readonly observe: (decision: DialDecision) => void;
}

/** One look of a dialler at its job. */
export interface DialDecision {
  readonly job: JobId;
  /** Wall time. */
  readonly at: number;
  readonly state: PacingState;
  readonly room: LineRoom;
  readonly pacer: Pacer;
  readonly decision: PacingDecision;
}

export interface DiallerSettings {
  readonly job: JobId;
  /** The contact list's name. */
  readonly list: string;
  readonly limits: PacingLimits;
  /** Contacts leased ahead of need, at most. */
  readonly batch: number;
  readonly tickMs: number;
}

/** Of so many contacts the pacer is told what is known of them. */
const nextKnown = 50;

/** The loop of one running job: asks the pacer how many, the source for whom, the gate whether, and starts attempts. */
export class Dialler {
  readonly #deps: DiallerDeps;
  readonly #settings: DiallerSettings;
  readonly #classes: ContactClasses;
  #pacer: Pacer;
  #limits: PacingLimits;
  #state: 'stopped' | 'running' | 'paused' = 'stopped';
  #timer: Timer | undefined;
  readonly #buffer: LeasedContact[] = [];
  #leasing = false;
  #starting = 0;
  #exhaustedUntil = 0;
  #resolveDrained: (() => void) | undefined;

  constructor(deps: DiallerDeps, settings: DiallerSettings, pacer: Pacer) {
    this.#deps = deps;
    this.#settings = settings;
    this.#limits = settings.limits;
    this.#classes = new ContactClasses(settings.list);
    this.#pacer = pacer;
  }

  get job(): JobId {
    return this.#settings.job;
  }

  get running(): boolean {
    return this.#state === 'running';
  }

  get classes(): ContactClasses {
    return this.#classes;
  }

  get #byHand(): boolean {
    return this.#pacer.kind === 'manual';
  }

  get pacer(): Pacer {
    return this.#pacer;
  }

  /** Live change of kind, parameters or limits: the new pacer starts with what is out now. What has happened so far went to the old one. */
  setPacer(pacer: Pacer, limits: PacingLimits): void {
    this.#pacer = pacer;
    this.#limits = limits;
    // Agents who dial by hand must find every contact in the job.
    if (this.#byHand) this.#giveBackUnused().catch((error: unknown) => this.#deps.logger.error({ job: this.job, error: String(error) }, 'leases not given back; their deadline frees the contacts'));
    this.wake();
  }

  /** Hands what has happened to the pacer, and to the campaign's ledger. */
  takeFacts(): void {
    const facts = this.#deps.attempts.takeFacts(this.job);
    this.#deps.facts(this.job, facts);
    this.#pacer.observe(facts, this.#deps.clock.monotonic());
  }

  start(): void {
    this.#state = 'running';
    this.#arm(0);
  }

  pause(): void {
    this.#state = 'paused';
    this.#timer?.cancel();
  }

  /** No new calls; leased contacts go back. Resolves when every attempt of the job has its result. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#timer?.cancel();
    await this.#giveBackUnused();
    if (this.#deps.attempts.open(this.job) > 0 || this.#starting > 0) await new Promise<void>((resolve) => (this.#resolveDrained = resolve));
  }

  /** Something changed (an agent is idle, a call ended): decide now instead of at the next tick. */
  wake(): void {
    if (this.#state === 'stopped' && this.#starting === 0 && this.#deps.attempts.open(this.job) === 0) {
      this.#resolveDrained?.();
      this.#resolveDrained = undefined;
    }
    if (this.#state === 'running') this.#arm(0);
  }

  async #giveBackUnused(): Promise<void> {
    await Promise.all(this.#buffer.splice(0).map((contact) => this.#deps.source.giveBack(contact)));
  }

  #arm(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#deps.clock.after(delayMs, () => this.#tick());
  }

  #tick(): void {
    if (this.#state !== 'running') return;
    this.#arm(this.#settings.tickMs);
    this.#refill();
    const { clock, pool, attempts, lines } = this.#deps;
    const now = clock.monotonic();
    this.takeFacts();
    const { up, unplaced, ...known } = attempts.calls(this.job);
    // A contact whose start is under way (gate, record) is out already.
    const calls = { ...known, ringing: [...known.ringing, ...new Array<number>(this.#starting).fill(0)], ringingOf: [...known.ringingOf, ...new Array<object>(this.#starting).fill({})] };
    const out = callsOut({ calls });
    const agents = pool.snapshot(this.job, now);
    pool.setNeed(this.job, this.#byHand ? Number.POSITIVE_INFINITY : this.#buffer.length + out + agents.talking.length + agents.wrapping.length + agents.dialling, out);
    const room = lines.room(this.job, up + this.#starting, unplaced + this.#starting);
    const skill = this.#deps.skill?.(this.job);
    const state: PacingState = {
      agents,
      calls,
      contactsLeft: this.#buffer.length,
      next: this.#buffer.slice(0, nextKnown).map((contact) => this.#classes.of(contact, clock.now())),
      limits: { ...this.#limits, maxConcurrentCalls: Math.min(this.#limits.maxConcurrentCalls, out + agents.talking.length + room.dials) },
      ...(skill === undefined ? {} : { skill }),
    };
    const decision = this.#pacer.decide(state, now);
    const preview = this.#pacer.kind === 'preview';
    // What is shown to agents takes a line when they dial it.
    if (!preview) lines.dialled(this.job, decision.dial, room);
    this.#deps.observe({ job: this.job, at: clock.now(), state, room, pacer: this.#pacer, decision });
    // A supervisor's floor finds nobody to show contacts to.
    for (let i = preview ? Math.min(decision.dial, agents.idle - this.#starting) : decision.dial; i > 0; i--) {
      const contact = this.#buffer.shift();
      if (contact === undefined) break;
      void this.#begin(contact, preview).finally(() => {
        if (this.#state === 'stopped') this.wake();
      });
    }
  }

  async #begin(contact: LeasedContact, preview: boolean): Promise<void> {
    const { source, attempts, clock, logger } = this.#deps;
    try {
      const now = clock.now();
      const verdict = contact.leaseExpiresAt <= now ? undefined : await this.#authorise(contact, now, preview ? 'agent' : 'pacer');
      // The lease ran out in the buffer: somebody else may have the contact by now.
      if (verdict === undefined) return;
      if (this.#state !== 'running' || (this.#pacer.kind === 'preview') !== preview) return await source.giveBack(contact);
      if (verdict.allowed) {
        if (preview) return await this.#show(contact);
        await attempts.start(contact, this.#classes.of(contact, now));
        return;
      }
      logger.info({ contact: contact.contact, code: verdict.code, reason: verdict.reason }, 'attempt not authorised');
      await source.refuse(contact, verdict);
    } catch (error) {
      logger.error({ contact: contact.contact, error: String(error) }, 'attempt not started');
      await source.giveBack(contact, clock.now() + 10_000).catch((e: unknown) => logger.error({ contact: contact.contact, error: String(e) }, 'lease not given back; its deadline frees the contact'));
    }
  }

  /** Until an agent has it on the screen, the contact counts as out. */
  async #show(contact: LeasedContact): Promise<void> {
    this.#starting += 1;
    try {
      await this.#deps.dials.show(contact);
    } finally {
      this.#starting -= 1;
    }
  }

  /** While the gate thinks, the contact counts as out; from then on it counts as an attempt. */
  async #authorise(contact: LeasedContact, now: number, asker: AttemptAsker): Promise<GateVerdict> {
    this.#starting += 1;
    try {
      return await this.#deps.gate.authorise({ contact, asker, channel: this.#deps.attempts.channel, now });
    } finally {
      this.#starting -= 1;
    }
  }

  #refill(): void {
    const { source, clock, logger } = this.#deps;
    if (this.#byHand || this.#leasing || this.#buffer.length * 2 > this.#settings.batch || clock.monotonic() < this.#exhaustedUntil) return;
    this.#leasing = true;
    source
      .lease(this.job, this.#settings.batch - this.#buffer.length)
      .then(async (contacts) => {
        if (this.#state !== 'running' || this.#byHand) {
          await Promise.all(contacts.map((c) => source.giveBack(c)));
          return;
        }
        this.#buffer.push(...contacts.map((contact) => this.#deps.attempts.addressed(contact)));
        if (contacts.length === 0) this.#exhaustedUntil = clock.monotonic() + this.#settings.tickMs;
        else this.#arm(0);
      })
      .catch((error: unknown) => logger.error({ job: this.job, error: String(error) }, 'no contacts leased; trying again'))
      .finally(() => {
        this.#leasing = false;
      });
  }
}
