import { element } from './element.ts';

/** <goto>: goes on with a fetched document (CCXML 1.0 §6.2.8). */
export const goto = element({
  tag: 'goto',
  section: '6.2.8',
  content: 'empty',
  attributes: { fetchid: { kind: 'string', required: true } },
  perform(values, node, run) {
    const { fetchid } = values;
    const content = run.fetched(fetchid);
    if (content === undefined) return run.semantic(node, `goto: ${JSON.stringify(fetchid)} is not a completed fetch`);
    if (content.kind !== 'document') return run.semantic(node, 'goto: the fetched content is no CCXML document');
    return { type: 'goto', document: content.loaded };
  },
});
