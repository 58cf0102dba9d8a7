import type { AgentId, AttemptId, ConnectionId, JobId, SessionId } from '../../kernel/ids.ts';
import type { ContactClass } from '../pacing/pacing.ts';
import type { AttemptResult, ChosenAgent, LeasedContact } from '../ports.ts';

/** How far an attempt is, as pacing counts it. */
export type AttemptPhase = 'ringing' | 'classifying' | 'waiting' | 'talking' | 'messaging' | 'over';

/** One attempt to reach one contact: facts and times, no behaviour. The runner (attempt-runner.ts) moves it. */
export class Attempt {
  readonly id: AttemptId;
  readonly job: JobId;
  readonly contact: LeasedContact;
  readonly of: ContactClass;
  readonly session: SessionId;
  /** Wall time. */
  readonly startedAt: number;
  phase: AttemptPhase = 'ringing';
  /** When the phase began, monotonic ms. */
  phaseSince: number;
  connection: ConnectionId | undefined;
  /** Every connection that the session called, in order. */
  readonly calls: ConnectionId[] = [];
  agent: ChosenAgent | undefined;
  /** The agent who dialled it (preview, manual) and talks to whoever answers. */
  readonly dialledBy: ChosenAgent | undefined;
  /** Why the agent does not want it any more. */
  givenUp: string | undefined;
  agentTalked = false;
  nuisance = false;
  /** Monotonic ms of what happened, by word. */
  readonly times: Partial<Record<AttemptTime, number>> = {};
  sipStatus: number | undefined;
  /** Aborted when nobody is waiting for an agent any more. */
  readonly waiting = new AbortController();

  constructor(facts: { id: AttemptId; job: JobId; contact: LeasedContact; session: SessionId; startedAt: number; monotonic: number; of?: ContactClass; dialledBy?: ChosenAgent | undefined }) {
    this.id = facts.id;
    this.job = facts.job;
    this.contact = facts.contact;
    this.of = facts.of ?? {};
    this.dialledBy = facts.dialledBy;
    this.agent = facts.dialledBy;
    this.session = facts.session;
    this.startedAt = facts.startedAt;
    this.phaseSince = facts.monotonic;
    this.times.dialled = facts.monotonic;
  }

  enter(phase: AttemptPhase, monotonic: number): void {
    this.phase = phase;
    this.phaseSince = monotonic;
  }

  get agentId(): AgentId | undefined {
    return this.agent?.agent;
  }

  /** Times as wall-clock milliseconds, for the record. */
  wallTimes(): Record<string, number> {
    const offset = this.startedAt - (this.times.dialled ?? 0);
    return Object.fromEntries(Object.entries(this.times).map(([word, at]) => [word, Math.round(offset + at)]));
  }

  result(completionCode: string, endedAt: number, exit: AttemptResult['exit']): AttemptResult {
    const wall = this.wallTimes();
    return {
      attempt: this.id,
      contact: this.contact.contact,
      job: this.job,
      completionCode,
      startedAt: this.startedAt,
      endedAt,
      nuisance: this.nuisance,
      times: wall,
      exit,
      ...(wall['answered'] === undefined ? {} : { answeredAt: wall['answered'] }),
      ...(this.agentTalked && this.agent !== undefined ? { agent: this.agent.agent } : {}),
      ...(this.sipStatus === undefined ? {} : { sipStatus: this.sipStatus }),
    };
  }
}

export type AttemptTime =
  | 'dialled' | 'ringing' | 'answered' | 'voiceStart' | 'greetingEnd' | 'verdict' | 'agentFound' | 'joined' | 'agentAudio' | 'ended';
