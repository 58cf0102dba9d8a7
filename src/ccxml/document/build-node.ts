import { baseOf, childElements, resolveUri, textOf, xmlNamespace, type XmlAttribute, type XmlElement } from '../../xml/xml-tree.ts';
import type { AttributeSource, AttributeSpec, ElementDefinition, ElementNode } from '../elements/element.ts';
import { elements, executableTags } from '../elements/registry.ts';
import type { Diagnostic } from './ccxml-document.ts';
import { quoteBareLiteral } from './bare-literal.ts';
import { isVariableName } from './variable-name.ts';

export interface BuildReport {
  readonly uri: string;
  readonly diagnostics: Diagnostic[];
  readonly scriptSources: Set<string>;
  readonly declared: ReadonlySet<string>;
}

/** An element as the node that runs, with every breach of the element table reported. Undefined: not ours, left out. */
export function buildNode(xml: XmlElement, root: XmlElement, report: BuildReport): ElementNode | undefined {
  const say = (severity: Diagnostic['severity'], code: string, message: string, at: { line: number; column: number } = xml): void => {
    report.diagnostics.push({ severity, code, message, line: at.line, column: at.column });
  };
  if (xml.namespace !== root.namespace) {
    say('warning', 'foreign-element', `<${xml.name}> is of another namespace and left out`);
    return undefined;
  }
  const definition = elements.get(xml.localName);
  if (definition === undefined || definition.tag === 'ccxml') {
    say('error', 'unknown-element', `<${xml.name}> is no element of CCXML 1.0${definition === undefined ? '' : ' here'}`);
    return undefined;
  }
  const attributes = attributesOf(xml, definition, report, say);
  for (const [name, spec] of Object.entries(definition.attributes)) {
    if (spec.required === true && attributes[name] === undefined) say('error', 'missing-attribute', `<${definition.tag}> needs the attribute ${name}`);
  }
  const text = definition.content === 'text' ? textOf(xml) : undefined;
  const breach = definition.check?.((name) => attributes[name] !== undefined, text ?? '');
  if (breach !== undefined) say('error', 'attributes', `<${definition.tag}>: ${breach}`);
  const src = definition.tag === 'script' ? attributes['src'] : undefined;
  const source = src === undefined ? undefined : resolveUri(src.text.trim(), baseOf(xml, report.uri));
  if (src !== undefined && source === undefined) say('error', 'address', `<script>: ${JSON.stringify(src.text)} is no address`, src);
  if (source !== undefined) report.scriptSources.add(source);
  return {
    tag: definition.tag,
    line: xml.line,
    column: xml.column,
    attributes,
    children: childrenOf(xml, definition, root, report, say),
    ...(text === undefined ? {} : { text }),
    ...(source === undefined ? {} : { source }),
  };
}

type Say = (severity: Diagnostic['severity'], code: string, message: string, at?: { line: number; column: number }) => void;

function attributesOf(xml: XmlElement, definition: ElementDefinition, report: BuildReport, say: Say): Record<string, AttributeSource> {
  const found: Record<string, AttributeSource> = {};
  for (const attribute of xml.attributes) {
    if (attribute.namespace !== undefined) {
      if (attribute.namespace === xmlNamespace && attribute.localName === 'base') continue;
      continue;
    }
    const name = attribute.localName;
    const spec = definition.attributes[name];
    if (spec !== undefined) {
      found[name] = sourceOf(attribute, name, spec, definition, report, say);
      continue;
    }
    const renamed = Object.entries(definition.attributes).find(([, s]) => s.oldNames?.includes(name) === true);
    if (renamed === undefined) say('error', 'unknown-attribute', `<${definition.tag}> has no attribute ${name}`, attribute);
    else {
      say('warning', 'old-attribute', `${name} on <${definition.tag}> is of an older draft and read as ${renamed[0]}`, attribute);
      found[renamed[0]] ??= sourceOf(attribute, renamed[0], renamed[1], definition, report, say);
    }
  }
  return found;
}

function sourceOf(attribute: XmlAttribute, name: string, spec: AttributeSpec, definition: ElementDefinition, report: BuildReport, say: Say): AttributeSource {
  const at = { line: attribute.line, column: attribute.column };
  const text = attribute.value;
  if (spec.kind === 'literal') return { text, ...at };
  if (spec.kind === 'location') {
    if (text.trim() === '') say('error', 'location', `<${definition.tag}> ${name}: a variable is needed`, attribute);
    return { text: text.trim(), ...at };
  }
  if (spec.kind === 'namelist') {
    for (const item of text.split(/\s+/)) {
      if (item !== '' && !isVariableName(item)) say('warning', 'namelist', `<${definition.tag}> ${name}: ${JSON.stringify(item)} is no variable name`, attribute);
    }
    return { text, ...at };
  }
  const quoted = quoteBareLiteral(text, spec, report.declared);
  if (quoted !== undefined) {
    say('warning', 'bare-literal', `<${definition.tag}> ${name}: ${JSON.stringify(text)} is an expression; read as the string ${quoted}`, attribute);
    return { text: quoted, ...at };
  }
  return { text, ...at };
}

function childrenOf(xml: XmlElement, definition: ElementDefinition, root: XmlElement, report: BuildReport, say: Say): readonly ElementNode[] {
  if (definition.content === 'anything' || definition.content === 'text') return [];
  for (const child of xml.children) {
    if (child.kind === 'text' && child.text.trim() !== '') say('warning', 'stray-text', `text in <${definition.tag}> is not used`, child);
  }
  const children = childElements(xml);
  if (definition.content === 'empty') {
    for (const child of children) {
      if (child.namespace === root.namespace) say('error', 'misplaced', `<${definition.tag}> is empty; <${child.name}> cannot stand in it`, child);
    }
    return [];
  }
  let sawElse = false;
  return children.flatMap((child) => {
    const node = buildNode(child, root, report);
    if (node === undefined) return [];
    if (definition.tag === 'eventprocessor') return [node];
    if (node.tag === 'else' || node.tag === 'elseif') {
      if (definition.tag !== 'if') say('error', 'misplaced', `<${node.tag}> stands only in <if>`, child);
      else if (sawElse) say('error', 'misplaced', `<${node.tag}> behind <else>`, child);
      if (node.tag === 'else') sawElse = true;
    } else if (!executableTags.has(node.tag)) say('error', 'misplaced', `<${node.tag}> cannot stand in <${definition.tag}>`, child);
    return [node];
  });
}
