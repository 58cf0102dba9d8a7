import type { Clock, Timer } from '../../kernel/clock.ts';
import type { CallId, IdSource } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { EndOrphan, Signalling, SignallingEventMap, SipDialogIds } from '../../signalling/signalling.ts';
import type { PlacedCall } from '../ports.ts';

export type OrphanOutcome = SignallingEventMap['orphan.ended']['outcome'];

export interface OrphanCallsDeps {
  readonly signalling: Pick<Signalling, 'endOrphan'>;
  readonly ids: IdSource;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** As many are ended at once, so that a full house does not flood its trunk when it comes back. */
const atOnce = 50;

/** Ends calls that a server which is gone had placed. */
export class OrphanCalls {
  readonly #deps: OrphanCallsDeps;
  readonly #waiting = new Map<CallId, (outcome: OrphanOutcome) => void>();

  constructor(deps: OrphanCallsDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves with what became of each, in order, at the latest after `limitMs`: what is not known by then is `unknown`, and the
   * signalling goes on trying.
   */
  async end(calls: readonly Omit<EndOrphan, 'call'>[], limitMs: number): Promise<readonly OrphanOutcome[]> {
    const deadline = this.#deps.clock.monotonic() + limitMs;
    const outcomes: OrphanOutcome[] = [];
    for (let at = 0; at < calls.length; at += atOnce) {
      outcomes.push(...(await Promise.all(calls.slice(at, at + atOnce).map((call) => this.#end(call, deadline)))));
    }
    return outcomes;
  }

  /** The signalling's word. */
  ended({ call, outcome }: SignallingEventMap['orphan.ended']): void {
    this.#waiting.get(call)?.(outcome);
  }

  #end(command: Omit<EndOrphan, 'call'>, deadline: number): Promise<OrphanOutcome> {
    const { signalling, ids, clock, logger } = this.#deps;
    const call = ids.next('call');
    return new Promise((resolve) => {
      const settle = (outcome: OrphanOutcome): void => {
        timer?.cancel();
        this.#waiting.delete(call);
        resolve(outcome);
      };
      const timer: Timer | undefined = clock.after(Math.max(0, deadline - clock.monotonic()), () => settle('unknown'));
      this.#waiting.set(call, settle);
      const reply = signalling.endOrphan?.({ call, ...command });
      if (reply?.accepted === true) return;
      logger.warn({ identity: command.identity, reason: reply?.refusal.reason ?? 'the signalling adapter cannot' }, 'a call that was left behind cannot be ended');
      settle('unknown');
    });
  }
}

/** What was noted of placed calls and their dialogs: `call.<n>` and `dialog.<n>` by the number of the call within its session. */
export const callKey = (n: number): string => `call.${n}`;
export const dialogKey = (n: number): string => `dialog.${n}`;

/** Reads the notes of a session back; none were made when the server died before. */
export function orphansOf(facts: Readonly<Record<string, unknown>>): readonly Omit<EndOrphan, 'call'>[] {
  const orphans: Omit<EndOrphan, 'call'>[] = [];
  for (let n = 1; facts[callKey(n)] !== undefined; n++) {
    const dialog = facts[dialogKey(n)] as Partial<SipDialogIds> | undefined;
    const placed = facts[callKey(n)] as PlacedCall;
    orphans.push({ ...placed, ...(typeof dialog?.callId === 'string' && typeof dialog.remoteTarget === 'string' ? { dialog: dialog as SipDialogIds } : {}) });
  }
  return orphans;
}
