import { compileEventPattern, isEventName } from '../../../../src/ccxml/events/event-name.ts';

describe('event patterns (§9.2.2)', () => {
  it.each([
    ['connection.*', 'connection.connected', true],
    ['connection.*', 'connection.', true],
    ['connection.*', 'connection', false],
    ['*', 'anything.at.all', true],
    ['*', '', true],
    ['error.*.*', 'error.send.failed', true],
    ['error.*.*', 'error.fetch', false],
    ['*.connected', 'connection.connected', true],
    ['*.connected', 'connection.connected.more', false],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'aXbYc', true],
    ['a*b*c', 'acb', false],
    ['ab*ba', 'aba', false],
    ['a**b', 'ab', true],
    ['user.x', 'user.x', true],
    ['user.x', 'user.xy', false],
    ['user.x', 'a.user.x', false],
    ['us*.ma*n', 'user.main', true],
    ['Connection.*', 'connection.connected', false],
  ])('%s against %s is %s', (pattern, name, expected) => expect(compileEventPattern(pattern)(name)).toBe(expected));

  it.each([['user.a', true], ['a', true], ['.bad', false], ['bad.', false], ['a..b', false], ['a b', false], ['', false], ['a.*', false]])('%s as an event name is %s', (name, expected) => expect(isEventName(name)).toBe(expected));
});
