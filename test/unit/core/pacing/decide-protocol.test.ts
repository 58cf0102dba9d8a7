import { DecideProtocol } from '../../../../src/core/pacing/decide-protocol.ts';

const start = { type: 'start', kind: 'progressive', promise: { targetRate: 0.03, thresholdMs: 2000, from: 'greetingEnd', windowMs: 86_400_000 }, limits: { maxConcurrentCalls: 10, maxCallsPerSecond: 5 }, options: {} };
const tick = { type: 'tick', now: 0, agents: { idle: 2, talking: [1200], wrapping: [] }, calls: { ringing: [300], classifying: [], waiting: [] }, contactsLeft: 50, since: [{ what: 'agentOn' }] };

function said(protocol: DecideProtocol, line: unknown): Record<string, unknown> {
  return JSON.parse(protocol.answer(typeof line === 'string' ? line : JSON.stringify(line))) as Record<string, unknown>;
}

describe('the decide protocol', () => {
  test('answers start, tick and end', () => {
    const protocol = new DecideProtocol();
    expect(said(protocol, start)).toEqual({ ok: true });
    expect(said(protocol, tick)).toEqual({ dial: 1, why: expect.any(String) });
    expect(said(protocol, { type: 'end' })).toEqual({ ok: true });
  });

  test.each(['manual', 'preview', 'progressive', 'cruise'])('knows the kind %s without options', (kind) => {
    const protocol = new DecideProtocol();
    expect(said(protocol, { ...start, kind })).toEqual({ ok: true });
    expect(said(protocol, tick)).toHaveProperty('dial');
  });

  test('knows ratio, rate and skill with their options', () => {
    const protocol = new DecideProtocol();
    expect(said(protocol, { ...start, kind: 'ratio', options: { ratio: 2 } })).toEqual({ ok: true });
    expect(said(protocol, tick)['dial']).toBe(3);
    expect(said(protocol, { ...start, kind: 'rate', options: { rate: { count: 1, perMs: 1000 } } })).toEqual({ ok: true });
    expect(said(protocol, tick)['dial']).toBe(1);
    expect(said(protocol, { ...start, kind: 'skill', options: { skill: { measure: 'freeAgents', keep: 1 } } })).toEqual({ ok: true });
    expect(said(protocol, { ...tick, skill: { queued: 0, longestWaitMs: 0, freeAgents: 4 } })['dial']).toBe(2);
  });

  test.each([
    ['{', 'line'],
    ['[]', 'line'],
    [{ type: 'stop' }, 'type'],
    [{ ...start, kind: 'psychic' }, 'kind'],
    [{ ...start, kind: 'ratio' }, 'options.ratio'],
    [{ ...start, promise: { ...start.promise, from: 'ring' } }, 'promise.from'],
    [{ ...start, limits: { maxConcurrentCalls: 10 } }, 'limits.maxCallsPerSecond'],
  ])('names the field of a start that is malformed: %j', (line, field) => {
    expect(said(new DecideProtocol(), line)['error']).toMatch(new RegExp(`^${field.replaceAll('.', '\\.')}`));
  });

  test.each([
    [{ ...tick, now: 'noon' }, 'now'],
    [{ ...tick, agents: { ...tick.agents, idle: -1 } }, 'agents.idle'],
    [{ ...tick, agents: { ...tick.agents, talking: [1, null] } }, 'agents.talking[1]'],
    [{ ...tick, calls: { ...tick.calls, ringing: 3 } }, 'calls.ringing'],
    [{ ...tick, since: [{ what: 'answered' }] }, 'since[0].ringMs'],
    [{ ...tick, since: [{ what: 'sneezed' }] }, 'since[0].what'],
  ])('names the field of a tick that is malformed, and goes on: %j', (line, field) => {
    const protocol = new DecideProtocol();
    said(protocol, start);
    expect(String(said(protocol, line)['error']).startsWith(`${field}:`)).toBe(true);
    expect(said(protocol, tick)['dial']).toBe(1);
  });

  test('refuses a tick before the start, and one of the past', () => {
    const protocol = new DecideProtocol();
    expect(said(protocol, tick)['error']).toBe('type: tick before start');
    said(protocol, start);
    said(protocol, { ...tick, now: 5000 });
    expect(said(protocol, { ...tick, now: 4000 })['error']).toBe('now: earlier than the last tick');
  });
});
