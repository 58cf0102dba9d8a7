import { legMachine, type LegEvent, type LegState } from '../../../../src/core/call-control/connection-leg.machine.ts';
import { step } from '../../../../src/kernel/machine.ts';

const states = Object.keys(legMachine) as LegState[];
const events: LegEvent[] = ['dial', 'ring', 'accept', 'hangup', 'media.ready', 'media.negotiated', 'media.failed', 'sip.progress', 'sip.answered', 'sip.failed', 'sip.ended', 'redirect', 'refer', 'referred', 'refer.failed', 'sip.replaced'];
const lastWords = ['tell-failed', 'tell-disconnected', 'tell-hung-up', 'tell-transferred'];
/** One that is leaving has told its last event already. */
const mute = (state: LegState): boolean => state === 'leaving' || state === 'ended';

describe('connection leg machine, every state × event', () => {
  const cases = states.flatMap((state) => events.map((event) => ({ state, event })));

  it.each(cases)('in $state, $event tells the end exactly when it leads to ended or leaving', ({ state, event }) => {
    const next = step(legMachine, state, event);
    const told = next.effects.filter((e) => lastWords.includes(e)).length;
    expect(told).toBe(next.taken && !mute(state) && mute(next.state) ? 1 : 0);
  });

  it.each(states.filter((s) => s !== 'idle' && s !== 'ended'))('in %s, a hang-up leads towards the end, and a dead call ends it', (state) => {
    if (state !== 'ending') expect(['ending', 'leaving', 'ended']).toContain(step(legMachine, state, 'hangup').state);
    const over = [step(legMachine, state, 'sip.failed'), step(legMachine, state, 'sip.ended'), step(legMachine, state, 'media.failed')].map((s) => s.state);
    expect(over.some((s) => s === 'ended')).toBe(true);
  });

  it('leaves nothing once it has ended', () => {
    for (const event of events) expect(step(legMachine, 'ended', event).taken).toBe(false);
  });

  it('connects an outbound call by offer, INVITE, answer', () => {
    const path: LegEvent[] = ['dial', 'media.ready', 'sip.progress', 'sip.answered', 'media.negotiated'];
    const effects = path.reduce<{ state: LegState; all: string[] }>((at, event) => {
      const next = step(legMachine, at.state, event);
      return { state: next.state, all: [...at.all, ...next.effects] };
    }, { state: 'idle', all: [] });
    expect(effects).toEqual({ state: 'connected', all: ['open-offer', 'place', 'tell-progressing', 'apply-answer', 'tell-connected'] });
  });

  it('ends a call whose answer crosses the hang-up', () => {
    let state: LegState = 'progressing';
    for (const event of ['hangup', 'sip.answered', 'sip.ended'] as const) state = step(legMachine, state, event).state;
    expect(state).toBe('ended');
  });
});
