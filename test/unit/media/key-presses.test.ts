import { KeyPresses } from '../../../src/media/embedded/key-presses.ts';

/** What is told, of what came in. */
function presses(): { readonly keys: KeyPresses; readonly told: string[] } {
  const told: string[] = [];
  return { keys: new KeyPresses((key, durationMs, via) => told.push(`${key} ${durationMs} ${via}`)), told };
}

test('tells the tone after the event of the same key as one press', () => {
  const { keys, told } = presses();
  keys.event('5', 100, 1000);
  keys.tone('5', 100, 1349, false);
  expect(told).toEqual(['5 100 rfc4733']);
});

test('tells a tone of the same key that comes later as a press of its own', () => {
  const { keys, told } = presses();
  keys.event('5', 100, 1000);
  keys.tone('5', 100, 1350, false);
  expect(told).toEqual(['5 100 rfc4733', '5 100 inband']);
});

test('leaves a tone that ends while an event goes on to that event', () => {
  const { keys, told } = presses();
  keys.tone('5', 80, 1000, true);
  keys.event('5', 100, 1020);
  expect(told).toEqual(['5 100 rfc4733']);
});

test('tells another key than the event\'s, however soon', () => {
  const { keys, told } = presses();
  keys.event('5', 100, 1000);
  keys.tone('6', 100, 1010, false);
  expect(told).toEqual(['5 100 rfc4733', '6 100 inband']);
});

test('tells a digit by INFO and a tone each for itself, and knows how long the INFO says that the key is down', () => {
  const { keys, told } = presses();
  expect(keys.infoHolds(1000)).toBe(false);
  keys.info('5', 160, 1000);
  expect([keys.infoHolds(1159), keys.infoHolds(1160)]).toEqual([true, false]);
  keys.tone('5', 100, 1200, false);
  expect(told).toEqual(['5 160 info', '5 100 inband']);
});
