import { literalOf } from '../../ecmascript/expression-syntax.ts';
import { statesSet } from '../check/transition-findings.ts';
import type { CcxmlDocument, TransitionNode } from '../document/ccxml-document.ts';
import type { ElementNode } from '../elements/element.ts';

/** What is drawn of a page: its states, and in each what happens on which event. */
export interface StateChart {
  readonly title: string;
  readonly states: readonly ChartState[];
}

export interface ChartState {
  /** `*` holds the transitions of every state. */
  readonly name: string;
  readonly initial: boolean;
  readonly rows: readonly ChartRow[];
}

export interface ChartRow {
  readonly event: string;
  readonly cond: string | undefined;
  readonly actions: readonly string[];
  /** States this transition may lead to; `exit` when it may end the session. */
  readonly targets: readonly string[];
  readonly place: string;
}

export const anyState = '*';
export const exitState = 'exit';

/** Reads the state machine out of a document (the state variable and the literals assigned to it). */
export function stateChart(document: CcxmlDocument): StateChart {
  const { set, initial } = statesSet(document);
  const names = new Set<string>([...(initial === undefined ? [] : [initial]), ...document.transitions.flatMap((t) => [...(t.states ?? [])]), ...set]);
  const states: ChartState[] = [...names].map((name) => ({ name, initial: name === initial, rows: document.transitions.filter((t) => t.states?.has(name) === true).map((t) => row(t, document)) }));
  const general = document.transitions.filter((t) => t.states === undefined).map((t) => row(t, document));
  if (general.length > 0) states.push({ name: anyState, initial: false, rows: general });
  const exits = states.some((s) => s.rows.some((r) => r.targets.includes(exitState)));
  if (exits) states.push({ name: exitState, initial: false, rows: [] });
  return { title: document.uri.replace(/^.*\//, ''), states };
}

function row(transition: TransitionNode, document: CcxmlDocument): ChartRow {
  const actions: string[] = [];
  const targets: string[] = [];
  const bare = document.stateVariable.replace(/^(ccxml|application)\./, '');
  const walk = (node: ElementNode, depth: number): void => {
    const is = node.attributes;
    if (node.tag === 'assign' && is['name']?.text.replace(/^(ccxml|application)\./, '') === bare) {
      const literal = literalOf(is['expr']?.text ?? '');
      targets.push(literal === undefined ? '?' : String(literal.value));
    } else if (node.tag === 'exit') targets.push(exitState);
    else if (!['log', 'assign', 'var', 'if', 'else', 'elseif', 'script'].includes(node.tag)) actions.push(`${depth > 0 ? '? ' : ''}${describe(node)}`);
    node.children.forEach((child) => walk(child, depth + (node.tag === 'if' ? 1 : 0)));
  };
  transition.children.forEach((node) => walk(node, 0));
  return { event: transition.event ?? 'any event', cond: transition.cond?.text, actions, targets: [...new Set(targets)], place: `${transition.line}:${transition.column}` };
}

function describe(node: ElementNode): string {
  const key = ['dest', 'src', 'next', 'name', 'prepareddialogid', 'id1', 'connectionid', 'conferenceid', 'dialogid', 'fetchid', 'sendid', 'source'].find((k) => node.attributes[k] !== undefined);
  const text = key === undefined ? '' : ` ${node.attributes[key]?.text ?? ''}`;
  const second = node.tag === 'join' || node.tag === 'unjoin' ? ` ${node.attributes['id2']?.text ?? ''}` : node.tag === 'send' && node.attributes['delay'] !== undefined ? ` in ${node.attributes['delay'].text}` : '';
  return `${node.tag}${text}${second}`;
}
