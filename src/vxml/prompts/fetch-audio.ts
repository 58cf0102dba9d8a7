import type { PromptItem } from '../platform.ts';
import { isOver, type Session } from '../session/session.ts';
import { playQueued } from './play-queued.ts';

/** §6.1.5: plays audio while something is fetched: not before `delayMs`, and once begun for at least `minimumMs`. */
export async function playWhile<T>(session: Session, audio: PromptItem, timing: { readonly delayMs: number; readonly minimumMs: number }, fetch: () => Promise<T>): Promise<T> {
  await playQueued(session);
  const fetched = fetch();
  const pending = Symbol('pending');
  const delay = elapsed(session, timing.delayMs);
  const first = await Promise.race([fetched, delay.done.then((): typeof pending => pending)]);
  delay.cancel();
  if (first !== pending || isOver(session)) return fetched;
  const play = session.nextId('play');
  session.send({ name: 'play', play, items: [audio], bargein: false });
  const minimum = elapsed(session, timing.minimumMs);
  const result = await fetched;
  await Promise.race([minimum.done, session.inbox.take((e) => e.name === 'play.done' && e.play === play)]);
  minimum.cancel();
  session.send({ name: 'play.stop', play });
  return result;
}

function elapsed(session: Session, ms: number): { readonly done: Promise<void>; cancel(): void } {
  let cancel: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    const timer = session.clock.after(ms, resolve);
    cancel = () => timer.cancel();
  });
  return { done, cancel };
}
