import type { CcxmlServer } from '../../ccxml/platform.ts';
import type { Clock, Timer } from '../../kernel/clock.ts';
import type { AgentId, AttemptId, ConnectionId, SessionId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { refused, type Reply } from '../../kernel/result.ts';
import type { AttemptRunner } from './attempt-runner.ts';
import type { CallPlatform } from './call-platform.ts';
import type { LauncherMessage } from './call-platform-parts.ts';

export interface AgentDigitsDeps {
  readonly ccxml: () => CcxmlServer;
  readonly attempts: Pick<AttemptRunner, 'find'>;
  readonly platform: () => Pick<CallPlatform, 'sendDigits' | 'keepsSecret'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Pending {
  readonly session: SessionId;
  readonly attempt: AttemptId;
  readonly agent: AgentId;
  readonly digits: string;
  /** Card mode was on when the agent pressed the keys. */
  readonly secret: boolean;
  readonly deadline: Timer;
  readonly answer: (reply: Reply) => void;
}

/** A driver page sends what its agent asked for with this target, `namelist="connectionid request"`. */
export const agentDigitsTarget = 'nailup.agent.digits';
/** A page that has not sent them by then does not do it at all: the agent is told so. */
const pageMs = 2_000;

/**
 * Digits that an agent sends to the person's leg (AGTSendDTMF). The driver page is asked (`agent.digits`) and says to which leg they go. While
 * card mode is on for the person's leg the page and the log see an `x` for each: the digits themselves stay here until they are sent.
 */
export class AgentDigits {
  readonly #deps: AgentDigitsDeps;
  readonly #pending = new Map<string, Pending>();
  #last = 0;

  constructor(deps: AgentDigitsDeps) {
    this.#deps = deps;
  }

  /** Of digits that no page has sent yet. */
  get open(): number {
    return this.#pending.size;
  }

  /** Resolves when they are on their way to the phone, or with the reason why they are not. `digits`: as `sendableDigits` has them. */
  send(id: AttemptId, agent: AgentId, digits: string): Promise<Reply> {
    const { attempts, platform, ccxml, clock } = this.#deps;
    const attempt = attempts.find(id);
    if (attempt?.connection === undefined || attempt.phase !== 'talking') return Promise.resolve(gone);
    const { session } = attempt;
    const secret = platform().keepsSecret(attempt.connection);
    const request = String(++this.#last);
    return new Promise((answer) => {
      const deadline = clock.after(pageMs, () => this.#settle(request, refused('unsupported', `the page of the call did not send them within ${pageMs / 1_000} s: it has no transition for agent.digits`)));
      this.#pending.set(request, { session, attempt: id, agent, digits, secret, deadline, answer });
      if (!ccxml().inject(session, 'agent.digits', { request, digits: secret ? masked(digits) : digits, agent })) this.#settle(request, gone);
    });
  }

  /** A page sends them; undefined: the word is another. */
  onLauncher({ target, session, data }: LauncherMessage): Reply | undefined {
    if (target !== agentDigitsTarget) return undefined;
    const { connectionid, request } = data;
    const pending = this.#pending.get(String(request));
    if (pending?.session !== session) return refused('unknown-id', `request ${String(request)} is none: take it from the event agent.digits, and send it once`);
    if (typeof connectionid !== 'string' || connectionid === '') return refused('bad-argument', 'connectionid must name the connection that is to hear the digits');
    const { platform, logger } = this.#deps;
    const { attempt, agent, digits } = pending;
    const connection = connectionid as ConnectionId;
    const secret = pending.secret || platform().keepsSecret(connection);
    const reply = platform().sendDigits(connection, digits);
    if (reply.accepted) logger.info({ audit: 'agent.digits', agent, attempt, connection, digits: secret ? masked(digits) : digits }, 'an agent sends digits');
    this.#settle(String(request), reply);
    return reply;
  }

  #settle(request: string, reply: Reply): void {
    const pending = this.#pending.get(request);
    if (pending === undefined) return;
    this.#pending.delete(request);
    pending.deadline.cancel();
    pending.answer(reply);
  }
}

const masked = (digits: string): string => 'x'.repeat(digits.length);
const gone = refused('bad-state', 'nobody is on the line with the agent any more');
