import type { AgentId, AttemptId, ConnectionId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { LegStats, MediaEvent } from '../../media/media.ts';
import type { CallQuality, OutcomeSink } from '../ports.ts';
import type { CallPlatform } from './call-platform.ts';

export interface CallQualitiesDeps {
  readonly outcomes: Pick<OutcomeSink, 'heard'>;
  readonly platform: () => Pick<CallPlatform, 'measure' | 'endMeasure'>;
  /** The leg of an agent's phone that is up. */
  readonly legOf: (agent: AgentId) => ConnectionId | undefined;
  readonly logger: Logger;
}

interface Conversation {
  readonly attempt: AttemptId;
  readonly agent: AgentId;
  readonly leg: ConnectionId;
}

/**
 * How the legs of attempts sounded, noted in their records: a call to a contact over its whole life, when its media is over; an agent's leg, which
 * serves one attempt after another for hours, from the join to the end of the conversation.
 */
export class CallQualities {
  readonly #deps: CallQualitiesDeps;
  /** Calls with media, until that is over: later than the attempt may be. */
  readonly #calls = new Map<ConnectionId, { readonly attempt: AttemptId; readonly call: string }>();
  /** By the name of their measure. */
  readonly #conversations = new Map<string, Conversation>();
  readonly #storing = new Set<Promise<void>>();

  constructor(deps: CallQualitiesDeps) {
    this.#deps = deps;
  }

  /** A call of an attempt has media. */
  called(connection: ConnectionId, attempt: AttemptId, call: string): void {
    this.#calls.set(connection, { attempt, call });
  }

  /** A person is joined to the agent. */
  joined(attempt: AttemptId, agent: AgentId): void {
    const { platform, legOf, logger } = this.#deps;
    const leg = legOf(agent);
    if (leg === undefined) return;
    const measure = measureOf(attempt);
    const reply = platform().measure(leg, measure);
    if (reply.accepted) this.#conversations.set(measure, { attempt, agent, leg });
    else logger.warn({ attempt, agent, reason: reply.refusal.reason }, 'how the agent\'s leg sounds is not measured');
  }

  /** The conversation is over. */
  left(attempt: AttemptId): void {
    const conversation = this.#conversations.get(measureOf(attempt));
    if (conversation !== undefined) this.#deps.platform().endMeasure(conversation.leg, measureOf(attempt));
  }

  onMedia(event: MediaEvent, connection: ConnectionId): void {
    if (event.name === 'measure.done') return this.#measured(event.measure, event.leg, event.durationMs);
    if (event.name !== 'node.closed') return;
    const call = this.#calls.get(connection);
    this.#calls.delete(connection);
    // A thread that died has measured nothing.
    for (const [measure, { leg }] of this.#conversations) if (leg === connection) this.#conversations.delete(measure);
    if (call !== undefined && event.leg !== undefined) this.#store(call.attempt, { call: call.call, leg: 'customer', ...figures(event.leg) });
  }

  /** Resolves when what was measured is stored. */
  async settled(): Promise<void> {
    while (this.#storing.size > 0) await Promise.all(this.#storing);
  }

  #measured(measure: string, leg: LegStats, durationMs: number): void {
    const conversation = this.#conversations.get(measure);
    if (conversation === undefined) return;
    this.#conversations.delete(measure);
    this.#store(conversation.attempt, { call: measure, leg: 'agent', agent: conversation.agent, durationMs, ...figures(leg) });
  }

  #store(attempt: AttemptId, quality: CallQuality): void {
    const { outcomes, logger } = this.#deps;
    const done: Promise<void> = outcomes.heard(attempt, quality)
      .catch((error: unknown) => logger.error({ attempt, error: String(error) }, 'how a call sounded is not in its record'))
      .finally(() => this.#storing.delete(done));
    this.#storing.add(done);
  }
}

const measureOf = (attempt: AttemptId): string => `${attempt}.agent`;

function figures({ codec, packetsReceived, packetsSent, packetsLost, jitterMs, mos }: LegStats): Pick<CallQuality, 'codec' | 'packetsReceived' | 'packetsSent' | 'packetsLost' | 'jitterMs' | 'mos'> {
  return { codec, packetsReceived, packetsSent, packetsLost, jitterMs, mos: packetsReceived === 0 ? null : mos };
}
