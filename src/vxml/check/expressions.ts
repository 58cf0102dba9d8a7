import type { Node } from 'acorn';
import { parseExpression, parseScript } from '../../ecmascript/expression-syntax.ts';
import { ownText, type VxmlNode } from '../document/node.ts';
import type { Problem } from '../document/parse-document.ts';
import type { VxmlDocument } from '../document/vxml-document.ts';
import { declaredNames } from './declared-names.ts';
import { nodesOf } from '../document/nodes.ts';

const expressionAttributes = ['expr', 'cond', 'srcexpr', 'eventexpr', 'messageexpr', 'expritem', 'array', 'nameexpr', 'destexpr', 'aaiexpr'] as const;

/** What every page sees without declaring it. */
const known = new Set([
  'session', 'application', 'document', 'dialog', '_event', '_message', '_prompt', '_dtmf', 'lastresult$', 'undefined', 'NaN', 'Infinity', 'globalThis', 'arguments', 'Object', 'Function', 'Array', 'String', 'Boolean', 'Number',
  'Date', 'RegExp', 'Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError', 'Math', 'JSON', 'Map', 'Set', 'WeakMap', 'WeakSet', 'Symbol', 'BigInt', 'Promise', 'Proxy', 'Reflect',
  'parseInt', 'parseFloat', 'isNaN', 'isFinite', 'encodeURI', 'encodeURIComponent', 'decodeURI', 'decodeURIComponent', 'escape', 'unescape', 'eval', 'Int8Array', 'Uint8Array', 'Float64Array', 'ArrayBuffer', 'DataView',
]);

/** Expressions and scripts that do not compile, and names that nothing declares. */
export function expressionProblems(document: VxmlDocument, root: VxmlDocument | undefined): Problem[] {
  const own = declaredNames(document.root);
  const inherited = root === undefined ? undefined : declaredNames(root.root);
  // With a root that could not be read, or a script that is fetched, any name may exist.
  const open = own.open || inherited?.open === true || (document.applicationUri !== undefined && root === undefined);
  const isKnown = (name: string): boolean => open || known.has(name) || own.names.has(name) || inherited?.names.has(name) === true;
  const problems: Problem[] = [];
  for (const node of nodesOf(document.root)) {
    for (const attribute of expressionAttributes) {
      const source = (node.attributes as Readonly<Record<string, unknown>>)[attribute];
      if (typeof source === 'string') problems.push(...problemsOf(node, attribute, source, isKnown));
    }
    const { namelist } = node.attributes as { namelist?: readonly string[] };
    for (const name of namelist ?? []) if (node.tag !== 'filled' && !isKnown(name.split('.')[0] as string)) problems.push({ severity: 'error', message: `<${node.tag} namelist> names ${name}, which is not declared`, place: node.place });
    if (node.tag === 'assign' || node.tag === 'clear') {
      const { name } = node.attributes as { name?: string };
      if (name !== undefined && !isKnown(name.trim().split(/[.[]/)[0] as string)) problems.push({ severity: 'error', message: `<${node.tag}> of ${name}, which is not declared`, place: node.place });
    }
    if (node.tag === 'script' && ownText(node).trim() !== '') {
      const parsed = parseScript(ownText(node));
      if (!parsed.ok) problems.push({ severity: 'error', message: `the script does not compile: ${parsed.error.message} (line ${parsed.error.line} of it)`, place: node.place });
    }
  }
  return problems;
}

function problemsOf(node: VxmlNode, attribute: string, source: string, isKnown: (name: string) => boolean): Problem[] {
  const parsed = parseExpression(source);
  if (!parsed.ok) return [{ severity: 'error', message: `<${node.tag}> ${attribute}="${source}" does not compile: ${parsed.error.message}`, place: node.place }];
  const free = new Set<string>();
  collect(parsed.value, new Set(), free);
  return [...free].filter((n) => !isKnown(n)).map((name) => ({ severity: 'error' as const, message: `<${node.tag}> ${attribute}="${source}" uses ${name}, which is not declared`, place: node.place }));
}

type Visited = Node & { readonly [key: string]: unknown };

/** Names that an expression reads from around it; `typeof x` may name what is not declared. */
function collect(value: unknown, bound: ReadonlySet<string>, free: Set<string>): void {
  if (Array.isArray(value)) return value.forEach((v) => collect(v, bound, free));
  if (typeof value !== 'object' || value === null || !('type' in value)) return;
  const node = value as Visited;
  switch (node.type) {
    case 'Identifier':
      if (!bound.has(String(node['name']))) free.add(String(node['name']));
      return;
    case 'MemberExpression':
      collect(node['object'], bound, free);
      if (node['computed'] === true) collect(node['property'], bound, free);
      return;
    case 'Property':
      if (node['computed'] === true) collect(node['key'], bound, free);
      return collect(node['value'], bound, free);
    case 'UnaryExpression':
      if (node['operator'] === 'typeof' && (node['argument'] as Visited).type === 'Identifier') return;
      return collect(node['argument'], bound, free);
    case 'FunctionExpression':
    case 'ArrowFunctionExpression': {
      const inner = new Set(bound);
      names(node['params'], inner);
      names(node['id'], inner);
      declared(node['body'], inner);
      return collect(node['body'], inner, free);
    }
    default:
      for (const [key, part] of Object.entries(node)) if (key !== 'label' && key !== 'id') collect(part, bound, free);
  }
}

function names(value: unknown, into: Set<string>): void {
  if (Array.isArray(value)) return value.forEach((v) => names(v, into));
  if (typeof value !== 'object' || value === null) return;
  const node = value as Visited;
  if (node.type === 'Identifier') into.add(String(node['name']));
  else for (const key of ['left', 'argument', 'elements', 'properties', 'value']) if (key in node) names(node[key], into);
}

function declared(value: unknown, into: Set<string>): void {
  if (Array.isArray(value)) return value.forEach((v) => declared(v, into));
  if (typeof value !== 'object' || value === null || !('type' in value)) return;
  const node = value as Visited;
  if (node.type === 'VariableDeclarator' || node.type === 'FunctionDeclaration') names(node['id'], into);
  for (const part of Object.values(node)) declared(part, into);
}
