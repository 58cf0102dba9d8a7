import type { ForInStatement, ForOfStatement, ForStatement, FunctionDeclaration, Pattern, Program, Statement, VariableDeclaration } from 'acorn';

/** A `<script>` made ready to run inside a scope object. */
export interface HoistedScript {
  /** Names that the program declares at its top level: properties of the scope from before the first statement. */
  readonly names: readonly string[];
  readonly functions: readonly string[];
  /** The program with declarations turned into assignments; lines stay where they were. */
  readonly body: string;
}

/** What a top-level function is called inside the wrapper; the scope holds it under its own name. */
export const hoistedPrefix = '$\u200c';

interface Edit {
  readonly at: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Top-level `var`, `let`, `const`, `class` and functions of a script become variables of the scope it runs in
 * (VoiceXML 2.0 §5.3.12, CCXML 1.0 §8.2.3): `var x = 1` → `x = 1`, with `x` declared beforehand; `function f(){}` stays where
 * it is under an inner name and is assigned before the first statement. `var` inside blocks is hoisted; functions are left alone.
 */
export function hoistScript(program: Program, text: string): HoistedScript {
  const names = new Set<string>();
  const functions: string[] = [];
  const edits: Edit[] = [];

  const declaration = (node: VariableDeclaration, inHead: boolean): void => {
    // `void(` keeps the line break before it a statement's end, as `var` did.
    edits.push({ at: node.start, end: node.start + node.kind.length, text: inHead ? '' : 'void(' });
    for (const item of node.declarations) {
      collectNames(item.id, names);
      // `var x;` leaves a value that is already there alone.
      if (item.init == null && !inHead) edits.push({ at: item.start, end: item.end, text: '0' });
    }
    const last = node.declarations.at(-1);
    if (!inHead && last !== undefined) edits.push({ at: last.end, end: last.end, text: ')' });
  };

  const functionDeclaration = (node: FunctionDeclaration, top: boolean): void => {
    if (!top) return;
    functions.push(node.id.name);
    names.add(node.id.name);
    edits.push({ at: node.id.start, end: node.id.start, text: hoistedPrefix });
  };

  const head = (node: ForStatement['init'] | ForInStatement['left']): void => {
    if (node?.type === 'VariableDeclaration' && node.kind === 'var') declaration(node, true);
  };

  const walk = (node: Statement, top: boolean): void => {
    switch (node.type) {
      case 'VariableDeclaration':
        if (node.kind === 'var' || top) declaration(node, false);
        break;
      case 'FunctionDeclaration':
        functionDeclaration(node, top);
        break;
      case 'ClassDeclaration':
        if (top) {
          names.add(node.id.name);
          edits.push({ at: node.start, end: node.start, text: `;${node.id.name}=` }, { at: node.end, end: node.end, text: ';' });
        }
        break;
      case 'BlockStatement':
        node.body.forEach((s) => walk(s, false));
        break;
      case 'IfStatement':
        walk(node.consequent, false);
        if (node.alternate) walk(node.alternate, false);
        break;
      case 'ForStatement':
        head(node.init);
        walk(node.body, false);
        break;
      case 'ForInStatement':
      case 'ForOfStatement':
        head((node as ForInStatement | ForOfStatement).left);
        walk(node.body, false);
        break;
      case 'WhileStatement':
      case 'DoWhileStatement':
      case 'LabeledStatement':
      case 'WithStatement':
        walk(node.body, false);
        break;
      case 'SwitchStatement':
        node.cases.forEach((c) => c.consequent.forEach((s) => walk(s, false)));
        break;
      case 'TryStatement':
        walk(node.block, false);
        if (node.handler) walk(node.handler.body, false);
        if (node.finalizer) walk(node.finalizer, false);
        break;
      default:
        break;
    }
  };
  for (const statement of program.body) walk(statement as Statement, true);
  return { names: [...names], functions, body: apply(text, edits) };
}

function collectNames(pattern: Pattern, names: Set<string>): void {
  switch (pattern.type) {
    case 'Identifier':
      names.add(pattern.name);
      break;
    case 'ObjectPattern':
      for (const p of pattern.properties) collectNames(p.type === 'RestElement' ? p.argument : p.value, names);
      break;
    case 'ArrayPattern':
      for (const p of pattern.elements) if (p !== null) collectNames(p, names);
      break;
    case 'AssignmentPattern':
      collectNames(pattern.left, names);
      break;
    case 'RestElement':
      collectNames(pattern.argument, names);
      break;
    default:
      break;
  }
}

function apply(text: string, edits: readonly Edit[]): string {
  let out = '';
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.at - b.at || a.end - b.end)) {
    out += text.slice(at, edit.at) + edit.text;
    at = edit.end;
  }
  return out + text.slice(at);
}
