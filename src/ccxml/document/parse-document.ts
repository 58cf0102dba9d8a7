import { fail, ok, type Result } from '../../kernel/result.ts';
import { parseXml } from '../../xml/parse-xml.ts';
import { attributeOf, baseOf, childElements, type XmlElement } from '../../xml/xml-tree.ts';
import { ccxmlNamespace } from '../elements/ccxml.ts';
import { defaultStateVariable } from '../elements/eventprocessor.ts';
import type { ElementNode } from '../elements/element.ts';
import { initialTags } from '../elements/registry.ts';
import { compileEventPattern } from '../events/event-name.ts';
import { buildNode, type BuildReport } from './build-node.ts';
import type { CcxmlDocument, Diagnostic, TransitionNode } from './ccxml-document.ts';
import { declaresVariables, looksAtObjects } from './text-needs.ts';
import { isVariableName } from './variable-name.ts';

/** Why a document is refused: every error, in document order, with the warnings. */
export interface DocumentRefusal {
  readonly uri: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** Largest document taken, characters. */
const maxLength = 1024 * 1024;

/** Parses and checks a document against the element table (CCXML 1.0 §6, §9.5.1). */
export function parseDocument(text: string, uri: string): Result<CcxmlDocument, DocumentRefusal> {
  const xml = parseXml(text, uri, { maxLength });
  if (!xml.ok) {
    const { message, line, column } = xml.error;
    return fail({ uri, diagnostics: [{ severity: 'error', code: `xml-${xml.error.kind}`, message: `not well-formed: ${message}`, line, column }] });
  }
  const { root } = xml.value;
  const diagnostics: Diagnostic[] = [];
  const scriptSources = new Set<string>();
  const report: BuildReport = { uri, diagnostics, scriptSources, declared: declaredNames(root) };
  const at = { line: root.line, column: root.column };
  if (root.localName !== 'ccxml' || (root.namespace !== undefined && root.namespace !== ccxmlNamespace)) {
    return fail({ uri, diagnostics: [{ severity: 'error', code: 'root', message: `the root is <${root.name}>${root.namespace === undefined ? '' : ` of ${root.namespace}`}, not <ccxml> of ${ccxmlNamespace}`, ...at }] });
  }
  if (root.namespace === undefined) diagnostics.push({ severity: 'warning', code: 'namespace', message: `<ccxml> has no namespace; it is read as ${ccxmlNamespace}`, ...at });
  const version = attributeOf(root, 'version');
  if (version === undefined) diagnostics.push({ severity: 'error', code: 'missing-attribute', message: '<ccxml> needs the attribute version', ...at });
  else if (version.trim() !== '1.0') diagnostics.push({ severity: 'warning', code: 'version', message: `version ${JSON.stringify(version)} is read as 1.0`, ...at });
  for (const attribute of root.attributes) {
    if (attribute.namespace === undefined && attribute.localName !== 'version') diagnostics.push({ severity: 'error', code: 'unknown-attribute', message: `<ccxml> has no attribute ${attribute.name}`, line: attribute.line, column: attribute.column });
  }
  refuseText(root, diagnostics);

  const initial: ElementNode[] = [];
  const meta: Record<string, string> = {};
  let processor: { node: ElementNode; xml: XmlElement } | undefined;
  for (const child of childElements(root)) {
    const node = buildNode(child, root, report);
    if (node === undefined) continue;
    if (node.tag === 'eventprocessor') {
      if (processor === undefined) processor = { node, xml: child };
      else diagnostics.push({ severity: 'error', code: 'second-eventprocessor', message: 'a document has one <eventprocessor>', line: child.line, column: child.column });
    } else if (node.tag === 'meta') {
      const key = node.attributes['name']?.text ?? node.attributes['http-equiv']?.text ?? '';
      meta[key] = node.attributes['content']?.text ?? '';
    } else if (node.tag !== 'metadata') {
      if (!initialTags.has(node.tag)) diagnostics.push({ severity: 'error', code: 'misplaced', message: `<${node.tag}> cannot stand directly in <ccxml>`, line: child.line, column: child.column });
      else if (processor !== undefined) diagnostics.push({ severity: 'warning', code: 'after-eventprocessor', message: `<${node.tag}> behind <eventprocessor> runs before the first event like those in front of it`, line: child.line, column: child.column });
      initial.push(node);
    }
  }
  if (processor === undefined) diagnostics.push({ severity: 'warning', code: 'no-eventprocessor', message: 'the document has no <eventprocessor>: no event is handled', ...at });
  const stateSource = processor?.node.attributes['statevariable'];
  if (stateSource !== undefined && !isVariableName(stateSource.text)) diagnostics.push({ severity: 'error', code: 'statevariable', message: `${JSON.stringify(stateSource.text)} is no variable name`, line: stateSource.line, column: stateSource.column });
  const transitions = (processor?.node.children ?? []).flatMap((node) => transitionOf(node, diagnostics));
  diagnostics.sort((a, b) => a.line - b.line || a.column - b.column);
  if (diagnostics.some((d) => d.severity === 'error')) return fail({ uri, diagnostics });
  return ok({
    uri,
    baseUri: baseOf(root, uri) ?? uri,
    initial,
    stateVariable: stateSource?.text ?? defaultStateVariable,
    stateVariableNamed: stateSource !== undefined,
    transitions,
    meta,
    scriptSources: [...scriptSources],
    warnings: diagnostics,
    looksAtObjects: [...initial, ...transitions.map((t) => t.node)].some(looksAtObjects),
  });
}

function transitionOf(node: ElementNode, diagnostics: Diagnostic[]): TransitionNode[] {
  if (node.tag !== 'transition') {
    diagnostics.push({ severity: 'error', code: 'misplaced', message: `<${node.tag}> cannot stand in <eventprocessor>`, line: node.line, column: node.column });
    return [];
  }
  const state = node.attributes['state'];
  const states = state?.text.split(/\s+/).filter((s) => s !== '').map((s) => s.replace(/^(['"])(.*)\1$/, '$2'));
  if (state !== undefined && states?.length === 0) diagnostics.push({ severity: 'warning', code: 'empty-state', message: 'an empty state is read as any state', line: state.line, column: state.column });
  if (state !== undefined && /['"]/.test(state.text)) diagnostics.push({ severity: 'warning', code: 'quoted-state', message: 'state is a list of names, not an expression; the quotes are left out', line: state.line, column: state.column });
  let event = node.attributes['event']?.text.trim();
  const place = node.attributes['event'] ?? node;
  if (event !== undefined && /^'[^']*'$|^"[^"]*"$/.test(event)) {
    diagnostics.push({ severity: 'warning', code: 'quoted-event', message: 'event is a pattern, not an expression; the quotes are left out', line: place.line, column: place.column });
    event = event.slice(1, -1);
  }
  if (event === '') {
    diagnostics.push({ severity: 'warning', code: 'empty-event', message: 'an empty event is read as any event', line: place.line, column: place.column });
    event = undefined;
  }
  const old = node.attributes['name'];
  if (old !== undefined) diagnostics.push({ severity: 'warning', code: 'old-attribute', message: `name on <transition> is of an older draft: ${old.text} is event$ under another name`, line: old.line, column: old.column });
  return [{
    line: node.line,
    column: node.column,
    states: states === undefined || states.length === 0 ? undefined : new Set(states),
    event,
    matches: event === undefined ? () => true : compileEventPattern(event),
    cond: node.attributes['cond'],
    eventName: old !== undefined && isVariableName(old.text) ? old.text : undefined,
    children: node.children,
    node,
    declares: declaresVariables(node),
  }];
}

/** Names that some <var> of the document declares: an unquoted word that is one of them is meant as a variable. */
function declaredNames(root: XmlElement): ReadonlySet<string> {
  const names = new Set<string>();
  const walk = (element: XmlElement): void => {
    if (element.localName === 'var') names.add((attributeOf(element, 'name') ?? '').replace(/^.*\./, ''));
    childElements(element).forEach(walk);
  };
  walk(root);
  return names;
}

export function refuseText(element: XmlElement, diagnostics: Diagnostic[]): void {
  for (const child of element.children) {
    if (child.kind === 'text' && child.text.trim() !== '') {
      diagnostics.push({ severity: 'warning', code: 'stray-text', message: `text in <${element.localName}> is not used`, line: child.line, column: child.column });
    }
  }
}
