import type { CcxmlServer, SessionEnd } from '../ccxml/platform.ts';
import type { IncomingCall, LauncherMessage } from '../core/call-control/call-platform-parts.ts';
import type { IdSource, SessionId } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { accepted, refused, type Reply } from '../kernel/result.ts';

/** Which page gets the calls to which numbers. */
export interface InboundRoute {
  /** The user part of the called address; `*` stands for any characters. */
  readonly to: string;
  readonly pageUri: string;
  /** The dialog that the page runs, if it is to run one. */
  readonly dialogUri: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface InboundDeps {
  readonly routes: readonly InboundRoute[];
  readonly ccxml: () => CcxmlServer;
  readonly ids: IdSource;
  readonly logger: Logger;
}

/** Calls from outside: each gets a session of the page that its number leads to, or 480 (RFC 3261 §21.4.18). */
export class InboundCalls {
  readonly #deps: InboundDeps;
  readonly #sessions = new Set<SessionId>();
  #closed = false;

  constructor(deps: InboundDeps) {
    this.#deps = deps;
  }

  get open(): number {
    return this.#sessions.size;
  }

  take(call: IncomingCall): void {
    // The house closes: 503, so that the carrier tries elsewhere.
    if (this.#closed) return call.refuse(503);
    const number = calledNumber(call.requestUri);
    const { routes, ccxml, ids, logger } = this.#deps;
    const route = routes.find(({ to }) => fits(to, number));
    if (route === undefined) return call.refuse(480);
    const session = ids.next('session');
    const connection = call.take();
    this.#sessions.add(session);
    const reply = ccxml().start({
      session,
      group: 'inbound',
      uri: route.pageUri,
      values: { avaya: { ParameterMap: { ...route.parameters, dialogUrl: route.dialogUri ?? '' }, UUI_Info: call.facts.aai ?? '' } },
      inbound: { connection, facts: call.facts },
      onEnd: (end) => this.#ended(session, call, end),
    });
    if (reply.accepted) return;
    this.#sessions.delete(session);
    logger.error({ to: call.to, reason: reply.refusal.reason }, 'no session for an inbound call: it is refused');
    call.refuse(503);
  }

  /** A page's word to its launcher: that it is up is all that is taken. */
  onLauncher(message: LauncherMessage): Reply | undefined {
    if (!this.#sessions.has(message.session)) return undefined;
    return message.target === 'avaya.launchresponse' ? accepted : refused('bad-argument', `target ${message.target} is unknown to inbound calls; use avaya.launchresponse`);
  }

  /** No further calls. */
  close(): void {
    this.#closed = true;
  }

  /** Ends those that are up; their pages may tidy up. */
  killAll(): void {
    for (const session of this.#sessions) this.#deps.ccxml().kill(session, false);
  }

  #ended(session: SessionId, call: IncomingCall, end: SessionEnd): void {
    this.#sessions.delete(session);
    const told = { session, to: call.to, how: end.how, reason: end.reason, values: end.values };
    if (end.how === 'exit') this.#deps.logger.info(told, 'inbound call is over');
    else this.#deps.logger.error({ ...told, place: end.place }, 'the session of an inbound call did not exit by itself');
  }
}

/** `sip:4930901820@…`, `tel:+4930…;phone-context=…` → the number or name. */
function calledNumber(requestUri: string): string {
  const user = /^(?:sips?|tel):([^@;?]*)/i.exec(requestUri)?.[1] ?? requestUri;
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}

/** Whether the number fits a pattern with `*` for any characters. Linear: the number comes from outside. */
function fits(pattern: string, number: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*');
  const text = number.toLowerCase();
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
