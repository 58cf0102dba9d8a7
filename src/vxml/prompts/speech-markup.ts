import { optional, text } from '../document/attribute.ts';
import { promptContent } from '../document/content.ts';
import { defineElement } from '../document/element-definition.ts';
import type { Compose } from './compose.ts';

const attributes = Object.fromEntries(
  ['level', 'alphabet', 'ph', 'pitch', 'contour', 'range', 'rate', 'duration', 'volume', 'interpret-as', 'format', 'detail', 'type', 'gender', 'age', 'variant', 'name', 'category', 'uri', 'alias'].map((n) => [n, optional(text)]),
);
const markup = (tag: string, clause: string, content: readonly string[] = promptContent) => defineElement({ tag, clause: `SSML 1.0 §${clause}`, attributes, content });

/** The elements of SSML 1.0 that go to the synthesiser as they are (VoiceXML 2.0 §4.1.1). */
export const speechMarkupElements = [
  markup('emphasis', '3.2.2'), markup('p', '3.1.7'), markup('paragraph', '3.1.7'), markup('s', '3.1.7'), markup('sentence', '3.1.7'),
  markup('phoneme', '3.1.9'), markup('prosody', '3.2.4'), markup('say-as', '3.1.8'), markup('voice', '3.2.1'), markup('sub', '3.1.10'),
  markup('lexicon', '3.1.4', []), markup('desc', '3.3.3', ['#text']),
];

export const composeMarkup: Compose = async (node, frame, composer, children) => {
  // SSML 1.0 knows <p> and <s>; the long names are those of its drafts.
  const tag = node.tag === 'paragraph' ? 'p' : node.tag === 'sentence' ? 's' : node.tag;
  composer.open(tag, new Map(node.xml.attributes.filter((a) => a.prefix !== 'xmlns' && a.name !== 'xmlns').map((a) => [a.name, a.value])));
  const completion = await children(node.children, frame);
  composer.close();
  return completion;
};
