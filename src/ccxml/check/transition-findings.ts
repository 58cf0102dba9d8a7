import { literalOf } from '../../ecmascript/expression-syntax.ts';
import type { CcxmlDocument, Diagnostic, TransitionNode } from '../document/ccxml-document.ts';
import type { ElementNode } from '../elements/element.ts';
import { compileEventPattern } from '../events/event-name.ts';
import { standardEvents } from '../events/standard-events.ts';

/** Transitions no event can reach, states nothing sets, and events that neither the platform raises nor the page sends. */
export function transitionFindings(document: CcxmlDocument): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const { transitions } = document;
  transitions.forEach((transition, index) => {
    const shadow = transitions.slice(0, index).find((earlier) => covers(earlier, transition));
    if (shadow !== undefined) {
      found.push({ severity: 'warning', code: 'unreachable-transition', message: `no event reaches this transition: the one at ${shadow.line}:${shadow.column} takes all of them`, line: transition.line, column: transition.column });
    }
  });
  return [...found, ...stateFindings(document), ...eventFindings(document)];
}

/** Whether every event, in every state, that `later` takes is taken by `earlier` already. */
function covers(earlier: TransitionNode, later: TransitionNode): boolean {
  if (earlier.cond !== undefined) return false;
  if (earlier.states !== undefined && (later.states === undefined || [...later.states].some((s) => earlier.states?.has(s) !== true))) return false;
  if (earlier.event === undefined || earlier.event === '*') return true;
  if (later.event === undefined) return false;
  // A pattern is covered when it matches as text: `*` of the later one can only be met by `*` of the earlier one.
  return earlier.event === later.event || (earlier.event.includes('*') && earlier.matches(later.event.replace(/\*/g, '\u0000')));
}

function stateFindings(document: CcxmlDocument): Diagnostic[] {
  const { set, open } = statesSet(document);
  if (open) return [];
  return document.transitions.flatMap((transition): Diagnostic[] => {
    if (transition.states === undefined || [...transition.states].some((s) => set.has(s))) return [];
    return [{ severity: 'warning', code: 'unreachable-transition', message: `nothing sets ${document.stateVariable} to ${[...transition.states].join(' or ')}`, line: transition.line, column: transition.column }];
  });
}

/** Literal values given to the state variable; `open`: some value cannot be told from the text. */
export function statesSet(document: CcxmlDocument): { readonly set: ReadonlySet<string>; readonly open: boolean; readonly initial: string | undefined } {
  const set = new Set<string>();
  const bare = document.stateVariable.replace(/^(ccxml|application)\./, '');
  let open = false;
  let initial: string | undefined;
  const walk = (node: ElementNode, first: boolean): void => {
    const name = node.attributes['name']?.text.replace(/^(ccxml|application)\./, '');
    if ((node.tag === 'var' || node.tag === 'assign') && name === bare) {
      const literal = node.attributes['expr'] === undefined ? undefined : literalOf(node.attributes['expr'].text);
      if (literal !== undefined) {
        set.add(String(literal.value));
        if (first) initial = String(literal.value);
      } else if (node.attributes['expr'] !== undefined) open = true;
    }
    if (node.tag === 'script' && (node.text === undefined || node.text.trim() === '' || node.text.includes(bare))) open = true;
    node.children.forEach((child) => walk(child, first));
  };
  document.initial.forEach((node) => walk(node, true));
  document.transitions.forEach((transition) => transition.children.forEach((node) => walk(node, false)));
  return { set, open, initial };
}

function eventFindings(document: CcxmlDocument): Diagnostic[] {
  const sent: string[] = [];
  let open = false;
  const walk = (node: ElementNode): void => {
    if (node.tag === 'send') {
      const literal = literalOf(node.attributes['name']?.text ?? '');
      if (literal === undefined) open = true;
      else sent.push(String(literal.value));
    }
    node.children.forEach(walk);
  };
  document.initial.forEach(walk);
  document.transitions.forEach((t) => t.children.forEach(walk));
  if (open) return [];
  const raised = Object.keys(standardEvents);
  return document.transitions.flatMap((transition): Diagnostic[] => {
    const { event } = transition;
    if (event === undefined || sent.some((name) => transition.matches(name))) return [];
    const known = raised.some((name) => transition.matches(name) || (name.endsWith('*') && compileEventPattern(name)(event.replace(/\*/g, 'x'))) || compileEventPattern(`${name}.*`)(event));
    if (known) return [];
    return [{ severity: 'warning', code: 'event-nothing-sends', message: `neither the platform raises ${event} nor does this page send it: it must come from outside`, line: transition.line, column: transition.column }];
  });
}
