import type { Table } from '../../kernel/machine.ts';

export type NonInviteClientState = 'trying' | 'proceeding' | 'completed' | 'terminated';
export type NonInviteClientEvent = '1xx' | '200-699' | 'timerE' | 'timerF' | 'timerK' | 'transportError' | 'abandon';
export type NonInviteClientEffect =
  | 'sendRequest' | 'passResponse' | 'informTimeout' | 'informTransportError' | 'doubleE' | 'capE' | 'stopE' | 'stopF' | 'startK';

/** The non-INVITE client transaction: RFC 3261 §17.1.2 figure 6. */
export const nonInviteClientMachine: Table<NonInviteClientState, NonInviteClientEvent, NonInviteClientEffect> = {
  trying: {
    timerE: ['trying', 'sendRequest', 'doubleE'], // §17.1.2.2: MIN(2·E, T2)
    timerF: ['terminated', 'informTimeout'], // §17.1.2.2
    transportError: ['terminated', 'informTransportError'], // §17.1.4
    '1xx': ['proceeding', 'passResponse'],
    '200-699': ['completed', 'stopE', 'stopF', 'startK', 'passResponse'],
    abandon: ['terminated'],
  },
  proceeding: {
    timerE: ['proceeding', 'sendRequest', 'capE'], // §17.1.2.2: every T2
    timerF: ['terminated', 'informTimeout'],
    transportError: ['terminated', 'informTransportError'],
    '1xx': ['proceeding', 'passResponse'],
    '200-699': ['completed', 'stopE', 'stopF', 'startK', 'passResponse'],
    abandon: ['terminated'],
  },
  completed: {
    timerK: ['terminated'], // §17.1.2.2: absorbs repeated responses until then
    abandon: ['terminated'],
  },
  terminated: {},
};
