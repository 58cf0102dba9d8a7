import { element } from './element.ts';

/** <script>: inline, from `src` (loaded with the document), or from a completed fetch (CCXML 1.0 §8.2.3). */
export const script = element({
  tag: 'script',
  section: '8.2.3',
  content: 'text',
  attributes: {
    src: { kind: 'literal' },
    fetchid: { kind: 'string' },
    charset: { kind: 'literal' },
    timeout: { kind: 'literal' },
    maxage: { kind: 'literal' },
    maxstale: { kind: 'literal' },
  },
  check: (has, text) => {
    const sources = Number(has('src')) + Number(has('fetchid')) + Number(text.trim() !== '');
    return sources > 1 ? 'src, fetchid and inline text exclude each other' : undefined;
  },
  perform(values, node, run) {
    if (node.source !== undefined) {
      const source = run.scriptOf(node.source);
      return source === undefined ? run.semantic(node, `script: ${node.source} was not loaded`) : run.runScript(node, source, node.source);
    }
    const { fetchid } = values;
    if (fetchid === undefined) return run.runScript(node, node.text ?? '', '');
    const content = run.fetched(fetchid);
    if (content === undefined) return run.semantic(node, `script: ${JSON.stringify(fetchid)} is not a completed fetch`);
    if (content.kind !== 'script') return run.semantic(node, 'script: the fetched content is no script');
    return run.runScript(node, content.text, content.uri);
  },
});
