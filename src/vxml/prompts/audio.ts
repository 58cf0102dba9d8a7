import { expression, optional, uri } from '../document/attribute.ts';
import { promptContent } from '../document/content.ts';
import { defineElement, exactlyOne, type NodeOf } from '../document/element-definition.ts';
import { fetchAttributes } from '../document/fetch-attributes.ts';
import { ended, normal } from '../fia/completion.ts';
import { fetchAudio } from '../fia/fetch-for.ts';
import { isOver } from '../session/session.ts';
import type { Compose } from './compose.ts';

/** §4.1.3: an audio file or a recording; its content is said where the audio cannot be had. */
export const audio = defineElement({
  tag: 'audio',
  clause: 'VoiceXML 2.0 §4.1.3',
  attributes: { src: optional(uri), expr: optional(expression), ...fetchAttributes },
  content: promptContent,
  check: ({ attributes }) => exactlyOne(attributes, ['src', 'expr']),
});

export const composeAudio: Compose = async (element, frame, composer, children) => {
  const node = element as NodeOf<typeof audio>;
  const { session, scope } = frame;
  let reference = node.attributes.src;
  if (node.attributes.expr !== undefined) {
    const value = session.scripts.evaluate(scope, node.attributes.expr);
    if (!value.ok) return value.completion;
    // §4.1.3: of an undefined expression neither the audio nor the alternative is heard.
    if (value.value === undefined) return normal;
    const recording = session.recordings.of(value.value);
    if (recording !== undefined) {
      composer.item({ kind: 'recording', path: recording.path, durationMs: recording.durationMs });
      return normal;
    }
    reference = String(value.value);
  }
  const fetched = await fetchAudio(frame, node, reference ?? '');
  if (isOver(session)) return ended;
  if (fetched.ok) {
    composer.item({ kind: 'audio', uri: fetched.uri, path: fetched.path, ...(fetched.contentType === undefined ? {} : { contentType: fetched.contentType }) });
    return normal;
  }
  session.logger.debug({ session: session.id, uri: fetched.uri, reason: fetched.message }, 'audio cannot be had; its alternative is said');
  return children(node.children, frame);
};
