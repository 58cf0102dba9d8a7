import type { Table } from '../../kernel/machine.ts';

export type InviteServerState = 'proceeding' | 'completed' | 'confirmed' | 'accepted' | 'terminated';
export type InviteServerEvent =
  | 'INVITE' | 'ACK' | 'send1xx' | 'send2xx' | 'send300-699' | 'timerG' | 'timerH' | 'timerI' | 'timerL' | 'transportError' | 'abandon';
export type InviteServerEffect =
  | 'sendResponse' | 'passAck' | 'informTimeout' | 'informTransportError' | 'startG' | 'restartG' | 'stopG' | 'startH' | 'stopH'
  | 'startI' | 'startL';

/** The INVITE server transaction: RFC 3261 §17.2.1 figure 7, as changed by RFC 6026 §7.1 (state Accepted, timer L). */
export const inviteServerMachine: Table<InviteServerState, InviteServerEvent, InviteServerEffect> = {
  proceeding: {
    INVITE: ['proceeding', 'sendResponse'], // §17.2.1: the latest provisional response again
    send1xx: ['proceeding', 'sendResponse'],
    send2xx: ['accepted', 'sendResponse', 'startL'], // RFC 6026 §7.1
    'send300-699': ['completed', 'sendResponse', 'startG', 'startH'],
    transportError: ['proceeding', 'informTransportError'], // RFC 6026 §7.1
    abandon: ['terminated'],
  },
  completed: {
    INVITE: ['completed', 'sendResponse'], // §17.2.1
    timerG: ['completed', 'sendResponse', 'restartG'], // §17.2.1: MIN(2·G, T2)
    timerH: ['terminated', 'informTimeout'], // §17.2.1: the ACK never came
    ACK: ['confirmed', 'stopG', 'stopH', 'startI'],
    transportError: ['completed', 'informTransportError'], // RFC 6026 §7.1
    abandon: ['terminated'],
  },
  confirmed: {
    timerI: ['terminated'], // §17.2.1: absorbs repeated ACKs until then
    abandon: ['terminated'],
  },
  accepted: {
    INVITE: ['accepted'], // RFC 6026 §7.1: absorbed; the transaction user repeats its 2xx itself
    ACK: ['accepted', 'passAck'], // RFC 6026 §7.1
    send2xx: ['accepted', 'sendResponse'], // RFC 3261 §13.3.1.4: the repeated 2xx
    timerL: ['terminated'], // RFC 6026 §7.1
    transportError: ['accepted', 'informTransportError'],
    abandon: ['terminated'],
  },
  terminated: {},
};
