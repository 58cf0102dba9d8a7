import type { DialogId, SessionId } from '../../kernel/ids.ts';
import { unreserved } from '../events/event-data.ts';
import { toFormParameters } from '../io-processor/form-parameters.ts';
import type { SessionRequest } from '../session/session-protocol.ts';
import type { HostState } from './host-state.ts';

type SendRequest = Extract<SessionRequest, { do: 'send' }>;

/** How long an HTTP address may take to answer, ms. */
const httpTimeoutMs = 10_000;

/** The event I/O processors on the way out: ccxml, dialog, basichttp, and the launcher (CCXML 1.0 §9.2.3, App. D, J, K). */
export class Sends {
  readonly #state: HostState;

  constructor(state: HostState) {
    this.#state = state;
  }

  send(session: SessionId, request: SendRequest): void {
    switch (request.targetType) {
      case 'ccxml':
        return this.#toSession(session, request);
      case 'dialog':
        return this.#toDialog(session, request);
      case 'basichttp':
        return this.#toHttp(session, request);
      case 'avaya_platform': {
        const reply = this.#state.platform.sendToLauncher({ session, target: request.target, event: request.name, data: request.data, hints: request.hints });
        return reply.accepted ? this.#successful(session, request) : this.#failed(session, request, 'error.send.failed', reply.refusal.reason);
      }
      default:
        return this.#failed(session, request, 'error.send.targettypeinvalid', `there is no I/O processor ${JSON.stringify(request.targetType)}`);
    }
  }

  #toSession(session: SessionId, request: SendRequest): void {
    if (request.name === 'ccxml.kill.unconditional') return this.#kill(session, request);
    const event = { ...unreserved(request.data), name: request.name, eventid: request.sendId, eventsource: session, eventsourcetype: 'ccxml' } as const;
    if (this.#state.deliver(request.target as SessionId, event)) this.#successful(session, request);
    else this.#failed(session, request, 'error.send.targetunavailable', `there is no session ${JSON.stringify(request.target)}`);
  }

  /** §6.3: nobody can catch it, so only a session itself and those it descends from may send it. */
  #kill(session: SessionId, request: SendRequest): void {
    const target = this.#state.sessions.get(request.target as SessionId);
    if (target === undefined) return this.#failed(session, request, 'error.send.targetunavailable', `there is no session ${JSON.stringify(request.target)}`);
    let above: SessionId | undefined = target.id;
    while (above !== undefined && above !== session) above = this.#state.sessions.get(above)?.parent;
    if (above === undefined) return this.#failed(session, request, 'error.send.failed', `${request.name}: session ${target.id} was not started by this one`);
    target.post({ type: 'kill', unconditional: true, reason: request.name });
    this.#successful(session, request);
  }

  #toDialog(session: SessionId, request: SendRequest): void {
    const dialog = this.#state.dialogs.get(request.target);
    if (dialog?.owner !== session) return this.#failed(session, request, 'error.send.targetunavailable', `there is no dialog ${JSON.stringify(request.target)} in this session`);
    const id = dialog.id as DialogId;
    // App. D: the answer to a dialog.transfer is an event, too; the platform has a command of its own for it.
    const reply = /^dialog\.transfer\.complete$/.test(request.name)
      ? this.#state.platform.transferResult({ dialog: id, result: request.data })
      : this.#state.platform.sendToDialog({ dialog: id, event: request.name, data: request.data, hints: request.hints });
    if (reply.accepted) this.#successful(session, request);
    else this.#failed(session, request, reply.refusal.kind === 'unknown-id' ? 'error.send.targetunavailable' : 'error.send.failed', reply.refusal.reason);
  }

  #toHttp(session: SessionId, request: SendRequest): void {
    const owner = this.#state.sessions.get(session);
    if (owner === undefined) return;
    if (!/^https?:/i.test(request.target)) return this.#failed(session, request, 'error.send.targetunavailable', `${JSON.stringify(request.target)} is no HTTP address`);
    const own = { name: request.name, sessionid: session, eventid: request.sendId, eventsource: session, eventsourcetype: 'ccxml' };
    const form = toFormParameters({ ...own, ...unreserved(request.data) });
    const controller = new AbortController();
    owner.fetches.set(request.sendId, controller);
    void this.#state.resources.post({ uri: request.target, form, timeoutMs: httpTimeoutMs }, controller.signal).then((outcome) => {
      owner.fetches.delete(request.sendId);
      if (!outcome.ok) this.#failed(session, request, 'error.send.targetunavailable', outcome.reason);
      else if (outcome.status >= 200 && outcome.status < 300) this.#successful(session, request);
      else this.#failed(session, request, 'error.send.failed', `${request.target} answered ${outcome.status}`, { statuscode: outcome.status });
    });
  }

  #successful(session: SessionId, request: SendRequest): void {
    this.#state.deliver(session, { name: 'send.successful', sendid: request.sendId, tagname: 'send', eventsource: session, eventsourcetype: 'ccxml' });
  }

  #failed(session: SessionId, request: SendRequest, name: string, reason: string, more: Readonly<Record<string, unknown>> = {}): void {
    this.#state.elementError(session, name, 'send', reason, { ...more, sendid: request.sendId });
  }
}
