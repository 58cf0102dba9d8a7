import type { IdSource, SessionId } from '../../kernel/ids.ts';
import type { CcxmlServer } from '../platform.ts';
import { fromFormParameters } from './form-parameters.ts';

/** What an HTTP request to an I/O processor is answered with (CCXML 1.0 App. K.3). */
export interface IoAnswer {
  /** 204 done; 200 with a body; 400 a parameter is missing or wrong; 403 no such session, or not allowed. */
  readonly status: 200 | 204 | 400 | 403 | 503;
  readonly body: string;
}

/** Parameters with a meaning of their own; the rest are properties of the event. */
const own = new Set(['sessionid', 'name', 'eventid', 'eventsourcetype']);

/** The `basichttp` processor on the way in: an event into a running session. */
export function basicHttp(server: CcxmlServer, parameters: readonly (readonly [string, string])[]): IoAnswer {
  const form = new Map(parameters);
  const session = form.get('sessionid');
  const name = form.get('name');
  if (session === undefined || session === '') return { status: 400, body: 'the parameter sessionid is missing' };
  if (name === undefined || name === '') return { status: 400, body: 'the parameter name is missing' };
  // App. K.3: what the platform alone may say cannot be injected.
  if (/^(ccxml\.kill|ccxml\.loaded)(\.|$)/.test(name)) return { status: 403, body: `the event ${name} cannot be injected` };
  const data = fromFormParameters(parameters.filter(([key]) => !own.has(key)));
  return server.inject(session as SessionId, name, data) ? { status: 204, body: '' } : { status: 403, body: 'no such session, or no event name' };
}

/** The `createsession` processor: starts a session on the page `uri`; the rest becomes `session.values`. */
export function createSession(server: CcxmlServer, ids: IdSource, parameters: readonly (readonly [string, string])[], onEnd: Parameters<CcxmlServer['start']>[0]['onEnd'] = () => undefined): IoAnswer {
  const uri = new Map(parameters).get('uri');
  if (uri === undefined || !/^(https?|file):/i.test(uri)) return { status: 400, body: 'the parameter uri is missing or no address' };
  const session = ids.next('session');
  const values = fromFormParameters(parameters.filter(([key]) => key !== 'uri'));
  const reply = server.start({ session, uri, values, group: 'http', onEnd });
  return reply.accepted ? { status: 200, body: session } : { status: 503, body: reply.refusal.reason };
}
