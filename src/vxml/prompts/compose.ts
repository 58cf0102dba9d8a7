import type { VxmlContent, VxmlNode } from '../document/node.ts';
import { ended, normal, type Completion } from '../fia/completion.ts';
import type { Frame } from '../session/frame.ts';
import { isOver } from '../session/session.ts';
import { composeAudio } from './audio.ts';
import { composeBreak } from './break.ts';
import type { Composer } from './composer.ts';
import { composeEnumerate } from './enumerate.ts';
import { composeForeach } from './foreach-in-prompt.ts';
import { composeMark } from './mark.ts';
import { composeMarkup } from './speech-markup.ts';
import { composeSub } from './sub.ts';
import { composeValue } from './value.ts';

/** Adds what one element says. `children` composes its content. */
export type Compose = (node: VxmlNode, frame: Frame, composer: Composer, children: ComposeChildren) => Promise<Completion> | Completion;
export type ComposeChildren = (content: readonly VxmlContent[], frame: Frame) => Promise<Completion>;

const byTag: Readonly<Record<string, Compose>> = {
  'audio': composeAudio,
  'break': composeBreak,
  'enumerate': composeEnumerate,
  'foreach': composeForeach,
  'mark': composeMark,
  'sub': composeSub,
  'value': composeValue,
  'emphasis': composeMarkup, 'p': composeMarkup, 'paragraph': composeMarkup, 'phoneme': composeMarkup, 'prosody': composeMarkup,
  's': composeMarkup, 'say-as': composeMarkup, 'sentence': composeMarkup, 'voice': composeMarkup,
  // Said of the content, not said aloud.
  'desc': () => normal, 'lexicon': () => normal, 'meta': () => normal, 'metadata': () => normal,
};

/** Evaluates the content of a prompt, in order, into the composer (§4.1: values are taken when the prompt is queued). */
export async function compose(content: readonly VxmlContent[], frame: Frame, composer: Composer): Promise<Completion> {
  const { session } = frame;
  for (const child of content) {
    if (!session.budget.step()) return ended;
    const pause = session.budget.pause();
    if (pause !== undefined) await pause;
    if (isOver(session)) return ended;
    if (composer.characters > session.budget.limits.promptCharacters) {
      session.budget.exceed(`a prompt of more than ${session.budget.limits.promptCharacters} characters`);
      return ended;
    }
    if (child.kind === 'text') {
      composer.text(child.text);
      continue;
    }
    const completion = await (byTag[child.tag] ?? (() => normal))(child, frame, composer, (c, f) => compose(c, f, composer));
    if (completion.kind !== 'normal') return completion;
  }
  return normal;
}
