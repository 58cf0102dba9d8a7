import { names, optional } from '../document/attribute.ts';
import { defineElement } from '../document/element-definition.ts';
import { eventOf } from '../events/vxml-event.ts';
import { ended, thrown } from '../fia/completion.ts';
import { playQueued } from '../prompts/play-queued.ts';
import { valuesOf } from '../scope/values-of.ts';
import { isOver } from '../session/session.ts';

/** §5.3.11, 2.1 §8: hangs up, after what is queued was heard; then the final processing state. */
export const disconnect = defineElement({
  tag: 'disconnect',
  clause: 'VoiceXML 2.0 §5.3.11, 2.1 §8',
  attributes: { namelist: optional(names) },
  content: [],
  async execute({ attributes: { namelist }, place }, { session, scope }) {
    const values = valuesOf(session, scope, namelist ?? []);
    if (!values.ok) return values.completion;
    await playQueued(session);
    if (isOver(session)) return ended;
    if (!session.call.hungUp) session.send({ name: 'disconnect', reason: undefined, values: values.value });
    session.call.hungUp = true;
    return thrown(eventOf('connection.disconnect.hangup', undefined, place));
  },
});
