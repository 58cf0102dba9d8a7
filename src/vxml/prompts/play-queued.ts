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

/** Plays items to their end, or until the caller hangs up. */
export async function playItems(session: Session, items: readonly PromptItem[]): Promise<void> {
  const play = session.nextId('play');
  session.send({ name: 'play', play, items, bargein: false });
  const event = await session.inbox.take((e) => (e.name === 'play.done' && e.play === play) || e.name === 'hangup');
  if (event.name === 'hangup') {
    // Nobody hears the rest. The hang-up stays, to be noticed at the next wait.
    session.inbox.unread(event);
    session.send({ name: 'play.stop', play });
  }
  session.marks.ended(session.clock.monotonic());
}
