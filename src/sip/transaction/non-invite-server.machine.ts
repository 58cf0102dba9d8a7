import type { Table } from '../../kernel/machine.ts';

export type NonInviteServerState = 'trying' | 'proceeding' | 'completed' | 'terminated';
export type NonInviteServerEvent = 'request' | 'send1xx' | 'send200-699' | 'timerJ' | 'transportError' | 'abandon';
export type NonInviteServerEffect = 'sendResponse' | 'informTransportError' | 'startJ';

/** The non-INVITE server transaction: RFC 3261 §17.2.2 figure 8. */
export const nonInviteServerMachine: Table<NonInviteServerState, NonInviteServerEvent, NonInviteServerEffect> = {
  trying: {
    request: ['trying'], // §17.2.2: a retransmission is discarded
    send1xx: ['proceeding', 'sendResponse'],
    'send200-699': ['completed', 'sendResponse', 'startJ'],
    transportError: ['terminated', 'informTransportError'], // §17.2.4
    abandon: ['terminated'],
  },
  proceeding: {
    request: ['proceeding', 'sendResponse'], // §17.2.2: the latest provisional response again
    send1xx: ['proceeding', 'sendResponse'],
    'send200-699': ['completed', 'sendResponse', 'startJ'],
    transportError: ['terminated', 'informTransportError'],
    abandon: ['terminated'],
  },
  completed: {
    request: ['completed', 'sendResponse'], // §17.2.2; a further final response of the user is discarded
    timerJ: ['terminated'],
    transportError: ['terminated', 'informTransportError'],
    abandon: ['terminated'],
  },
  terminated: {},
};
