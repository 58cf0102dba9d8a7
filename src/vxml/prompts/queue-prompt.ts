import { languageOf } from '../../xml/xml-tree.ts';
import { placeText, type VxmlContent, type VxmlNode } from '../document/node.ts';
import { ended, normal, type Completion } from '../fia/completion.ts';
import { booleanProperty, propertyOf } from '../scope/properties.ts';
import type { Frame } from '../session/frame.ts';
import { compose } from './compose.ts';
import { Composer } from './composer.ts';

interface PromptGiven {
  readonly bargein: boolean | undefined;
  readonly bargeintype: 'speech' | 'hotword' | undefined;
  readonly timeout: number | undefined;
}

/** Executes one prompt: evaluates its content now and queues it for the next wait (§4.1). `node` is absent for prompt content without `<prompt>`. */
export async function queuePrompt(content: readonly VxmlContent[], node: VxmlNode | undefined, frame: Frame): Promise<Completion> {
  if (node === undefined && content.every((c) => c.kind === 'text' && c.text.trim() === '')) return normal;
  const { session } = frame;
  const given = node?.attributes as PromptGiven | undefined;
  const origin = node ?? content.find((c) => c.kind === 'element');
  const composer = new Composer(languageFor(frame, origin));
  const completion = await compose(content, frame, composer);
  if (completion.kind !== 'normal') return completion;
  const items = composer.finish().filter((i) => i.kind !== 'text' || i.text.trim() !== '' );
  session.observe({ kind: 'prompt', items: composer.finish(), place: placeText(origin?.place ?? content[0]?.place ?? frame.context.document.root.place) });
  session.prompts.add({
    items,
    bargein: given?.bargein ?? booleanProperty(frame, 'bargein'),
    bargeintype: given?.bargeintype ?? (propertyOf(frame, 'bargeintype') === 'hotword' ? 'hotword' : 'speech'),
    timeoutMs: given?.timeout,
  });
  const { promptItems, promptCharacters } = session.budget.limits;
  if (session.prompts.items > promptItems || session.prompts.characters > promptCharacters) {
    session.budget.exceed(`more than ${promptItems} prompt items or ${promptCharacters} characters queued without waiting for the caller`);
    return ended;
  }
  return normal;
}

/** xml:lang upwards from the prompt, then of the document, then of the platform. */
export function languageFor(frame: Frame, node: VxmlNode | undefined): string {
  return (node === undefined ? undefined : languageOf(node.xml)) ?? frame.context.document.language ?? frame.session.properties['xml:lang'] ?? 'en-US';
}
