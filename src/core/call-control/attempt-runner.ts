import type { CcxmlServer, PlatformEvent, SessionEnd } from '../../ccxml/platform.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { AttemptId, ConnectionId, IdSource, JobId, SessionId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { accepted, refused, type Reply } from '../../kernel/result.ts';
import type { CallProgress, MediaEvent } from '../../media/media.ts';
import type { AgentPool, ChosenAgent, ContactOffer, DiallingAgents, LeasedContact, OutcomeSink, PlacedCall } from '../ports.ts';
import { untilStored } from '../until-stored.ts';
import type { ContactClass, PacingFact } from '../pacing/pacing.ts';
import { Attempt } from './attempt.ts';
import type { CallQualities } from './call-qualities.ts';
import type { LauncherMessage, PlacingCall } from './call-platform-parts.ts';
import { launchValues, type DriverSettings } from './driver-settings.ts';
import { callsOfJob, type CallsOfJob } from './job-calls.ts';
import { JobFacts } from './job-facts.ts';
import { OpenAttempts } from './open-attempts.ts';
import { callKey, dialogKey } from './orphan-calls.ts';

/** An agent who dials: `session` becomes the attempt's id. */
export interface DialledBy {
  readonly session: AttemptId;
  readonly agent: ChosenAgent;
  readonly contactType: ContactOffer['contactType'];
}

export interface AttemptRunnerDeps {
  readonly ccxml: () => CcxmlServer;
  readonly pool: AgentPool;
  readonly diallingAgents: Pick<DiallingAgents, 'dialFailed'>;
  readonly outcomes: OutcomeSink;
  /** How the legs of attempts sound. */
  readonly qualities: Pick<CallQualities, 'called' | 'joined' | 'left'>;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  /** Told of every step (observer stream). */
  readonly observe: (event: AttemptEvent) => void;
}

export type AttemptEvent =
  | { readonly name: 'attempt.started'; readonly attempt: Attempt }
  | { readonly name: 'attempt.phase'; readonly attempt: Attempt }
  | { readonly name: 'attempt.finished'; readonly attempt: Attempt; readonly completionCode: string };

/** The agent who dialled gave up before anybody answered. */
const cancelled = 'Cancel_No_Answer';

/** An attempt's life: launches its driver session, answers its wishes, and hands its one result to the sink. */
export class AttemptRunner {
  readonly #deps: AttemptRunnerDeps;
  readonly #attempts = new OpenAttempts();
  readonly #settings = new Map<JobId, DriverSettings>();
  readonly #facts = new JobFacts();
  /** Attempts whose session is over and whose result is being stored (wrap-up included). */
  readonly #finishing = new Set<Promise<void>>();

  constructor(deps: AttemptRunnerDeps) {
    this.#deps = deps;
  }

  get open(): number {
    return this.#attempts.size;
  }

  of(job: JobId): readonly Attempt[] {
    return this.#attempts.of(job);
  }

  find(id: AttemptId): Attempt | undefined {
    return this.#attempts.find(id);
  }

  owns(session: SessionId): boolean {
    return this.#attempts.ofSession(session) !== undefined;
  }

