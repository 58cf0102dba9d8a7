import type { VxmlContent, VxmlNode } from '../document/node.ts';
import { registry } from '../document/registry.ts';
import { queuePrompt } from '../prompts/queue-prompt.ts';
import type { Frame } from '../session/frame.ts';
import { isOver } from '../session/session.ts';
import { ended, normal, type Completion } from './completion.ts';

/** Tags that make up an implicit prompt where they stand without `<prompt>` (§4.1). */
const implicit: ReadonlySet<string> = new Set(['audio', 'enumerate', 'value']);

/** Runs executable content in order (§5.3), until something else than going on is to be done. */
export async function executeContent(content: readonly VxmlContent[], frame: Frame): Promise<Completion> {
  const { session } = frame;
  if (frame.depth > session.budget.limits.contentDepth) {
    session.budget.exceed(`executable content nested deeper than ${session.budget.limits.contentDepth}`);
    return ended;
  }
  const inner: Frame = { ...frame, depth: frame.depth + 1 };
  for (let at = 0; at < content.length; ) {
    if (!session.budget.step()) return ended;
    const pause = session.budget.pause();
    if (pause !== undefined) await pause;
    if (isOver(session)) return ended;
    const run = implicitPrompt(content, at);
    const completion = run.length > 0 ? await queuePrompt(run, undefined, inner) : await executeNode(content[at] as VxmlNode, inner);
    if (completion.kind !== 'normal') return completion;
    at += Math.max(run.length, 1);
  }
  return normal;
}

/** The run of prompt content that starts at `at`. */
export function implicitPrompt(content: readonly VxmlContent[], at: number): readonly VxmlContent[] {
  let end = at;
  for (let c = content[end]; c !== undefined && (c.kind === 'text' || implicit.has(c.tag)); c = content[end]) end += 1;
  return content.slice(at, end);
}

async function executeNode(node: VxmlNode, frame: Frame): Promise<Completion> {
  const definition = registry.get(node.tag);
  return definition?.execute === undefined ? normal : definition.execute(node, frame);
}
