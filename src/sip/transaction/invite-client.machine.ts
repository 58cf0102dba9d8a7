import type { Table } from '../../kernel/machine.ts';

export type InviteClientState = 'calling' | 'proceeding' | 'completed' | 'accepted' | 'terminated';
export type InviteClientEvent =
  | '1xx' | '2xx' | '300-699' | 'timerA' | 'timerB' | 'timerD' | 'timerM' | 'transportError'
  /** The transaction user gives the transaction up: RFC 3261 §9.1, no final response within 64·T1 of the CANCEL. */
  | 'abandon';
export type InviteClientEffect =
  | 'sendRequest' | 'sendAck' | 'passResponse' | 'informTimeout' | 'informTransportError'
  | 'restartA' | 'stopA' | 'stopB' | 'startD' | 'startM';

/** The INVITE client transaction: RFC 3261 §17.1.1 figure 5, as changed by RFC 6026 §7.2 (state Accepted, timer M). */
export const inviteClientMachine: Table<InviteClientState, InviteClientEvent, InviteClientEffect> = {
  calling: {
    timerA: ['calling', 'sendRequest', 'restartA'], // §17.1.1.2: doubles, without a cap
    timerB: ['terminated', 'informTimeout'], // §17.1.1.2
    transportError: ['terminated', 'informTransportError'], // §17.1.4
    '1xx': ['proceeding', 'stopA', 'stopB', 'passResponse'], // §17.1.1.2: no retransmission in Proceeding
    '2xx': ['accepted', 'stopA', 'stopB', 'startM', 'passResponse'], // RFC 6026 §7.2
    '300-699': ['completed', 'stopA', 'stopB', 'sendAck', 'startD', 'passResponse'], // §17.1.1.2
    abandon: ['terminated'],
  },
  proceeding: {
    '1xx': ['proceeding', 'passResponse'], // §17.1.1.2
    '2xx': ['accepted', 'startM', 'passResponse'], // RFC 6026 §7.2
    '300-699': ['completed', 'sendAck', 'startD', 'passResponse'], // §17.1.1.2
    abandon: ['terminated'], // §9.1
  },
  completed: {
    '300-699': ['completed', 'sendAck'], // §17.1.1.2: the response itself is not passed up again
    timerD: ['terminated'], // §17.1.1.2
    transportError: ['terminated', 'informTransportError'], // §17.1.4
    abandon: ['terminated'],
  },
  accepted: {
    '2xx': ['accepted', 'passResponse'], // RFC 6026 §7.2: retransmissions and further forks alike
    timerM: ['terminated'], // RFC 6026 §7.2
    abandon: ['terminated'],
  },
  terminated: {},
};
