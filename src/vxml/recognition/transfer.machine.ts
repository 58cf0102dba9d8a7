import type { TransferOutcome } from '../platform.ts';

/**
 * What the outcome of a transfer means to the page, by kind of transfer (§2.3.7, 2.1 §9): a value of the form item variable, an event,
 * or nothing to be told.
 */
export type TransferMeaning = { readonly value: string } | { readonly event: string };

const failures: Readonly<Record<string, TransferMeaning>> = {
  'busy': { value: 'busy' },
  'noanswer': { value: 'noanswer' },
  'network_busy': { value: 'network_busy' },
  'unknown': { value: 'unknown' },
  'unsupported-uri': { event: 'error.unsupported.uri' },
  'noauthorization': { event: 'error.connection.noauthorization' },
  'baddestination': { event: 'error.connection.baddestination' },
  'noroute': { event: 'error.connection.noroute' },
  'noresource': { event: 'error.connection.noresource' },
};

const byType: Readonly<Record<'blind' | 'bridge' | 'consultation', Readonly<Record<string, TransferMeaning>>>> = {
  // §2.3.7.1: the platform hears nothing more of the call; only what is known at once comes back.
  blind: { ...failures, connected: { event: 'connection.disconnect.transfer' }, unsupported: { event: 'error.unsupported.transfer.blind' } },
  // §2.3.7.2
  bridge: {
    ...failures, far_end_disconnect: { value: 'far_end_disconnect' }, network_disconnect: { value: 'network_disconnect' }, ended: { value: 'near_end_disconnect' },
    unsupported: { event: 'error.unsupported.transfer.bridge' },
  },
  // 2.1 §9: as blind once answered, as bridge while not.
  consultation: { ...failures, connected: { event: 'connection.disconnect.transfer' }, unsupported: { event: 'error.unsupported.transfer.consultation' } },
};

export function meaningOf(type: 'blind' | 'bridge' | 'consultation', outcome: TransferOutcome): TransferMeaning {
  if (outcome.startsWith('protocol.')) return { event: `error.connection.${outcome}` };
  return byType[type][outcome] ?? { value: 'unknown' };
}
