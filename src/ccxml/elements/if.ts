import { normal } from '../session/completion.ts';
import { element, type ElementNode } from './element.ts';

/** <if>: runs the first part whose condition holds (CCXML 1.0 §6.2.4–6.2.6). */
export const ifElement = element({
  tag: 'if',
  section: '6.2.4',
  content: 'executable',
  attributes: { cond: { kind: 'condition', required: true } },
  execute(node, run) {
    const last = node.children.length;
    let marker: ElementNode = node;
    let from = 0;
    for (;;) {
      let until = from;
      while (until < last && !isMarker(node.children[until])) until += 1;
      if (marker.tag !== 'else') {
        const cond = marker.attributes['cond'];
        const outcome = cond === undefined ? { ok: true as const, value: false } : run.condition(marker, cond);
        if (!outcome.ok) return outcome.completion;
        if (outcome.value) return run.execute(node.children.slice(from, until));
      } else return run.execute(node.children.slice(from, until));
      const next = node.children[until];
      if (next === undefined) return normal;
      marker = next;
      from = until + 1;
    }
  },
});

function isMarker(node: ElementNode | undefined): boolean {
  return node?.tag === 'elseif' || node?.tag === 'else';
}
