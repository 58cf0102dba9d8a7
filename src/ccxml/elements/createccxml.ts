import type { SessionId } from '../../kernel/ids.ts';
import { normal } from '../session/completion.ts';
import { defaultEnctype } from './dialog-attributes.ts';
import { element } from './element.ts';

/** <createccxml>: starts another session (CCXML 1.0 §6.2.9). */
export const createccxml = element({
  tag: 'createccxml',
  section: '6.2.9',
  content: 'empty',
  attributes: {
    next: { kind: 'uri', required: true },
    method: { kind: 'enumeration', values: ['get', 'post'] },
    namelist: { kind: 'namelist' },
    parameters: { kind: 'namelist' },
    sessionid: { kind: 'location' },
    timeout: { kind: 'time' },
    maxage: { kind: 'time' },
    maxstale: { kind: 'time' },
    enctype: { kind: 'string' },
  },
  perform(values, node, run) {
    const session = run.newId('session') as SessionId;
    if (values.sessionid !== undefined) {
      const stored = run.store(node, values.sessionid, session);
      if (stored.type !== 'normal') return stored;
    }
    const uri = run.resolve(values.next);
    if (uri === undefined) {
      run.raise('error.createccxml', { sessionid: session, reason: `createccxml: ${JSON.stringify(values.next)} is no address`, tagname: 'createccxml' });
      return normal;
    }
    run.request({
      do: 'createccxml',
      session,
      next: { id: run.newId('fetch'), uri, method: values.method === 'post' ? 'post' : 'get', enctype: values.enctype ?? defaultEnctype, namelist: values.namelist ?? {}, timeoutMs: values.timeout, maxAgeMs: values.maxage, maxStaleMs: values.maxstale },
      parameters: values.parameters ?? {},
    });
    return normal;
  },
});
