import type { ConferenceId, SessionId } from '../../kernel/ids.ts';

/** A conference as the host keeps it: shared by the sessions that attached to it (CCXML 1.0 §10.3, §10.5.5). */
export interface Conference {
  readonly kind: 'conference';
  readonly id: ConferenceId;
  readonly name: string | undefined;
  state: 'creating' | 'ready' | 'destroying';
  readonly attached: Set<SessionId>;
  /** Sessions that wait for conference.destroyed. */
  readonly leaving: Set<SessionId>;
}

export function conferenceProperties(conference: Conference): Record<string, unknown> {
  return { conferenceid: conference.id, confname: conference.name, objecttype: 'conference' };
}
