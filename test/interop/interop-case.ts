import type { Scope } from './scope.ts';

export type PeerName = 'sipp' | 'baresip' | 'asterisk' | 'kamailio' | 'linphone' | 'tshark' | 'spandsp' | 'espeak-ng' | 'flite' | 'pocketsphinx';

/** One capability that a peer and Nailup show together. Passes when `run` returns, fails when it throws. */
export interface InteropCase {
  readonly name: string;
  /** The stacks of others that take part; the first one is the column of the table. */
  readonly peers: readonly [PeerName, ...PeerName[]];
  /** Row of the table. */
  readonly capability: string;
  readonly limitMs?: number;
  /** It waits most of its time, for a peer of its own: it runs beside others like it. */
  readonly beside?: boolean;
  /** @returns what was measured, in a few words */
  run(scope: Scope): Promise<string>;
}

/** What cannot be shown because a side lacks it. Listed, and never counted as passed. */
export interface NotPossible {
  readonly peer: PeerName;
  readonly capability: string;
  readonly why: string;
}
