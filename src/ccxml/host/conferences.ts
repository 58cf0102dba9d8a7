import type { ConferenceId, SessionId } from '../../kernel/ids.ts';
import type { Conference } from '../objects/conference.ts';
import type { PlatformEvent } from '../platform.ts';
import type { SessionRequest } from '../session/session-protocol.ts';
import type { Bridging } from './bridging.ts';
import type { HostState } from './host-state.ts';

/** Conferences, shared by name across sessions (CCXML 1.0 §10.3, §10.5.5, §10.5.6). */
export class Conferences {
  readonly #state: HostState;
  readonly #bridging: Bridging;

  constructor(state: HostState, bridging: Bridging) {
    this.#state = state;
    this.#bridging = bridging;
  }

  create(session: SessionId, request: Extract<SessionRequest, { do: 'createconference' }>): void {
    const existing = this.#state.conferences.get(request.conference);
    if (existing !== undefined && existing.state !== 'destroying') {
      this.#attach(existing, session);
      if (existing.state === 'ready') this.#tellCreated(existing, session);
      return;
    }
    const conference: Conference = { kind: 'conference', id: request.conference, name: request.name, state: 'creating', attached: new Set(), leaving: new Set() };
    const reply = this.#state.platform.createConference({
      conference: conference.id, session, hints: request.hints,
      ...(request.name === undefined ? {} : { name: request.name }),
      ...(request.reservedTalkers === undefined ? {} : { reservedTalkers: request.reservedTalkers }),
      ...(request.reservedListeners === undefined ? {} : { reservedListeners: request.reservedListeners }),
    });
    if (!reply.accepted) return this.#state.elementError(session, reply.refusal.kind === 'unsupported' ? 'error.unsupported.createconference' : 'error.conference.create', 'createconference', reply.refusal.reason, { conferenceid: conference.id });
    this.#state.conferences.set(conference.id, conference);
    this.#state.bridges.add(conference.id, 'conference');
    this.#attach(conference, session);
  }

  destroy(session: SessionId, request: Extract<SessionRequest, { do: 'destroyconference' }>): void {
    const conference = this.#state.conferences.get(request.conference);
    if (conference?.attached.has(session) !== true) return this.#state.elementError(session, 'error.semantic', 'destroyconference', `${JSON.stringify(request.conference)} is no conference of this session`, { conferenceid: request.conference });
    if (conference.attached.size > 1) {
      this.#detach(conference, session);
      return this.#tellDestroyed(conference.id, session, conference.name, 'detached');
    }
    this.#takeDown(conference, session);
  }

  /** A session is over: it leaves its conferences; the last one takes them down. */
  abandon(session: SessionId, id: ConferenceId): void {
    const conference = this.#state.conferences.get(id);
    if (conference === undefined) return;
    if (conference.attached.size > 1 || !conference.attached.has(session)) this.#detach(conference, session);
    else this.#takeDown(conference, undefined);
  }

  attach(id: string, session: SessionId): void {
    const conference = this.#state.conferences.get(id);
    if (conference !== undefined) this.#attach(conference, session);
  }

  detach(id: string, session: SessionId): void {
    const conference = this.#state.conferences.get(id);
    if (conference !== undefined) this.#detach(conference, session);
  }

  deliver(event: Extract<PlatformEvent, { conference: ConferenceId }>): void {
    const conference = this.#state.conferences.get(event.conference);
    if (conference === undefined) {
      this.#state.dropped += 1;
      return;
    }
    switch (event.name) {
      case 'conference.created':
        if (conference.state !== 'creating') return;
        conference.state = 'ready';
        for (const session of conference.attached) this.#tellCreated(conference, session);
        return;
      case 'conference.failed': {
        const waiting = [...conference.attached];
        this.#forget(conference);
        for (const session of waiting) this.#state.elementError(session, 'error.conference.create', 'createconference', event.reason, { conferenceid: conference.id }, [{ kind: 'conferences', id: conference.id, remove: 'after' }]);
        return;
      }
      case 'conference.destroyed': {
        const told = new Set([...conference.leaving, ...(conference.state === 'destroying' ? [] : conference.attached)]);
        this.#bridging.endpointGone(conference.id, true);
        this.#forget(conference);
        for (const session of told) this.#tellDestroyed(conference.id, session, conference.name, event.reason);
      }
    }
  }

  #takeDown(conference: Conference, session: SessionId | undefined): void {
    conference.state = 'destroying';
    if (session !== undefined) conference.leaving.add(session);
    // §10.6.14: members learn that they were unjoined before the conference is gone.
    this.#bridging.endpointGone(conference.id, true);
    const reply = this.#state.platform.destroyConference({ conference: conference.id });
    if (!reply.accepted && session !== undefined) {
      this.#forget(conference);
      this.#state.elementError(session, 'error.conference.destroy', 'destroyconference', reply.refusal.reason, { conferenceid: conference.id }, [{ kind: 'conferences', id: conference.id, remove: 'after' }]);
    } else if (session === undefined) this.#forget(conference);
  }

  #tellCreated(conference: Conference, session: SessionId): void {
    const patch = this.#state.patch(conference.id);
    this.#state.deliver(session, { name: 'conference.created', conferenceid: conference.id, confname: conference.name, eventsource: conference.id, eventsourcetype: 'conference' }, patch === undefined ? [] : [patch]);
  }

  #tellDestroyed(id: ConferenceId, session: SessionId, confname: string | undefined, reason: string): void {
    this.#state.deliver(session, { name: 'conference.destroyed', conferenceid: id, confname, reason, eventsource: id, eventsourcetype: 'conference' }, [{ kind: 'conferences', id, remove: 'after' }]);
  }

  #attach(conference: Conference, session: SessionId): void {
    conference.attached.add(session);
    this.#state.sessions.get(session)?.conferences.add(conference.id);
  }

  #detach(conference: Conference, session: SessionId): void {
    conference.attached.delete(session);
    this.#state.sessions.get(session)?.conferences.delete(conference.id);
  }

  #forget(conference: Conference): void {
    for (const session of [...conference.attached]) this.#detach(conference, session);
    this.#state.bridges.remove(conference.id);
    this.#state.conferences.delete(conference.id);
  }
}
