import { step, type Table } from '../../../../src/kernel/machine.ts';
import { inviteClientMachine } from '../../../../src/sip/transaction/invite-client.machine.ts';
import { inviteServerMachine } from '../../../../src/sip/transaction/invite-server.machine.ts';
import { nonInviteClientMachine } from '../../../../src/sip/transaction/non-invite-client.machine.ts';
import { nonInviteServerMachine } from '../../../../src/sip/transaction/non-invite-server.machine.ts';

type AnyTable = Table<string, string, string>;

/** state → event → expected next state; every pair that is not listed must be ignored. */
const expectations: [string, AnyTable, string[], Record<string, Record<string, [string, ...string[]]>>][] = [
  ['INVITE client', inviteClientMachine as unknown as AnyTable, ['1xx', '2xx', '300-699', 'timerA', 'timerB', 'timerD', 'timerM', 'transportError', 'abandon'], {
    calling: {
      '1xx': ['proceeding', 'stopA', 'stopB', 'passResponse'], '2xx': ['accepted', 'stopA', 'stopB', 'startM', 'passResponse'],
      '300-699': ['completed', 'stopA', 'stopB', 'sendAck', 'startD', 'passResponse'], timerA: ['calling', 'sendRequest', 'restartA'],
      timerB: ['terminated', 'informTimeout'], transportError: ['terminated', 'informTransportError'], abandon: ['terminated'],
    },
    proceeding: { '1xx': ['proceeding', 'passResponse'], '2xx': ['accepted', 'startM', 'passResponse'], '300-699': ['completed', 'sendAck', 'startD', 'passResponse'], abandon: ['terminated'] },
    completed: { '300-699': ['completed', 'sendAck'], timerD: ['terminated'], transportError: ['terminated', 'informTransportError'], abandon: ['terminated'] },
    accepted: { '2xx': ['accepted', 'passResponse'], timerM: ['terminated'], abandon: ['terminated'] },
    terminated: {},
  }],
  ['non-INVITE client', nonInviteClientMachine as unknown as AnyTable, ['1xx', '200-699', 'timerE', 'timerF', 'timerK', 'transportError', 'abandon'], {
    trying: {
      '1xx': ['proceeding', 'passResponse'], '200-699': ['completed', 'stopE', 'stopF', 'startK', 'passResponse'], timerE: ['trying', 'sendRequest', 'doubleE'],
      timerF: ['terminated', 'informTimeout'], transportError: ['terminated', 'informTransportError'], abandon: ['terminated'],
    },
    proceeding: {
      '1xx': ['proceeding', 'passResponse'], '200-699': ['completed', 'stopE', 'stopF', 'startK', 'passResponse'], timerE: ['proceeding', 'sendRequest', 'capE'],
      timerF: ['terminated', 'informTimeout'], transportError: ['terminated', 'informTransportError'], abandon: ['terminated'],
    },
    completed: { timerK: ['terminated'], abandon: ['terminated'] },
    terminated: {},
  }],
  ['INVITE server', inviteServerMachine as unknown as AnyTable, ['INVITE', 'ACK', 'send1xx', 'send2xx', 'send300-699', 'timerG', 'timerH', 'timerI', 'timerL', 'transportError', 'abandon'], {
    proceeding: {
      INVITE: ['proceeding', 'sendResponse'], send1xx: ['proceeding', 'sendResponse'], send2xx: ['accepted', 'sendResponse', 'startL'],
      'send300-699': ['completed', 'sendResponse', 'startG', 'startH'], transportError: ['proceeding', 'informTransportError'], abandon: ['terminated'],
    },
    completed: {
      INVITE: ['completed', 'sendResponse'], ACK: ['confirmed', 'stopG', 'stopH', 'startI'], timerG: ['completed', 'sendResponse', 'restartG'],
      timerH: ['terminated', 'informTimeout'], transportError: ['completed', 'informTransportError'], abandon: ['terminated'],
    },
    confirmed: { timerI: ['terminated'], abandon: ['terminated'] },
    accepted: {
      INVITE: ['accepted'], ACK: ['accepted', 'passAck'], send2xx: ['accepted', 'sendResponse'], timerL: ['terminated'],
      transportError: ['accepted', 'informTransportError'], abandon: ['terminated'],
    },
    terminated: {},
  }],
  ['non-INVITE server', nonInviteServerMachine as unknown as AnyTable, ['request', 'send1xx', 'send200-699', 'timerJ', 'transportError', 'abandon'], {
    trying: {
      request: ['trying'], send1xx: ['proceeding', 'sendResponse'], 'send200-699': ['completed', 'sendResponse', 'startJ'],
      transportError: ['terminated', 'informTransportError'], abandon: ['terminated'],
    },
    proceeding: {
      request: ['proceeding', 'sendResponse'], send1xx: ['proceeding', 'sendResponse'], 'send200-699': ['completed', 'sendResponse', 'startJ'],
      transportError: ['terminated', 'informTransportError'], abandon: ['terminated'],
    },
    completed: { request: ['completed', 'sendResponse'], timerJ: ['terminated'], transportError: ['terminated', 'informTransportError'], abandon: ['terminated'] },
    terminated: {},
  }],
];

describe.each(expectations)('the %s machine', (_name, table, events, expected) => {
  const pairs = Object.keys(table).flatMap((state) => events.map((event) => [state, event] as const));

  it.each(pairs)('in %s takes %s as the RFC says', (state, event) => {
    const taken = step(table, state, event);
    const wanted = expected[state]?.[event];
    if (wanted === undefined) expect(taken).toEqual({ state, effects: [], taken: false });
    else expect(taken).toEqual({ state: wanted[0], effects: wanted.slice(1), taken: true });
  });

  it('names no state and no event that the walk does not cover', () => {
    expect(Object.keys(table).toSorted()).toEqual(Object.keys(expected).toSorted());
    for (const row of Object.values(table)) for (const event of Object.keys(row)) expect(events).toContain(event);
  });
});
