import type { Direction, MediaDescription, SessionDescription } from './session-description.ts';

const directions: readonly string[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

/** A section's direction; the session's as default, else sendrecv (RFC 8866 §6.7). An all-zero address holds too (RFC 2543 §B.5). */
export function mediaDirection(session: SessionDescription, media: MediaDescription): Direction {
  const written = [...media.attributes, ...session.attributes].find((attribute) => directions.includes(attribute.name));
  const direction = (written?.name ?? 'sendrecv') as Direction;
  const address = (media.connection ?? session.connection)?.address;
  if (address !== '0.0.0.0' && address !== '::') return direction;
  return canSend(direction) ? 'sendonly' : 'inactive';
}

export const canSend = (direction: Direction): boolean => direction === 'sendrecv' || direction === 'sendonly';
export const canReceive = (direction: Direction): boolean => direction === 'sendrecv' || direction === 'recvonly';

export function directionOf(send: boolean, receive: boolean): Direction {
  if (send) return receive ? 'sendrecv' : 'sendonly';
  return receive ? 'recvonly' : 'inactive';
}

/** The same stream as its other end sees it. */
export function reversed(direction: Direction): Direction {
  return directionOf(canReceive(direction), canSend(direction));
}

/** What we may do when we want `ours` and the far end announced `theirs` (RFC 3264 §6.1). */
export function meet(ours: Direction, theirs: Direction): Direction {
  return directionOf(canSend(ours) && canReceive(theirs), canReceive(ours) && canSend(theirs));
}
