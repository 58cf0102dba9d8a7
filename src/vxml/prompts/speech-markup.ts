import { optional, text } from '../document/attribute.ts';
import { promptContent } from '../document/content.ts';
import { defineElement } from '../document/element-definition.ts';
import type { Compose } from './compose.ts';

const markup = (tag: string, clause: string, attributes: readonly string[], content: readonly string[] = promptContent) =>
  defineElement({ tag, clause: `SSML 1.0 §${clause}`, attributes: Object.fromEntries(attributes.map((n) => [n, optional(text)])), content });

/** The elements of SSML 1.0 that go to the synthesiser as they are (VoiceXML 2.0 §4.1.1). */
export const speechMarkupElements = [
  markup('emphasis', '3.2.2', ['level']),
  markup('p', '3.1.7', []),
  markup('paragraph', '3.1.7', []),
  markup('s', '3.1.7', []),
  markup('sentence', '3.1.7', []),
  markup('phoneme', '3.1.9', ['alphabet', 'ph']),
  markup('prosody', '3.2.4', ['pitch', 'contour', 'range', 'rate', 'duration', 'volume']),
  markup('say-as', '3.1.8', ['interpret-as', 'format', 'detail', 'type']),
  markup('voice', '3.2.1', ['gender', 'age', 'variant', 'name', 'category']),
  markup('sub', '3.1.10', ['alias']),
  markup('lexicon', '3.1.4', ['uri', 'type'], []),
  markup('desc', '3.3.3', [], ['#text']),
];

export const composeMarkup: Compose = async (node, frame, composer, children) => {
  // SSML 1.0 knows <p> and <s>; the long names are those of its drafts.
  const tag = node.tag === 'paragraph' ? 'p' : node.tag === 'sentence' ? 's' : node.tag;
  composer.open(tag, new Map(node.xml.attributes.filter((a) => a.prefix !== 'xmlns' && a.name !== 'xmlns').map((a) => [a.name, a.value])));
  const completion = await children(node.children, frame);
  composer.close();
  return completion;
};