  /** Dials: first the record, then the session, so that a crash in between leaves a record and no unrecorded call. */
  async start(contact: LeasedContact, settings: DriverSettings, of: ContactClass = {}, dialledBy?: DialledBy): Promise<AttemptId> {
    const { clock, ids, outcomes } = this.#deps;
    const attempt = new Attempt({ id: dialledBy?.session ?? ids.next('attempt'), job: contact.job, contact, session: ids.next('session'), startedAt: clock.now(), monotonic: clock.monotonic(), of, dialledBy: dialledBy?.agent });
    this.#attempts.add(attempt);
    this.#settings.set(contact.job, settings);
    try {
      await outcomes.begin({ attempt: attempt.id, contact, startedAt: attempt.startedAt, ...(dialledBy === undefined ? {} : { facts: { contactType: dialledBy.contactType, dialledBy: dialledBy.agent.agent } }) });
    } catch (error) {
      this.#attempts.delete(attempt);
      throw error;
    }
    this.#facts.add(attempt.job, { what: 'dialled', of });
    this.#deps.observe({ name: 'attempt.started', attempt });
    // The agent who dialled it has left while the record was written.
    if (attempt.givenUp !== undefined) {
      this.#ended(attempt, { how: 'exit', values: { completioncode: cancelled }, reason: attempt.givenUp });
      return attempt.id;
    }
    const reply = this.#deps.ccxml().start({
      session: attempt.session,
      group: 'attempts',
      uri: settings.driverUri,
      values: launchValues(attempt, settings),
      onEnd: (end) => this.#ended(attempt, end),
    });
    if (!reply.accepted) this.#ended(attempt, { how: 'load', values: {}, reason: reply.refusal.reason });
    return attempt.id;
  }

  /** What happened since the last call, for the pacer of the job. */
  takeFacts(job: JobId): readonly PacingFact[] {
    return this.#facts.take(job);
  }

  fact(job: JobId, fact: PacingFact): void {
    this.#facts.add(job, fact);
  }

  calls(job: JobId): CallsOfJob {
    return callsOfJob(this.#attempts.all(), job, this.#deps.clock.monotonic());
  }

  /** Ends the customer's leg: the agent released the line, or the job is stopped. */
  release(id: AttemptId): boolean {
    const attempt = this.#attempts.find(id);
    if (attempt === undefined) return false;
    attempt.givenUp ??= 'released by agent';
    return this.#deps.ccxml().inject(attempt.session, 'agent.release', { attempt: id });
  }

  /** The agent's leg is gone while it served this attempt: the person is told so by the page. */
  agentLost(id: AttemptId, reason: string): void {
    const attempt = this.#attempts.find(id);
    if (attempt === undefined) return;
    attempt.givenUp ??= reason;
    // Whoever answers all the same gets another agent, or the safe-harbour message.
    if (!attempt.agentTalked && attempt.dialledBy !== undefined) attempt.agent = undefined;
    this.#deps.ccxml().inject(attempt.session, 'agent.lost', { reason });
  }

  killAll(unconditional: boolean): void {
    for (const attempt of this.#attempts.all()) this.#deps.ccxml().kill(attempt.session, unconditional);
  }

  /** Resolves when every result is stored. */
  async settled(): Promise<void> {
    while (this.#finishing.size > 0) await Promise.all(this.#finishing);
  }

  /** A word of a driver session to its launcher. */
  onLauncher(message: LauncherMessage): Reply {
    const attempt = this.#attempts.ofSession(message.session);
    if (attempt === undefined) return refused('unknown-id', `session ${message.session} is no driver session`);
    switch (message.target) {
      case 'avaya.launchresponse':
        return accepted;
      case 'nailup.agent.request':
        this.#wantAgent(attempt);
        return accepted;
      case 'nailup.agent.joined':
        this.#joined(attempt);
        return accepted;
      case 'nailup.optout':
        this.#optOut(attempt);
        return accepted;
      default:
        return refused('bad-argument', `target ${message.target} is unknown; use avaya.launchresponse, nailup.agent.request, nailup.agent.joined or nailup.optout`);
    }
  }

  /** A driver session places a call: names it so that it can be ended by a later server, and notes it. */
  identify(call: PlacingCall): string | undefined {
    const attempt = this.#attempts.ofSession(call.session);
    if (attempt === undefined) return undefined;
    const n = attempt.calls.push(call.connection);
    const placed: PlacedCall = { ...call.placed, identity: this.#identity(attempt, call.connection) };
    this.#note(attempt, { [callKey(n)]: placed });
    return placed.identity;
  }

  /** The identity of an attempt's call, as `identify` gave it. */
  #identity(attempt: Attempt, connection: ConnectionId): string {
    const n = attempt.calls.indexOf(connection) + 1;
    return n <= 1 ? attempt.id : `${attempt.id}.${n}`;
  }

  /** Call control's events of the attempt's own connection. */
  onPlatform(event: PlatformEvent, session: SessionId | undefined): void {
    if (session === undefined || !('connection' in event)) return;
    const attempt = this.#attempts.ofSession(session);
    if (attempt === undefined) return;
    const now = this.#deps.clock.monotonic();
    this.#attempts.connect(attempt, event.connection);
    if (event.name === 'connection.progressing') attempt.times.ringing ??= now;
    if (event.name === 'connection.progressing' || event.name === 'connection.connected') this.#deps.qualities.called(event.connection, attempt.id, this.#identity(attempt, event.connection));
    if (event.name === 'connection.connected') this.#answered(attempt, event, now);
    if (event.name === 'connection.failed') {
      const status = event.info?.['sipstatus'];
      if (typeof status === 'number' && status > 0) attempt.sipStatus = status;
    }
    if (event.name === 'connection.signal') this.#signal(attempt, event.info['callprogress'] as CallProgress | undefined, now);
  }

  /** Media facts about the customer's leg: when its greeting ended, and when the agent first heard it. */
  onMedia(event: MediaEvent, connection: ConnectionId): void {
    const attempt = this.#attempts.ofConnection(connection);
    if (attempt === undefined) return;
    if (event.name === 'speech') {
      if (event.speaking) attempt.times.voiceStart ??= event.atMs;
      else if (attempt.times.joined === undefined) attempt.times.greetingEnd = event.atMs;
    }
    if (event.name === 'edge.flowing' && attempt.agent !== undefined) attempt.times.agentAudio ??= event.atMs;
  }

  #answered(attempt: Attempt, { connection, info }: Extract<PlatformEvent, { name: 'connection.connected' }>, now: number): void {
    const answeredAt = info?.['answeredat'];
    attempt.times.answered = typeof answeredAt === 'number' ? answeredAt : now;
    this.#enter(attempt, 'classifying', now);
    this.#facts.add(attempt.job, { what: 'answered', ringMs: now - (attempt.times.dialled ?? now), of: attempt.of });
    this.#note(attempt, { answeredAt: this.#deps.clock.now(), [dialogKey(attempt.calls.indexOf(connection) + 1)]: info?.['sip'] ?? {} });
  }

  #signal(attempt: Attempt, progress: CallProgress | undefined, now: number): void {
    // Not every signal is of call progress: a MESSAGE of the far end, and digits that were sent, are others.
    if (progress === undefined) return;
    if (progress !== 'recorded_msg' && !progress.startsWith('fax_') && !progress.startsWith('sit_') && progress !== 'busy_tone' && progress !== 'reorder') return;
    if (attempt.phase !== 'classifying') return;
    attempt.times.verdict ??= now;
    this.#enter(attempt, 'messaging', now);
    this.#facts.add(attempt.job, { what: 'machine', verdictMs: now - (attempt.times.answered ?? now), of: attempt.of });
  }

  #wantAgent(attempt: Attempt): void {
    const { clock, pool } = this.#deps;
    const now = clock.monotonic();
    const own = attempt.dialledBy === undefined ? undefined : attempt.agent;
    if (attempt.times.agentFound !== undefined || attempt.phase === 'over') return;
    attempt.times.verdict ??= now;
    this.#enter(attempt, 'waiting', now);
    this.#facts.add(attempt.job, { what: 'person', verdictMs: now - (attempt.times.answered ?? now), of: attempt.of });
    this.#note(attempt, { person: true });
    const chosen = own ?? pool.acquire(attempt.job, attempt.id);
    if (chosen !== undefined) return this.#agentFound(attempt, chosen);
    const settings = this.#settings.get(attempt.job);
    const deadline = (attempt.times.greetingEnd ?? now) + (settings?.safeHarbourMs ?? 2_000);
    this.#background(attempt, pool.waitFor(attempt.job, attempt.id, deadline, attempt.waiting.signal).then((found) => {
      if (found !== undefined) {
        // The person left while the agent was being chosen: the agent goes straight back.
        if (attempt.phase === 'over') pool.release(found.agent, attempt.id);
        else this.#agentFound(attempt, found);
        return;
      }
      if (attempt.phase !== 'over') this.#abandon(attempt, 'no agent in time');
    }));
  }

  #agentFound(attempt: Attempt, agent: NonNullable<Attempt['agent']>): void {
    attempt.agent = agent;
    attempt.times.agentFound = this.#deps.clock.monotonic();
    const known = this.#deps.ccxml().inject(attempt.session, 'agent.found', { conference: agent.conference, agent: agent.agent });
    if (!known) this.#deps.pool.release(agent.agent, attempt.id);
  }

  #abandon(attempt: Attempt, reason: string): void {
    attempt.nuisance = true;
    this.#enter(attempt, 'messaging', this.#deps.clock.monotonic());
    this.#facts.add(attempt.job, { what: 'abandoned' });
    this.#deps.ccxml().inject(attempt.session, 'agent.none', { reason });
  }

  #joined(attempt: Attempt): void {
    const now = this.#deps.clock.monotonic();
    if (attempt.agent === undefined) return;
    attempt.agentTalked = true;
    attempt.times.joined = now;
    this.#facts.add(attempt.job, { what: 'connected', waitMs: now - (attempt.times.verdict ?? now) });
    this.#enter(attempt, 'talking', now);
    this.#note(attempt, { joined: true });
    this.#deps.qualities.joined(attempt.id, attempt.agent.agent);
    this.#deps.pool.connected(attempt.agent.agent, attempt.id, attempt.contact);
  }

  #optOut(attempt: Attempt): void {
    this.#background(attempt, this.#deps.outcomes.addToDoNotCall({ address: attempt.contact.address, contact: attempt.contact.contact, source: 'opt-out key', at: this.#deps.clock.now() }));
  }

  #ended(attempt: Attempt, end: SessionEnd): void {
    const now = this.#deps.clock.monotonic();
    const before = attempt.phase;
    attempt.times.ended = now;
    this.#enter(attempt, 'over', now);
    attempt.waiting.abort();
    attempt.nuisance ||= end.values['nuisance'] === true || end.values['nuisance'] === 'true';
    if (before === 'waiting') this.#facts.add(attempt.job, { what: 'abandoned' });
    if (attempt.agentTalked) {
      this.#deps.qualities.left(attempt.id);
      this.#facts.add(attempt.job, { what: 'talkEnded', talkMs: now - (attempt.times.joined ?? now) });
    }
    if (attempt.times.answered === undefined) this.#facts.add(attempt.job, { what: unansweredFact(end), of: attempt.of });
    const pageCode = end.values['completioncode'];
    const code = end.how === 'exit' && typeof pageCode === 'string' && pageCode !== '' ? pageCode : 'Application_Error';
    if (end.how !== 'exit') this.#deps.logger.error({ attempt: attempt.id, how: end.how, reason: end.reason, place: end.place }, 'driver session did not exit by itself');
    const exit = { how: end.how, ...(end.reason === undefined ? {} : { reason: end.reason }), ...(end.place === undefined ? {} : { place: end.place }), ...end.values };
    this.#background(attempt, this.#finish(attempt, code, exit));
  }

  async #finish(attempt: Attempt, pageCode: string, exit: Readonly<Record<string, unknown>>): Promise<void> {
    const { clock, pool, diallingAgents, outcomes } = this.#deps;
    let code = pageCode;
    const endedAt = clock.now();
    if (attempt.agent !== undefined) {
      if (attempt.agentTalked) code = (await pool.customerLeft(attempt.agent.agent, attempt.id)).completionCode ?? pageCode;
      else if (attempt.agent === attempt.dialledBy) diallingAgents.dialFailed(attempt.agent.agent, attempt.id, { completionCode: code, reason: String(exit['_avayaExitInfo1'] || exit['_avayaExitReason'] || exit['reason'] || code) });
      else pool.release(attempt.agent.agent, attempt.id);
    }
    await untilStored(() => outcomes.finish(attempt.result(code, endedAt, exit)), `result of attempt ${attempt.id}`, this.#deps);
    this.#attempts.delete(attempt);
    this.#deps.observe({ name: 'attempt.finished', attempt, completionCode: code });
  }

  #enter(attempt: Attempt, phase: Attempt['phase'], now: number): void {
    if (attempt.phase === 'over') return;
    attempt.enter(phase, now);
    this.#deps.observe({ name: 'attempt.phase', attempt });
  }

  /** What must be known of the attempt when this server dies now. */
  #note(attempt: Attempt, facts: Readonly<Record<string, unknown>>): void {
    this.#background(attempt, this.#deps.outcomes.note(attempt.id, facts));
  }

  #background(attempt: Attempt, work: Promise<unknown>): void {
    const done: Promise<void> = work.then(
      () => undefined,
      (error: unknown) => this.#deps.logger.error({ attempt: attempt.id, error: String(error) }, 'attempt: background work failed'),
    ).finally(() => this.#finishing.delete(done));
    this.#finishing.add(done);
  }
}

function unansweredFact(end: SessionEnd): 'busy' | 'invalid' | 'noanswer' {
  const code = end.values['completioncode'];
  if (code === 'Call_Busy' || code === 'Cancel_No_Answer') return 'busy';
  return code === 'Ring_No_Answer' ? 'noanswer' : 'invalid';
}
