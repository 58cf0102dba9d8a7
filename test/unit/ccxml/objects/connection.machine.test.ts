import { connectionMachine, isOver, type ConnectionState, type ConnectionStep } from '../../../../src/ccxml/objects/connection.machine.ts';
import { step } from '../../../../src/kernel/machine.ts';

const states = Object.keys(connectionMachine) as ConnectionState[];
const steps: ConnectionStep[] = ['accept', 'reject', 'redirect', 'disconnect', 'merge', 'alerting', 'progressing', 'connected', 'disconnected', 'failed', 'redirected', 'merged', 'error', 'refused'];

describe('connection machine (§10.2)', () => {
  it('accepts, rejects only an alerting connection, and merges only a connected one', () => {
    const takes = (event: ConnectionStep) => states.filter((s) => step(connectionMachine, s, event).taken);
    expect(takes('accept')).toEqual(['ALERTING']);
    expect(takes('reject')).toEqual(['ALERTING']);
    expect(takes('redirect')).toEqual(['ALERTING', 'CONNECTED']);
    expect(takes('merge')).toEqual(['CONNECTED']);
  });

  it.each(states.flatMap((s) => steps.map((e) => [s, e] as const)))('%s on %s stays inside the table', (state, event) => {
    const next = step(connectionMachine, state, event);
    expect(states).toContain(next.state);
    if (isOver(state)) expect(next.taken).toBe(false);
  });

  it('ends every connection that is disconnected or fails, whatever is under way', () => {
    for (const state of states.filter((s) => !isOver(s))) {
      expect(isOver(step(connectionMachine, state, 'disconnected').state)).toBe(true);
      expect(isOver(step(connectionMachine, state, 'failed').state)).toBe(true);
    }
  });
});
