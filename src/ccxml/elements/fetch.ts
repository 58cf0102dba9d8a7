import { normal } from '../session/completion.ts';
import { defaultEnctype } from './dialog-attributes.ts';
import { element } from './element.ts';

/** <fetch>: loads a document or script in the background (CCXML 1.0 §6.2.7). */
export const fetchElement = element({
  tag: 'fetch',
  section: '6.2.7',
  content: 'empty',
  attributes: {
    next: { kind: 'uri', required: true },
    type: { kind: 'string' },
    namelist: { kind: 'namelist' },
    method: { kind: 'enumeration', values: ['get', 'post'] },
    fetchid: { kind: 'location' },
    timeout: { kind: 'time' },
    maxage: { kind: 'time' },
    maxstale: { kind: 'time' },
    enctype: { kind: 'string' },
  },
  perform(values, node, run) {
    const fetchId = run.newId('fetch');
    if (values.fetchid !== undefined) {
      const stored = run.store(node, values.fetchid, fetchId);
      if (stored.type !== 'normal') return stored;
    }
    const uri = run.resolve(values.next);
    if (uri === undefined) {
      run.raise('error.fetch', { fetchid: fetchId, reason: `fetch: ${JSON.stringify(values.next)} is no address`, tagname: 'fetch' });
      return normal;
    }
    const started = run.startFetch({
      fetchId, uri, type: values.type ?? 'application/ccxml+xml', method: values.method === 'post' ? 'post' : 'get', enctype: values.enctype ?? defaultEnctype,
      namelist: values.namelist ?? {}, timeoutMs: values.timeout, maxAgeMs: values.maxage, maxStaleMs: values.maxstale,
    });
    if (started === 'limit') run.raise('error.fetch', { fetchid: fetchId, reason: 'fetch: too many fetches under way in this session', tagname: 'fetch' });
    return normal;
  },
});
