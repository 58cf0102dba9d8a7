import type { Clamp } from '../../media/media.ts';

/**
 * Who may hear which digit. One place answers it for every path of the media graph, so that a rule is changed once.
 * CCXML 1.0 §10.5.7: `dtmfclamp` and `toneclamp` of `<join>` apply to both directions; the job's own policy can only add to them.
 */
export interface ClampPolicy {
  /** Digits from a customer never reach an agent, whatever the page asks for (card numbers). */
  readonly customerToAgent: 'page' | 'always';
  /** What stands in the place of a removed digit. `mute` and `silence` differ only in comfort noise. */
  readonly replaceBy: 'mute' | 'silence' | 'tone';
}

export const defaultClampPolicy: ClampPolicy = { customerToAgent: 'always', replaceBy: 'silence' };

export type PartyRole = 'customer' | 'agent' | 'dialog' | 'conference' | 'other';

export interface PathAsked {
  readonly from: PartyRole;
  readonly to: PartyRole;
  readonly dtmfClamp: boolean;
  readonly toneClamp: boolean;
}

/** The clamp of one directed path. A dialog is the machine that digits are meant for: nothing is removed towards it. */
export function clampFor(policy: ClampPolicy, path: PathAsked): Clamp {
  const towardsDialog = path.to === 'dialog';
  const protectedReader = path.from === 'customer' && (path.to === 'agent' || path.to === 'conference') && policy.customerToAgent === 'always';
  const digits = !towardsDialog && (path.dtmfClamp || protectedReader) ? policy.replaceBy : 'pass';
  return { events: digits, inband: digits, tones: !towardsDialog && path.toneClamp ? policy.replaceBy : 'pass' };
}
