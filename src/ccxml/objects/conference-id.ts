import { createHash } from 'node:crypto';
import type { ConferenceId } from '../../kernel/ids.ts';

/**
 * A conference's identifier. Of a named one it follows from the name alone, so that every session knows it at once and all that
 * use the name have the same (CCXML 1.0 §10.5.5); of an unnamed one it is new.
 */
export function conferenceIdOf(name: string | undefined, fresh: () => string): ConferenceId {
  const tail = name === undefined ? fresh() : `n${createHash('sha256').update(name).digest('hex').slice(0, 20)}`;
  return `conference-${tail}` as ConferenceId;
}
