import type { ScriptScope } from '../../ecmascript/ecmascript.ts';
import { childrenOf, type VxmlNode } from '../document/node.ts';
import { inheritedRoot } from '../scope/document-context.ts';
import type { Evaluated } from '../scope/scripts.ts';
import type { Frame } from '../session/frame.ts';
import { eventHandlers } from '../document/content.ts';
import { prefixesOf, type VxmlEvent } from './vxml-event.ts';

interface Handler {
  readonly node: VxmlNode;
  /** Event names; empty catches all. */
  readonly events: readonly string[];
  readonly count: number;
  readonly cond: string | undefined;
}

/**
 * §5.2.4: of the handlers of item, dialog, document and root, those whose name is a prefix of the event's, whose condition holds and
 * whose count is not above the counter; the highest count wins, and of equals the innermost, then the first in document order.
 */
export function selectCatch(event: VxmlEvent, frame: Frame, counters: ReadonlyMap<string, number>, scope: ScriptScope): Evaluated<VxmlNode | undefined> {
  const prefixes = new Set(prefixesOf(event.name));
  let best: Handler | undefined;
  for (const handler of handlersFor(frame)) {
    const names = handler.events.length === 0 ? [''] : handler.events.filter((e) => prefixes.has(e));
    if (!names.some((n) => handler.count <= (counters.get(n) ?? 0))) continue;
    if (best !== undefined && handler.count <= best.count) continue;
    if (handler.cond !== undefined) {
      const holds = frame.session.scripts.test(scope, handler.cond);
      if (!holds.ok) return holds;
      if (!holds.value) continue;
    }
    best = handler;
  }
  return { ok: true, value: best?.node };
}

function handlersFor({ item, dialog, context }: Frame): readonly Handler[] {
  const menu = item !== undefined && item.node === (dialog?.node as VxmlNode | undefined);
  const levels = [item?.node, menu ? undefined : dialog?.node, context.document.root, inheritedRoot(context)?.root];
  return levels.flatMap((node) => (node === undefined ? [] : handlersOf(node)));
}

const read = new WeakMap<VxmlNode, readonly Handler[]>();

function handlersOf(node: VxmlNode): readonly Handler[] {
  let handlers = read.get(node);
  if (handlers === undefined) {
    handlers = childrenOf<{ event?: readonly string[]; count: number; cond?: string }>(node, ...eventHandlers).map((child) => ({
      node: child,
      // `.` is an alias of "all" that some pages use; a trailing dot or wildcard means the prefix.
      events: child.tag === 'catch' ? (child.attributes.event ?? []).map((e) => e.replace(/\.?\*?$/, '')) : [child.tag],
      count: child.attributes.count,
      cond: child.attributes.cond,
    }));
    read.set(node, handlers);
  }
  return handlers;
}
