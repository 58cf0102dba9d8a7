import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';

const longestWaitMs = 5_000;

/** Tries until the store takes it: a database that is away for a while loses nothing. */
export async function untilStored<T>(write: () => Promise<T>, what: string, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }): Promise<T> {
  for (let wait = 100; ; wait = Math.min(wait * 2, longestWaitMs)) {
    try {
      return await write();
    } catch (error) {
      logger.error({ what, error: String(error), retryInMs: wait }, 'not stored yet');
      await new Promise<void>((resolve) => clock.after(wait, resolve));
    }
  }
}
