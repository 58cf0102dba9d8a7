import type { CcxmlDocument, TransitionNode } from '../document/ccxml-document.ts';
import type { Completion } from './completion.ts';
import type { ElementRunner } from './element-runner.ts';

/** Transitions whose event pattern takes the name, in document order: looked for once per name and document. */
export class TransitionIndex {
  readonly #byName = new WeakMap<CcxmlDocument, Map<string, readonly TransitionNode[]>>();

  candidates(document: CcxmlDocument, name: string): readonly TransitionNode[] {
    let names = this.#byName.get(document);
    if (names === undefined) {
      names = new Map();
      this.#byName.set(document, names);
    }
    let found = names.get(name);
    if (found === undefined) {
      found = document.transitions.filter((transition) => transition.matches(name));
      // Names of a page's own making could be without number.
      if (names.size < 1000) names.set(name, found);
    }
    return found;
  }
}

/** Of the transitions for an event, those for the current state (CCXML 1.0 §9.2.2). */
export function inState(candidates: readonly TransitionNode[], state: () => string | undefined): readonly TransitionNode[] {
  if (candidates.every((transition) => transition.states === undefined)) return candidates;
  const current = state();
  return candidates.filter((transition) => transition.states === undefined || (current !== undefined && transition.states.has(current)));
}

/**
 * The first transition, in document order, whose condition holds (CCXML 1.0 §9.1). A condition that cannot be evaluated raises
 * error.semantic and counts as false.
 */
export function selectTransition(candidates: readonly TransitionNode[], runner: ElementRunner): { readonly type: 'transition'; readonly node: TransitionNode } | { readonly type: 'completion'; readonly completion: Completion } | undefined {
  for (const transition of candidates) {
    if (transition.cond === undefined) return { type: 'transition', node: transition };
    const outcome = runner.condition(transition.node, transition.cond);
    if (outcome.ok && outcome.value) return { type: 'transition', node: transition };
    if (!outcome.ok && outcome.completion.type === 'limit') return { type: 'completion', completion: outcome.completion };
  }
  return undefined;
}
