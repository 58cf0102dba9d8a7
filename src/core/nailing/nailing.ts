import type { CcxmlServer, PlatformEvent, SessionEnd, StartSession } from '../../ccxml/platform.ts';
import type { Clock, Timer } from '../../kernel/clock.ts';
import type { AgentId, ConnectionId, IdSource, JobId, SessionId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { step } from '../../kernel/machine.ts';
import { accepted, refused, type Reply } from '../../kernel/result.ts';
import type { LauncherMessage, PlacingCall } from '../call-control/call-platform-parts.ts';
import { callKey, dialogKey } from '../call-control/orphan-calls.ts';
import type { NailControl, NailEvent, NailRecord } from '../ports.ts';
import { nailMachine, type NailEffect, type NailEvent as Step, type NailState } from './nail.machine.ts';

export interface NailingSettings {
  /** Absolute URI of the nailer page. */
  readonly nailerUri: string;
  readonly callerId: string;
  readonly trunk: string;
  /** 10,000–1,800,000 (Nailing Call Timeout). */
  readonly ringTimeoutMs: number;
  /** Wait before the n-th further try; the last one repeats. */
  readonly retryDelaysMs: readonly number[];
  /** After this many failed calls in a row the agent is told and nothing more is dialled. */
  readonly maxAttempts: number;
}

export interface NailingDeps {
  readonly ccxml: () => CcxmlServer;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  readonly settings: NailingSettings;
  /** Absent: a leg that is up when this server dies is not known to the next. */
  readonly record?: NailRecord;
  readonly tell: (event: NailEvent) => void;
}

interface Nail {
  readonly agent: AgentId;
  readonly conference: string;
  address: string;
  state: NailState;
  session: SessionId | undefined;
  /** The connection of the agent's phone, once it has answered. */
  leg: ConnectionId | undefined;
  /** Names the session's call, also to a later server. */
  identity: string;
  timer: Timer | undefined;
  failures: number;
  lingerMs: number;
  reason: string;
  /** When another session last took the leg over, monotonic ms. */
  restartedAt: number;
}

/** A session that fails again sooner than this after it took the leg over would go on failing: then the leg is called anew. */
const leastRestartMs = 10_000;

/** Keeps agents' legs up: one nailer session per agent. State in `nail.machine.ts`. */
export class Nailing implements NailControl {
  readonly #deps: NailingDeps;
  readonly #nails = new Map<AgentId, Nail>();
  readonly #bySession = new Map<SessionId, Nail>();

  constructor(deps: NailingDeps) {
    this.#deps = deps;
  }

  get open(): number {
    return this.#bySession.size;
  }

  owns(session: SessionId): boolean {
    return this.#bySession.has(session);
  }

  agentOf(session: SessionId): AgentId | undefined {
    return this.#bySession.get(session)?.agent;
  }

  /** The connection of the agent's phone while it is up. */
  legOf(agent: AgentId): ConnectionId | undefined {
    return this.#nails.get(agent)?.leg;
  }

  nailUp(request: { agent: AgentId; address: string; job: JobId }): void {
    const nail = this.#nails.get(request.agent) ?? this.#add(request.agent, request.address);
    nail.address = request.address;
    this.#take(nail, 'nail');
  }

  unnail(agent: AgentId, delayMs: number): void {
    const nail = this.#nails.get(agent);
    if (nail === undefined) return;
    nail.lingerMs = delayMs;
    this.#take(nail, 'unnail');
  }

  /** Ends every leg now. */
  unnailAll(): void {
    for (const nail of this.#nails.values()) {
      nail.lingerMs = 0;
      this.#take(nail, 'unnail');
    }
  }

  /** A nailer session places its call. */
  identify(call: PlacingCall): string | undefined {
    const nail = this.#bySession.get(call.session);
    if (nail === undefined) return undefined;
    this.#note(nail, { [callKey(1)]: { ...call.placed, identity: nail.identity } });
    return nail.identity;
  }

  /** Call control's events of nailer sessions. */
  onPlatform(event: PlatformEvent, session: SessionId | undefined): void {
    const nail = session === undefined ? undefined : this.#bySession.get(session);
    if (nail === undefined || event.name !== 'connection.connected') return;
    nail.leg = event.connection;
    this.#note(nail, { [dialogKey(1)]: event.info?.['sip'] ?? {} });
  }

  onLauncher(message: LauncherMessage): Reply {
    const nail = this.#bySession.get(message.session);
    if (nail === undefined) return refused('unknown-id', `session ${message.session} is no nailer session`);
    if (message.target === 'nailup.nailed') {
      nail.failures = 0;
      this.#take(nail, 'nailed');
    }
    return accepted;
  }

  #add(agent: AgentId, address: string): Nail {
    const nail: Nail = { agent, address, conference: `agent-${agent}`, state: 'down', session: undefined, leg: undefined, identity: '', timer: undefined, failures: 0, lingerMs: 0, reason: '', restartedAt: Number.NEGATIVE_INFINITY };
    this.#nails.set(agent, nail);
    return nail;
  }

  #take(nail: Nail, event: Step): void {
    const result = step(nailMachine, nail.state, event);
    nail.state = result.state;
    for (const effect of result.effects) this.#run(nail, effect);
    if (nail.state === 'down' && result.taken) this.#nails.delete(nail.agent);
  }

  #run(nail: Nail, effect: NailEffect): void {
    const { tell } = this.#deps;
    switch (effect) {
      case 'launch':
        return this.#launch(nail);
      case 'arm-retry':
        return this.#armRetry(nail);
      case 'arm-linger':
        nail.timer = this.#deps.clock.after(nail.lingerMs, () => this.#take(nail, 'linger-over'));
        return;
      case 'disarm':
        nail.timer?.cancel();
        nail.timer = undefined;
        return;
      case 'end-session':
        if (nail.session !== undefined && !this.#deps.ccxml().inject(nail.session, 'nailer.unnail', {})) {
          this.#over(nail, nail.session);
          nail.session = undefined;
          this.#take(nail, 'ended');
        }
        return;
      case 'tell-up':
        return tell({ name: 'nail.up', agent: nail.agent, conference: nail.conference });
      case 'tell-lost':
        return tell({ name: 'nail.lost', agent: nail.agent, reason: nail.reason });
      case 'tell-failed':
        return tell({ name: 'nail.failed', agent: nail.agent, reason: nail.reason, attempts: nail.failures });
      case 'tell-down':
        return tell({ name: 'nail.down', agent: nail.agent });
    }
  }

  /** First the record, then the call, so that a crash in between leaves no phone in a call that nobody knows of. */
  #launch(nail: Nail): void {
    const { ids, record, logger } = this.#deps;
    const session = ids.next('session');
    nail.session = session;
    nail.leg = undefined;
    nail.identity = ids.next('nail');
    this.#bySession.set(session, nail);
    if (record === undefined) return this.#start(nail, session);
    record.begin({ identity: nail.identity, agent: nail.agent, address: nail.address })
      .catch((error: unknown) => logger.error({ agent: nail.agent, error: String(error) }, 'nailed leg not recorded'))
      .finally(() => {
        if (nail.session === session) this.#start(nail, session);
      });
  }

  #start(nail: Nail, session: SessionId): void {
    const reply = this.#deps.ccxml().start(this.#request(nail, session, ''));
    if (!reply.accepted) this.#ended(nail, session, { how: 'load', values: {}, reason: reply.refusal.reason });
  }

  /** `leg`: the connection that is up already, or ''. */
  #request(nail: Nail, session: SessionId, leg: ConnectionId | ''): StartSession {
    const { settings } = this.#deps;
    return {
      session,
      group: 'agents',
      uri: settings.nailerUri,
      values: {
        avaya: {
          ParameterMap: { agent: nail.agent, dest: nail.address, ani: settings.callerId, conference: nail.conference, trunk: settings.trunk, noAnsTime: settings.ringTimeoutMs, leg },
          UUI_Info: '',
        },
      },
      onEnd: (end) => this.#ended(nail, session, end),
      heir: (end, legs) => this.#heir(nail, session, end, legs),
    };
  }

  /** The nailer session died and the agent is still on the line: a new session goes on with that leg, and nobody is told. */
  #heir(nail: Nail, session: SessionId, end: SessionEnd, legs: readonly ConnectionId[]): StartSession | undefined {
    const { clock, ids, logger } = this.#deps;
    const [leg] = legs;
    if (nail.session !== session || leg === undefined || (nail.state !== 'up' && nail.state !== 'lingering')) return undefined;
    if (clock.monotonic() - nail.restartedAt < leastRestartMs) return undefined;
    nail.restartedAt = clock.monotonic();
    logger.error({ agent: nail.agent, how: end.how, reason: end.reason, place: end.place }, 'nailer session died; another one takes over the leg');
    const next = ids.next('session');
    this.#bySession.delete(session);
    this.#bySession.set(next, nail);
    nail.session = next;
    return this.#request(nail, next, leg);
  }

  #ended(nail: Nail, session: SessionId, end: SessionEnd): void {
    this.#over(nail, session);
    if (nail.session !== session) return;
    nail.session = undefined;
    nail.leg = undefined;
    nail.reason = end.reason ?? [end.values['reason'], end.values['detail']].filter((w) => typeof w === 'string' && w !== '').join(': ');
    if (end.how !== 'exit') this.#deps.logger.error({ agent: nail.agent, how: end.how, reason: end.reason, place: end.place }, 'nailer session did not exit by itself');
    this.#take(nail, 'ended');
  }

  #over(nail: Nail, session: SessionId): void {
    if (!this.#bySession.delete(session)) return;
    this.#background(nail, this.#deps.record?.end(nail.identity));
  }

  #note(nail: Nail, facts: Readonly<Record<string, unknown>>): void {
    this.#background(nail, this.#deps.record?.note(nail.identity, facts));
  }

  #background(nail: Nail, work: Promise<void> | undefined): void {
    work?.catch((error: unknown) => this.#deps.logger.error({ agent: nail.agent, error: String(error) }, 'nailed leg not noted'));
  }

  #armRetry(nail: Nail): void {
    const { clock, settings } = this.#deps;
    nail.failures += 1;
    if (nail.failures >= settings.maxAttempts) {
      // Told on the next turn, so that the machine is in `waiting` when it hears it.
      nail.timer = clock.after(0, () => this.#take(nail, 'give-up'));
      return;
    }
    const delay = settings.retryDelaysMs[Math.min(nail.failures, settings.retryDelaysMs.length) - 1] ?? 1_000;
    nail.timer = clock.after(delay, () => this.#take(nail, 'retry'));
  }
}
