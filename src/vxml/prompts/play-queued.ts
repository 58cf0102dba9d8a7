import { isOver, type Session } from '../session/session.ts';
import type { PromptItem } from '../platform.ts';

/** Plays everything queued to its end, without listening: before the session ends, hangs up, or plays fetchaudio. Keys stay in the type-ahead buffer. */
export async function playQueued(session: Session): Promise<void> {
  const { runs } = session.prompts.take();
  for (const run of runs) {
    if (isOver(session) || session.call.hungUp || session.inbox.has((e) => e.name === 'hangup')) return;
    await playItems(session, run.items);
  }
}

/** Plays items to their end, or until the caller hangs up, or with `bargein` presses a key, which is used up so. */
export async function playItems(session: Session, items: readonly PromptItem[], bargein = false): Promise<'played' | 'barged'> {
  const play = session.nextId('play');
  session.send({ name: 'play', play, items, bargein });
  const event = await session.inbox.take((e) => (e.name === 'play.done' && e.play === play) || e.name === 'hangup' || (bargein && e.name === 'dtmf'));
  // Nobody hears the rest. The hang-up stays, to be noticed at the next wait.
  if (event.name === 'hangup') session.inbox.unread(event);
  if (event.name !== 'play.done') session.send({ name: 'play.stop', play });
  session.marks.ended(session.clock.monotonic());
  return event.name === 'dtmf' ? 'barged' : 'played';
}
