import type { OrphanCalls } from '../core/call-control/orphan-calls.ts';
import { orphansOf } from '../core/call-control/orphan-calls.ts';
import type { PlacedCall } from '../core/ports.ts';
import type { Clock } from '../kernel/clock.ts';
import type { AttemptId } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import type { StoredNails } from '../modules/agents/index.ts';
import type { OrphanAttempt } from '../modules/campaigns/index.ts';

export interface LeftCallsDeps {
  readonly calls: OrphanCalls;
  readonly nails: StoredNails;
  readonly living: () => Promise<ReadonlySet<string>>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How the campaign's driver page is told to place a call: for attempts whose server died before it noted how it did. */
  readonly campaign: Pick<PlacedCall, 'from' | 'trunk'>;
  /** The far ends have so long to answer; `recovery` of the configuration. */
  readonly limits: { readonly callEndMs: number; readonly retryAfterUnknownMs: number };
}

/** Ends the calls that dead servers left behind: customers' before their contacts are dialled again, agents' before their phones are. */
export class LeftCalls {
  readonly #deps: LeftCallsDeps;

  constructor(deps: LeftCallsDeps) {
    this.#deps = deps;
  }

  /** Answers, for each attempt whose call may be up all the same, when its contact may be dialled again. */
  async endAttempts(orphans: readonly OrphanAttempt[]): Promise<ReadonlyMap<AttemptId, number>> {
    const { calls, clock, campaign, limits, logger } = this.#deps;
    const owned = orphans.flatMap((orphan) => {
      // A message has no call.
      if (orphan.facts['message'] !== undefined) return [];
      const noted = orphansOf(orphan.facts);
      const all = noted.length > 0 ? noted : [{ ...campaign, identity: orphan.attempt as string, to: orphan.address }];
      return all.map((call) => ({ attempt: orphan.attempt, call }));
    });
    const outcomes = await calls.end(owned.map(({ call }) => call), limits.callEndMs);
    const notBefore = new Map<AttemptId, number>();
    outcomes.forEach((outcome, i) => {
      const attempt = owned[i]?.attempt;
      if (outcome === 'unknown' && attempt !== undefined) notBefore.set(attempt, clock.now() + limits.retryAfterUnknownMs);
    });
    logger.warn({ calls: owned.length, ended: count(outcomes, 'ended'), none: count(outcomes, 'none'), unknown: count(outcomes, 'unknown') }, 'calls of a dead server');
    await this.endNails();
    return notBefore;
  }

  /** Hangs up the agents' phones that dead servers had nailed. */
  async endNails(): Promise<void> {
    const { calls, nails, living, limits, logger } = this.#deps;
    const left = await nails.orphans(await living());
    if (left.length === 0) return;
    const outcomes = await calls.end(left.map((nail) => orphansOf(nail.facts)[0] ?? { identity: nail.identity, to: nail.address }), limits.callEndMs);
    for (const nail of left) await nails.end(nail.identity);
    logger.warn({ legs: left.length, ended: count(outcomes, 'ended'), unknown: count(outcomes, 'unknown') }, 'agents\' phones of a dead server');
  }
}

const count = (outcomes: readonly string[], word: string): number => outcomes.filter((outcome) => outcome === word).length;
