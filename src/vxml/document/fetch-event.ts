import { badFetch, eventOf, type VxmlEvent } from '../events/vxml-event.ts';
import type { FetchFailure } from '../resources.ts';

/** §5.2.6: the event for a fetch that failed. */
export function fetchEvent(failure: FetchFailure, uri: string): VxmlEvent {
  if (failure.kind === 'status') return badFetch(`${uri}: ${failure.message}`, failure.status);
  if (failure.kind === 'denied') return eventOf('error.noauthorization', `${uri}: ${failure.message}`);
  return badFetch(`${uri}: ${failure.message}`);
}
