import type { ElementNode } from '../elements/element.ts';

/** Text that can compute a name at run time, or read a scope as a whole: it may see anything. */
const opaque = /\\|\beval\b|\bFunction\b|constructor|\btransition\b|\bwith\b/;
/** `session` for anything but its plain values. */
const sessionObjects = /\bsession\b(?!\s*\.\s*(?:id|values|uri|parentid|startupmode|ioprocessors)\b)/;
/** event$ as a whole, by computed name, or one of its live objects. */
const eventObjects = /event\$(?!\s*\.\s*(?!(?:connection|dialog|conference)\b)[A-Za-z_$])/;

/** event$ as a whole or by computed name. */
const wholeEvent = /event\$(?!\s*\.\s*[A-Za-z_$])/;
/** Patterns of events that carry live objects, or may. */
const objectEvents = /^(connection|dialog|conference|error|\w*\*|$)/;

/** Whether a transition puts variables of its own into its scope. */
export function declaresVariables(node: ElementNode): boolean {
  return node.attributes['name'] !== undefined || some(node, (element) => element.tag === 'var' || element.tag === 'script');
}

/** Whether an element's text can get hold of a live connection, dialog or conference object. */
export function looksAtObjects(node: ElementNode): boolean {
  const event = node.tag === 'transition' ? (node.attributes['event']?.text.trim() ?? '') : '';
  const eventLook = objectEvents.test(event) ? eventObjects : wholeEvent;
  return some(node, isForeignScript) || node.attributes['name']?.text.includes('event$') === true
    || someText(node, (text) => sessionObjects.test(text) || eventLook.test(text) || opaque.test(text)) || (node.tag === 'transition' && node.attributes['name'] !== undefined);
}

function isForeignScript(element: ElementNode): boolean {
  return element.tag === 'script' && (element.source !== undefined || element.attributes['fetchid'] !== undefined);
}

function some(node: ElementNode, test: (element: ElementNode) => boolean): boolean {
  return test(node) || node.children.some((child) => some(child, test));
}

function someText(node: ElementNode, test: (text: string) => boolean): boolean {
  return some(node, (element) => (element.text !== undefined && test(element.text)) || Object.values(element.attributes).some((attribute) => attribute !== undefined && test(attribute.text)));
}
