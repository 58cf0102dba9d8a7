import type { MediaId, SessionId } from '../kernel/ids.ts';
import { NailupError } from '../kernel/nailup-error.ts';
import type { RunningSession } from '../ccxml/index.ts';
import type { LegCall } from '../core/call-control/leg-directory.ts';
import type { LegStats, MediaStats } from '../media/media.ts';

/** A leg with the call that it belongs to, as far as that is known. */
export interface ToldLeg extends LegStats, Partial<Omit<LegCall, 'session'>> {
  readonly session?: SessionId;
}

export interface ToldMediaStats extends MediaStats {
  readonly legs: readonly ToldLeg[];
  readonly ended: readonly ToldLeg[];
}

/** The figures of media with whose legs they are; all, or those of one leg, by its own id or by its connection's. A session that has the connection now goes before the one that placed it. */
export function toldLegs(stats: MediaStats, callOf: (node: MediaId) => LegCall | undefined, running: readonly Pick<RunningSession, 'session' | 'connections'>[], leg: string | undefined): ToldMediaStats {
  const sessions = new Map(running.flatMap(({ session, connections }) => connections.map((connection) => [connection, session] as const)));
  const told = (one: LegStats): ToldLeg => {
    const call = callOf(one.node);
    if (call === undefined) return one;
    const session = sessions.get(call.connection) ?? call.session;
    return { ...one, ...call, ...(session === undefined ? {} : { session }) };
  };
  const asked = ({ node, connection }: ToldLeg): boolean => leg === undefined || node === leg || connection === leg;
  const legs = stats.legs.map(told).filter(asked);
  const ended = (stats.ended ?? []).map(told).filter(asked);
  if (leg !== undefined && legs.length + ended.length === 0) throw new NailupError('MEDIA_LEG_UNKNOWN', 'no such leg', { place: leg, mend: 'nailup media stats lists the legs.' });
  return { ...stats, legs, ended };
}
