import type { Clock, Timer } from '../../kernel/clock.ts';
import type { JobId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Pacer, PacingDecision, PacingLimits, PacingState } from '../pacing/pacing.ts';
import type { AgentPool, AttemptGate, AttemptSource, LeasedContact } from '../ports.ts';
import type { AttemptRunner, DriverSettings } from './attempt-runner.ts';

export interface DiallerDeps {
  readonly source: AttemptSource;
  readonly gate: AttemptGate;
  readonly runner: AttemptRunner;
  readonly pool: AgentPool;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What the trunk still takes now: lines, and INVITEs in this window. */
  readonly trunkRoom: () => { readonly lines: number; readonly invites: number };
  readonly observe: (decision: { job: JobId; at: number; state: PacingState; decision: PacingDecision }) => void;
}

export interface DiallerSettings {
  readonly job: JobId;
  readonly driver: DriverSettings;
  readonly limits: PacingLimits;
  /** Contacts leased ahead of need, at most. */
  readonly batch: number;
  readonly tickMs: number;
}

/** The loop of one running job: asks the pacer how many, the source for whom, the gate whether, and starts attempts. */
export class Dialler {
  readonly #deps: DiallerDeps;
  readonly #settings: DiallerSettings;
  #pacer: Pacer;
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
    this.#pacer = pacer;
  }

  get job(): JobId {
    return this.#settings.job;
  }

  get pacer(): Pacer {
    return this.#pacer;
  }

  /** Live change of kind or parameters: the new pacer starts with what is out now. */
  setPacer(pacer: Pacer): void {
    this.#pacer = pacer;
    this.wake();
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
    const unused = this.#buffer.splice(0);
    await Promise.all(unused.map((contact) => this.#deps.source.giveBack(contact)));
    if (this.#deps.runner.of(this.job).length > 0 || this.#starting > 0) await new Promise<void>((resolve) => (this.#resolveDrained = resolve));
  }

  /** Something changed (an agent is idle, a call ended): decide now instead of at the next tick. */
  wake(): void {
    if (this.#state === 'stopped' && this.#starting === 0 && this.#deps.runner.of(this.job).length === 0) {
      this.#resolveDrained?.();
      this.#resolveDrained = undefined;
    }
    if (this.#state === 'running') this.#arm(0);
  }

  #arm(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#deps.clock.after(delayMs, () => this.#tick());
  }

  #tick(): void {
    if (this.#state !== 'running') return;
    this.#arm(this.#settings.tickMs);
    this.#refill();
    const { clock, pool, runner } = this.#deps;
    const now = clock.monotonic();
    this.#pacer.observe(runner.takeFacts(this.job), now);
    const snapshot = pool.snapshot(this.job, now);
    const calls = runner.calls(this.job);
    // A contact whose start is under way (gate, record) is out already.
    const ringing = this.#starting === 0 ? calls.ringing : [...calls.ringing, ...new Array<number>(this.#starting).fill(0)];
    const room = this.#deps.trunkRoom();
    const state: PacingState = {
      agents: snapshot,
      calls: { ...calls, ringing },
      contactsLeft: this.#buffer.length,
      limits: { ...this.#settings.limits, maxConcurrentCalls: Math.min(this.#settings.limits.maxConcurrentCalls, room.lines + ringing.length + calls.classifying.length + calls.waiting.length + snapshot.talking.length) },
    };
    const decision = this.#pacer.decide(state, now);
    if (decision.dial > 0) this.#deps.observe({ job: this.job, at: clock.now(), state, decision });
    for (let i = Math.min(decision.dial, room.invites); i > 0; i--) {
      const contact = this.#buffer.shift();
      if (contact === undefined) break;
      this.#starting += 1;
      void this.#begin(contact).finally(() => {
        this.#starting -= 1;
        if (this.#state === 'stopped') this.wake();
      });
    }
  }

  async #begin(contact: LeasedContact): Promise<void> {
    const { gate, source, runner, clock, logger } = this.#deps;
    try {
      const now = clock.now();
      const verdict = contact.leaseExpiresAt <= now
        ? undefined
        : await gate.authorise({ contact, asker: 'pacer', channel: 'voice', now });
      // The lease ran out in the buffer: somebody else may have the contact by now.
      if (verdict === undefined) return;
      if (this.#state !== 'running') return await source.giveBack(contact);
      if (verdict.allowed) {
        await runner.start(contact, this.#settings.driver);
        return;
      }
      logger.info({ contact: contact.contact, code: verdict.code, reason: verdict.reason }, 'attempt not authorised');
      await source.refuse(contact, verdict);
    } catch (error) {
      logger.error({ contact: contact.contact, error: String(error) }, 'attempt not started');
      await source.giveBack(contact, clock.now() + 10_000).catch((e: unknown) => logger.error({ contact: contact.contact, error: String(e) }, 'lease not given back; its deadline frees the contact'));
    }
  }

  #refill(): void {
    const { source, clock, logger } = this.#deps;
    if (this.#leasing || this.#buffer.length * 2 > this.#settings.batch || clock.monotonic() < this.#exhaustedUntil) return;
    this.#leasing = true;
    source
      .lease(this.job, this.#settings.batch - this.#buffer.length)
      .then(async (contacts) => {
        if (this.#state !== 'running') {
          await Promise.all(contacts.map((c) => source.giveBack(c)));
          return;
        }
        this.#buffer.push(...contacts);
        if (contacts.length === 0) this.#exhaustedUntil = clock.monotonic() + this.#settings.tickMs;
        else this.#arm(0);
      })
      .catch((error: unknown) => logger.error({ job: this.job, error: String(error) }, 'no contacts leased; trying again'))
      .finally(() => {
        this.#leasing = false;
      });
  }
}
