import type { VxmlContent, VxmlNode } from '../document/node.ts';
import { queuePrompt } from '../prompts/queue-prompt.ts';
import type { Frame } from '../session/frame.ts';
import { normal, type Completion } from './completion.ts';
import type { ItemState } from './dialog-state.ts';

interface Candidate {
  readonly count: number;
  readonly cond: string | undefined;
  readonly node: VxmlNode | undefined;
  readonly content: readonly VxmlContent[];
}

/** §4.1.6: of the prompts whose condition holds, those with the highest count that is not above the counter; then the counter goes up. */
export async function queueItemPrompts(item: ItemState, frame: Frame): Promise<Completion> {
  const { session, scope } = frame;
  const holding: Candidate[] = [];
  for (const candidate of candidatesOf(item.node)) {
    const holds = candidate.cond === undefined ? { ok: true as const, value: true } : session.scripts.test(scope, candidate.cond);
    if (!holds.ok) return holds.completion;
    if (holds.value && candidate.count <= item.promptCounter) holding.push(candidate);
  }
  const highest = Math.max(...holding.map((c) => c.count));
  item.promptCounter += 1;
  for (const { node, content } of holding.filter((c) => c.count === highest)) {
    const queued = await queuePrompt(content, node, frame);
    if (queued.kind !== 'normal') return queued;
  }
  return normal;
}

const implicit: ReadonlySet<string> = new Set(['audio', 'enumerate', 'value']);
const read = new WeakMap<VxmlNode, readonly Candidate[]>();

/** The `<prompt>`s of an item, and each run of prompt content without one, which counts as the first. */
function candidatesOf(node: VxmlNode): readonly Candidate[] {
  const known = read.get(node);
  if (known !== undefined) return known;
  const candidates: Candidate[] = [];
  let bare: VxmlContent[] = [];
  const flush = (): void => {
    if (bare.some((c) => c.kind === 'element' || c.text.trim() !== '')) candidates.push({ count: 1, cond: undefined, node: undefined, content: bare });
    bare = [];
  };
  for (const child of node.children) {
    if (child.kind === 'text' || implicit.has(child.tag)) {
      bare.push(child);
      continue;
    }
    flush();
    if (child.tag !== 'prompt') continue;
    const { count, cond } = child.attributes as { count: number; cond?: string };
    candidates.push({ count, cond, node: child, content: child.children });
  }
  flush();
  read.set(node, candidates);
  return candidates;
}
