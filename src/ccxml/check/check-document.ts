import { parseExpression, parseScript, scriptOffset } from '../../ecmascript/expression-syntax.ts';
import type { CcxmlDocument, Diagnostic } from '../document/ccxml-document.ts';
import { parseDocument } from '../document/parse-document.ts';
import type { AttributeSource, ElementNode } from '../elements/element.ts';
import { elements } from '../elements/registry.ts';
import { builtinNames, freeNames } from './free-names.ts';
import { transitionFindings } from './transition-findings.ts';

export interface CheckReport {
  readonly uri: string;
  /** No errors; there may be warnings. */
  readonly valid: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** `loadScript`: the text of a `<script src>`, or undefined when it cannot be had. */
export type ScriptSource = (uri: string) => string | undefined;

/** `nailup ccxml check`: the element table, every expression, variables, transitions, and events that nothing sends. */
export function checkDocument(text: string, uri: string, loadScript: ScriptSource): CheckReport {
  const parsed = parseDocument(text, uri);
  if (!parsed.ok) return { uri, valid: false, diagnostics: parsed.error.diagnostics };
  const diagnostics = [...parsed.value.warnings, ...new Checker(parsed.value, loadScript).run(), ...transitionFindings(parsed.value)];
  diagnostics.sort((a, b) => a.line - b.line || a.column - b.column);
  return { uri, valid: !diagnostics.some((d) => d.severity === 'error'), diagnostics };
}

class Checker {
  readonly #document: CcxmlDocument;
  readonly #loadScript: ScriptSource;
  readonly #found: Diagnostic[] = [];
  /** Something declares names that cannot be seen from here. */
  #blind = false;

  constructor(document: CcxmlDocument, loadScript: ScriptSource) {
    this.#document = document;
    this.#loadScript = loadScript;
  }

  run(): readonly Diagnostic[] {
    const { initial, transitions, stateVariable, stateVariableNamed } = this.#document;
    const shared = new Set<string>(builtinNames);
    for (const node of initial) this.#declarations(node, shared);
    if (stateVariableNamed && !shared.has(rootName(stateVariable)) && !this.#blind) {
      this.#say('warning', 'undeclared-variable', `the state variable ${stateVariable} is not declared`, transitions[0] ?? { line: 1, column: 1 });
      shared.add(rootName(stateVariable));
    }
    for (const node of initial) this.#node(node, shared);
    for (const transition of transitions) {
      const own = new Set(shared);
      if (transition.eventName !== undefined) own.add(transition.eventName);
      for (const node of transition.children) this.#declarations(node, own);
      this.#node(transition.node, own);
    }
    return this.#found;
  }

  /** Names an element brings into its scope. */
  #declarations(node: ElementNode, names: Set<string>): void {
    if (node.tag === 'var') names.add((node.attributes['name']?.text ?? '').replace(/^(application|ccxml|transition)\./, ''));
    if (node.tag === 'script') {
      const source = node.source === undefined ? node.text : this.#loadScript(node.source);
      if (node.attributes['fetchid'] !== undefined || source === undefined) this.#blind = true;
      else {
        const script = parseScript(source);
        if (script.ok) for (const name of topLevelNames(script.value.program.body)) names.add(name);
      }
    }
    node.children.forEach((child) => this.#declarations(child, names));
  }

  #node(node: ElementNode, names: ReadonlySet<string>): void {
    const definition = elements.get(node.tag);
    for (const [name, spec] of Object.entries(definition?.attributes ?? {})) {
      const source = node.attributes[name];
      if (source === undefined || spec.kind === 'literal') continue;
      if (spec.kind === 'namelist') {
        for (const item of source.text.split(/\s+/)) if (item !== '') this.#name(rootName(item), names, source);
      } else {
        this.#expression(node, name, source, names);
      }
    }
    if (node.tag === 'script' && node.text !== undefined && node.text.trim() !== '') this.#script(node, node.text, names);
    node.children.forEach((child) => this.#node(child, names));
  }

  #expression(node: ElementNode, attribute: string, source: AttributeSource, names: ReadonlySet<string>): void {
    const parsed = parseExpression(source.text);
    if (!parsed.ok) {
      this.#say('error', 'syntax', `<${node.tag}> ${attribute}: ${parsed.error.message}`, // The place of an attribute is that of its opening quote.
      { line: source.line + parsed.error.line - 1, column: parsed.error.line === 1 ? source.column + parsed.error.column : parsed.error.column });
      return;
    }
    for (const { name } of freeNames(parsed.value)) this.#name(name, names, source);
  }

  #script(node: ElementNode, text: string, names: ReadonlySet<string>): void {
    const parsed = parseScript(text);
    if (!parsed.ok) {
      this.#say('error', 'syntax', `<script>: ${parsed.error.message}`, { line: node.line + parsed.error.line - 1, column: parsed.error.line === 1 ? node.column : parsed.error.column });
      return;
    }
    for (const { name, start } of freeNames(parsed.value.program)) {
      const before = text.slice(0, Math.max(start - scriptOffset, 0)).split('\n');
      this.#name(name, names, { line: node.line + before.length - 1, column: before.length === 1 ? node.column : (before.at(-1) ?? '').length + 1 });
    }
  }

  #name(name: string, names: ReadonlySet<string>, at: { line: number; column: number }): void {
    if (!names.has(name) && !this.#blind) this.#say('warning', 'undeclared-variable', `${name} is not declared`, at);
  }

  #say(severity: Diagnostic['severity'], code: string, message: string, at: { line: number; column: number }): void {
    this.#found.push({ severity, code, message, line: at.line, column: at.column });
  }
}

function rootName(location: string): string {
  return /^[^.[\s]+/.exec(location.trim())?.[0] ?? location;
}

function topLevelNames(body: readonly { readonly type: string }[]): string[] {
  const names: string[] = [];
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (typeof node !== 'object' || node === null) return;
    const record = node as Record<string, unknown>;
    if (record['type'] === 'FunctionDeclaration' || record['type'] === 'ClassDeclaration') {
      names.push(String((record['id'] as { name?: string } | null)?.name ?? ''));
      return;
    }
    if (typeof record['type'] === 'string' && /Function/.test(record['type'])) return;
    if (record['type'] === 'VariableDeclarator') {
      const id = record['id'] as { type: string; name?: string };
      if (id.type === 'Identifier' && id.name !== undefined) names.push(id.name);
    }
    Object.values(record).forEach(walk);
  };
  walk(body);
  return names;
}
