import type { CcxmlDocument, TransitionNode } from '../document/ccxml-document.ts';
import type { EventData } from '../events/event-data.ts';
import type { Completion } from './completion.ts';
import type { ElementRunner } from './element-runner.ts';

/**
 * The first transition, in document order, whose state, event and cond all match (CCXML 1.0 §9.1, §9.2.2). A condition that cannot
 * be evaluated raises error.semantic and counts as false.
 */
export function selectTransition(document: CcxmlDocument, event: EventData, state: string | undefined, runner: ElementRunner): { readonly type: 'transition'; readonly node: TransitionNode } | { readonly type: 'completion'; readonly completion: Completion } | undefined {
  for (const transition of document.transitions) {
    if (transition.states !== undefined && (state === undefined || !transition.states.has(state))) continue;
    if (!transition.matches(event.name)) continue;
    if (transition.cond !== undefined) {
      const outcome = runner.condition(transition.node, transition.cond);
      if (!outcome.ok) {
        if (outcome.completion.type === 'limit') return { type: 'completion', completion: outcome.completion };
        continue;
      }
      if (!outcome.value) continue;
    }
    return { type: 'transition', node: transition };
  }
  return undefined;
}
