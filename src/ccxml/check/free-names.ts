import type { AnyNode } from 'acorn';

/**
 * Names a program or expression uses without declaring them. A name declared anywhere inside counts as declared; what stands under
 * `typeof` may be undeclared.
 */
export function freeNames(root: AnyNode): readonly { readonly name: string; readonly start: number }[] {
  const used: { name: string; start: number }[] = [];
  const declared = new Set<string>();
  const visit = (node: unknown, key: string, parent: Record<string, unknown> | undefined): void => {
    if (Array.isArray(node)) {
      for (const item of node) visit(item, key, parent);
      return;
    }
    if (typeof node !== 'object' || node === null || typeof (node as { type?: unknown }).type !== 'string') return;
    const record = node as Record<string, unknown> & { type: string };
    if (record.type === 'Identifier') {
      const name = String(record['name']);
      if (parent?.['type'] === 'MemberExpression' && key === 'property' && parent['computed'] !== true) return;
      if ((parent?.['type'] === 'Property' || parent?.['type'] === 'MethodDefinition') && key === 'key' && parent['computed'] !== true) return;
      if (parent?.['type'] === 'UnaryExpression' && parent['operator'] === 'typeof') return;
      if (['LabeledStatement', 'BreakStatement', 'ContinueStatement'].includes(String(parent?.['type']))) return;
      if (isDeclaration(parent, key)) declared.add(name);
      else used.push({ name, start: Number(record['start']) });
      return;
    }
    for (const [k, child] of Object.entries(record)) {
      if (k !== 'type' && k !== 'loc') visit(child, record.type === 'ArrayPattern' || record.type === 'ObjectPattern' || record.type === 'RestElement' || record.type === 'AssignmentPattern' ? `pattern:${k}` : k, record);
    }
  };
  visit(root, '', undefined);
  return used.filter(({ name }) => !declared.has(name));
}

function isDeclaration(parent: Record<string, unknown> | undefined, key: string): boolean {
  switch (parent?.['type']) {
    case 'VariableDeclarator': return key === 'id';
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression': return key === 'id' || key === 'params';
    case 'ClassDeclaration':
    case 'ClassExpression': return key === 'id';
    case 'CatchClause': return key === 'param';
    case 'ArrayPattern': return key === 'pattern:elements';
    case 'RestElement': return key === 'pattern:argument';
    case 'AssignmentPattern': return key === 'pattern:left';
    default: return false;
  }
}

/** Names that are there without any declaration. */
export const builtinNames: ReadonlySet<string> = new Set([
  'session', 'application', 'ccxml', 'transition', 'event$', 'state$', 'undefined', 'NaN', 'Infinity', 'Object', 'Array', 'String', 'Number', 'Boolean', 'Date', 'Math', 'JSON', 'RegExp', 'Error', 'TypeError', 'RangeError',
  'SyntaxError', 'ReferenceError', 'EvalError', 'URIError', 'Function', 'Symbol', 'Map', 'Set', 'WeakMap', 'WeakSet', 'Promise', 'Proxy', 'Reflect', 'BigInt', 'parseInt', 'parseFloat', 'isNaN', 'isFinite', 'encodeURI',
  'encodeURIComponent', 'decodeURI', 'decodeURIComponent', 'escape', 'unescape', 'eval', 'globalThis', 'arguments', 'ArrayBuffer', 'Uint8Array',
]);
