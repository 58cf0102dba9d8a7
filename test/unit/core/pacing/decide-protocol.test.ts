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

describe('whatever is sent', () => {
  const wrongNumbers: readonly unknown[] = [undefined, null, -1, 'two', true, [], {}, 1e400];
  /** The line with one field, named by its path, replaced or taken out. */
  function changed(line: object, path: string, value: unknown): string {
    const copy = structuredClone(line) as Record<string, unknown>;
    const words = path.split('.');
    const last = words.pop() ?? '';
    let at = copy;
    for (const word of words) at = at[word] as Record<string, unknown>;
    if (value === undefined) delete at[last];
    else at[last] = value;
    // JSON has no infinity; a number too large to read is one all the same.
    return JSON.stringify(copy, (_key, v: unknown) => (v === Number.POSITIVE_INFINITY ? '@@huge' : v)).replaceAll('"@@huge"', '1e400');
  }
  const fresh = (): DecideProtocol => {
    const protocol = new DecideProtocol();
    said(protocol, start);
    return protocol;
  };

  test.each(['now', 'contactsLeft', 'agents.idle'])('a tick whose %s is no number names it, changes nothing and ends nothing', (path) => {
    const protocol = fresh();
    for (const value of wrongNumbers) expect(String(said(protocol, changed(tick, path, value))['error'])).toMatch(new RegExp(`^${path.replaceAll('.', '\\.')}: not a number`));
    expect(said(protocol, tick)).toEqual({ dial: 1, why: expect.any(String) });
  });

  test.each(['agents', 'calls'])('a tick without %s, or with something else in its place, names it', (path) => {
    const protocol = fresh();
    for (const value of [undefined, null, 3, 'x', []]) expect(said(protocol, changed(tick, path, value))['error']).toBe(`${path}: not an object`);
    expect(said(protocol, tick)).toHaveProperty('dial');
  });

  test.each(['agents.talking', 'agents.wrapping', 'calls.ringing', 'calls.classifying', 'calls.waiting'])('a tick whose %s is no list of ages names it, and the entry', (path) => {
    const protocol = fresh();
    for (const value of [undefined, null, 3, 'x', {}]) expect(said(protocol, changed(tick, path, value))['error']).toBe(`${path}: not a list`);
    for (const age of [-1, null, 'x', {}, [], 1e400]) expect(said(protocol, changed(tick, path, [5, age]))['error']).toBe(`${path}[1]: not a number of 0 or more`);
    expect(said(protocol, tick)).toHaveProperty('dial');
  });

  test.each(['limits.maxConcurrentCalls', 'limits.maxCallsPerSecond'])('a start whose %s is no number names it, and the pacer that runs goes on', (path) => {
    const protocol = fresh();
    for (const value of wrongNumbers) expect(String(said(protocol, changed(start, path, value))['error'])).toMatch(/^limits\.max\w+: not a number/);
    expect(said(protocol, tick)).toHaveProperty('dial');
  });

  test.each([
    ['kind', [undefined, null, 3, {}], 'kind: not a text'],
    ['kind', ['psychic', '', 'constructor', 'Cruise'], 'kind: '],
    ['limits', [undefined, null, 3, []], 'limits: not an object'],
    ['options', [3, 'x', []], 'options: not an object'],
    ['promise', [3, 'x'], 'promise: not an object'],
    ['promise.targetRate', [undefined, -0.1, 2, '3 %'], 'promise.targetRate: not a share'],
    ['promise.thresholdMs', [undefined, -1, 'x'], 'promise.thresholdMs: not a number'],
    ['promise.from', [undefined, 'ring', 3], 'promise.from: not answer, greetingStart or greetingEnd'],
    ['promise.windowMs', [undefined, 0, -5, 'day'], 'promise.windowMs: not a number'],
    ['options.ratio', ['x', -1, null], 'options.ratio: not a number'],
    ['options.rate', [5, 'x'], 'options.rate: not an object'],
    ['options.skill', [5, {}, { measure: 'mood', keep: 1 }], 'options.skill'],
    ['options.history', [5, [3]], 'options.history'],
    ['options.watch', ['sleep', 3], 'options.watch: not update or work'],
  ] as const)('a start with a wrong %s names it (%j)', (path, values, words) => {
    for (const value of values) expect(String(said(new DecideProtocol(), changed(start, path, value))['error'])).toContain(words);
  });

  test('a promise that cruise cannot make is refused by name', () => {
    expect(said(new DecideProtocol(), { ...start, kind: 'cruise', promise: { ...start.promise, targetRate: 0 } })['error']).toMatch(/^promise\.targetRate: 0: cruise promises/);
    expect(said(new DecideProtocol(), { ...start, kind: 'ratio', options: { ratio: 40 } })['error']).toMatch(/^options\.ratio: 40/);
  });

  test.each([
    [[{ what: 'answered', ringMs: -3 }], 'since[0].ringMs'], [[{ what: 'agentOn' }, { what: 'person' }], 'since[1].verdictMs'], [[{}], 'since[0].what'], [[null], 'since[0]'], ['x', 'since'],
    [[{ what: 'toString' }], 'since[0].what'], [[{ what: 'connected', waitMs: '0' }], 'since[0].waitMs'], [[{ what: 'busy', of: 'list' }], 'since[0].of'], [[{ what: 'busy', of: { attempt: 'first' } }], 'since[0].of.attempt'],
  ])('facts that cannot be: %j', (since, field) => {
    const protocol = fresh();
    expect(String(said(protocol, { ...tick, since })['error']).startsWith(`${field}:`)).toBe(true);
    expect(said(protocol, tick)).toHaveProperty('dial');
  });

  test('contacts may be told apart by list, attempt and hour', () => {
    const protocol = new DecideProtocol();
    said(protocol, { ...start, kind: 'cruise' });
    const of = { list: 'spring', attempt: 2, hour: 14 };
    expect(said(protocol, { ...tick, calls: { ...tick.calls, ringingOf: [of] }, next: [of, {}], since: [{ what: 'answered', ringMs: 8_000, of }] })).toHaveProperty('dial');
    expect(said(protocol, { ...tick, next: [{ hour: 'noon' }] })['error']).toBe('next[0].hour: not a number of 0 or more');
    expect(said(protocol, { ...tick, calls: { ...tick.calls, ringingOf: [{ list: 3 }] } })['error']).toBe('calls.ringingOf[0].list: not a text');
  });

  test.each(['', 'null', '3', '"start"', '[[[', '{"type":"tick"', '\u0000', '{"type":"start","kind":"cruise"}garbage', '{"type":{}}', '{"__proto__":{"type":"end"}}'])('the line %j is answered with what is wrong', (line) => {
    const protocol = fresh();
    expect(said(protocol, line)).toEqual({ error: expect.stringMatching(/^(line|type): /) });
    expect(said(protocol, tick)).toHaveProperty('dial');
  });

  test('a start in the middle begins anew, also in time; a tick after the end wants a start', () => {
    const protocol = fresh();
    said(protocol, { ...tick, now: 90_000 });
    expect(said(protocol, { ...start, kind: 'cruise' })).toEqual({ ok: true });
    expect(said(protocol, { ...tick, now: 0 })).toHaveProperty('dial');
    expect(said(protocol, { type: 'end' })).toEqual({ ok: true });
    expect(said(protocol, tick)).toEqual({ error: 'type: tick before start' });
    expect(said(protocol, { type: 'end' })).toEqual({ ok: true });
  });

  test('a tick of the past is refused, and one of the same moment is not', () => {
    const protocol = fresh();
    said(protocol, { ...tick, now: 5_000 });
    expect(said(protocol, { ...tick, now: 4_999 })).toEqual({ error: 'now: earlier than the last tick' });
    expect(said(protocol, { ...tick, now: 5_000 })).toHaveProperty('dial');
  });

  test('a tick that is refused leaves the clock where it was', () => {
    const protocol = fresh();
    expect(said(protocol, { ...tick, now: 8_000, since: [{ what: 'nothing' }] })).toHaveProperty('error');
    expect(said(protocol, { ...tick, now: 1_000 })).toHaveProperty('dial');
  });

  test('lists of a hundred thousand are taken, of more than a million refused', () => {
    const protocol = new DecideProtocol();
    said(protocol, { ...start, kind: 'cruise', limits: { maxConcurrentCalls: 1_000_000, maxCallsPerSecond: 100_000 } });
    const ages = new Array<number>(100_000).fill(4_000);
    expect(said(protocol, { ...tick, agents: { idle: 5, talking: ages, wrapping: [] }, calls: { ...tick.calls, ringing: ages } })).toHaveProperty('dial');
    expect(said(protocol, { ...tick, agents: { idle: 5, talking: new Array<number>(1_000_001).fill(1), wrapping: [] } })['error']).toBe('agents.talking: more than 1000000 entries');
  });
});
