import type { CcxmlSession } from './ccxml-session.ts';
import type { ElementRun } from './element-run.ts';
import type { FetchRequest } from './session-protocol.ts';

const documentTypes = new Set(['application/ccxml+xml', 'application/xml', 'text/xml']);
const scriptTypes = new Set(['text/ecmascript', 'application/ecmascript', 'text/javascript', 'application/javascript', 'application/x-javascript']);

/** Carries out a `<fetch>` (CCXML 1.0 §6.2.7): fetch.done once the content is checked and usable, else error.fetch. */
export function startContentFetch(session: CcxmlSession, request: Parameters<ElementRun['startFetch']>[0]): 'started' | 'limit' {
  if (session.fetches.pending >= session.start.limits.fetches) return 'limit';
  const { fetchId, uri } = request;
  const type = request.type.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const failed = (reason: string, status?: number): void => {
    session.fetches.fail();
    session.raise('error.fetch', { fetchid: fetchId, uri, reason: `fetch: ${reason}`, ...(status === undefined ? {} : { statuscode: status }), tagname: 'fetch' });
  };
  session.fetches.begin();
  const fetch: FetchRequest = {
    id: fetchId, uri, method: request.method, enctype: request.enctype, namelist: request.namelist,
    timeoutMs: request.timeoutMs, maxAgeMs: request.maxAgeMs, maxStaleMs: request.maxStaleMs,
  };
  if (documentTypes.has(type)) {
    session.loadDocument(fetch, (result) => {
      if (!result.ok) return failed(result.error.place === undefined ? result.error.reason : `${result.error.place}: ${result.error.reason}`, result.error.status);
      session.fetches.complete(fetchId, { kind: 'document', loaded: result.value });
      session.raise('fetch.done', { fetchid: fetchId, uri: result.value.document.uri });
    });
  } else if (scriptTypes.has(type)) {
    session.loadText(fetch, (outcome) => {
      if (!outcome.ok) return failed(outcome.reason, outcome.status);
      session.fetches.complete(fetchId, { kind: 'script', text: outcome.text, uri: outcome.uri });
      session.raise('fetch.done', { fetchid: fetchId, uri: outcome.uri });
    });
  } else failed(`content of type ${request.type} cannot be used`);
  return 'started';
}
