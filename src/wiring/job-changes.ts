import type { PacingChange, SharingChange } from '../api/job-requests.ts';
import { sharingFault, type JobSharing } from '../core/allocation/job-sharing.ts';
import type { PacingPromise } from '../core/pacing/pacing.ts';
import { NailupError } from '../kernel/nailup-error.ts';
import type { JobPacing } from '../modules/campaigns/index.ts';
import { completePromise, pacerOf } from './pacers.ts';

/** A job's pacing after a change: what is not named stays, null takes a bound away. @throws NailupError PACING_INVALID */
export function changedPacing(before: JobPacing, change: PacingChange): JobPacing {
  const pacing = change.pacing ?? before.pacing;
  const floor = change.floor === undefined ? before.floor : (change.floor ?? undefined);
  const ceiling = change.ceiling === undefined ? before.ceiling : (change.ceiling ?? undefined);
  const isCruise = /^cruise(:|$)/.test(pacing);
  if (change.promise !== undefined && !isCruise) throw new NailupError('PACING_INVALID', `promise: ${pacing} promises nothing`, { mend: 'Only cruise takes a promise.' });
  // The rate of the short form counts when it is what changes.
  const promise = change.promise === undefined && (before.promise === undefined || !isCruise) ? before.promise : completePromise(given(change), change.pacing ?? (before.promise === undefined ? pacing : 'cruise'), before.promise);
  const after: JobPacing = { pacing, ...(promise === undefined ? {} : { promise }), ...(floor === undefined ? {} : { floor }), ...(ceiling === undefined ? {} : { ceiling }) };
  pacerOf(after);
  return after;
}

function given({ promise }: PacingChange): Partial<PacingPromise> {
  return Object.fromEntries(Object.entries(promise ?? {}).filter(([, value]) => value !== undefined));
}

/** @throws NailupError SHARING_INVALID */
export function changedSharing(before: JobSharing, change: SharingChange): JobSharing {
  const { maxAgents, ...rest } = change;
  const bound = maxAgents === undefined ? before.maxAgents : (maxAgents ?? undefined);
  const after: JobSharing = {
    priority: rest.priority ?? before.priority, minAgents: rest.minAgents ?? before.minAgents, minPorts: rest.minPorts ?? before.minPorts,
    allocation: rest.allocation ?? before.allocation, ...(bound === undefined ? {} : { maxAgents: bound }),
  };
  const fault = sharingFault({ maxAgents: undefined, ...after });
  if (fault !== undefined) throw new NailupError('SHARING_INVALID', fault, { mend: 'docs/pacing.md, "Several jobs at once".' });
  return after;
}
