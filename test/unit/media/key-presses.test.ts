import { KeyPresses } from '../../../src/media/embedded/key-presses.ts';

/** What is told, of what came in. */
function presses(): { readonly keys: KeyPresses; readonly told: string[]; readonly tone: (key: string, fromMs: number, toMs: number, nowMs?: number, duringEvent?: boolean) => void; readonly event: (key: string, fromMs: number, toMs: number, how?: { toneReached?: boolean; infoReached?: boolean; known?: boolean }) => boolean } {
  const told: string[] = [];
  const keys = new KeyPresses((key, durationMs, via) => told.push(`${key} ${durationMs} ${via}`));
  // The stream's clock begins shortly before it turns over.
  const timestamp = (ms: number): number => (0xffff_f000 + ms * 8) >>> 0;
  return {
    keys, told,
    tone: (key, fromMs, toMs, nowMs = toMs, duringEvent = false) => keys.tone(key, toMs - fromMs, nowMs, duringEvent, (ms) => timestamp(toMs - ms)),
    event: (key, fromMs, toMs, { toneReached = true, infoReached = true, known = true } = {}) => {
      const told = keys.eventBegins(key, timestamp(fromMs), (toMs - fromMs) * 8, fromMs, (via) => via === 'inband' ? toneReached : infoReached);
      keys.event(key, toMs - fromMs, (toMs - fromMs) * 8, known, toMs);
      return told;
    },
  };
}

describe('a tone after the event of its press', () => {
  test('is not told', () => {
    const { told, tone, event } = presses();
    event('5', 900, 1000);
    tone('5', 900, 1000, 1349);
    expect(told).toEqual(['5 100 rfc4733']);
  });

  test('is told where it comes later, as a press of its own', () => {
    const { told, tone, event } = presses();
    event('5', 900, 1000);
    tone('5', 1200, 1300, 1350);
    expect(told).toEqual(['5 100 rfc4733', '5 100 inband']);
  });

  test('is left to that event while it goes on', () => {
    const { keys, told, tone } = presses();
    keys.eventBegins('5', 0, 160, 900, () => true);
    tone('5', 900, 980, 1000, true);
    keys.event('5', 100, 800, true, 1020);
    expect(told).toEqual(['5 100 rfc4733']);
  });

  test('is not told where it is heard after the event of the next key, nor in two parts', () => {
    const { told, tone, event } = presses();
    event('5', 900, 1000);
    event('6', 1040, 1080);
    tone('5', 900, 940, 1090);
    tone('5', 970, 1000, 1090);
    expect(told).toEqual(['5 100 rfc4733', '6 40 rfc4733']);
  });

  test('is told where that event has had its tone: the key was pressed again, and no event of it came', () => {
    const { told, tone, event } = presses();
    event('5', 900, 1000);
    tone('5', 900, 1000, 1040);
    tone('5', 1040, 1080, 1120);
    expect(told).toEqual(['5 100 rfc4733', '5 40 inband']);
  });

  test('is not told where it is not known when the event ended: the tone may be in two parts', () => {
    const { told, tone, event } = presses();
    event('5', 900, 920, { known: false });
    tone('5', 900, 950, 960);
    tone('5', 980, 1020, 1060);
    expect(told).toEqual(['5 20 rfc4733']);
  });

  test('is told where it was over before the event of another key that goes on', () => {
    const { keys, told, tone } = presses();
    keys.eventBegins('6', (0xffff_f000 + 1040 * 8) >>> 0, 160, 1040, () => true);
    tone('5', 960, 1000, 1080, true);
    expect(told).toEqual(['5 40 inband']);
  });

  test('is told where it is of another key, however soon', () => {
    const { told, tone, event } = presses();
    event('5', 900, 1000);
    tone('6', 910, 1010);
    expect(told).toEqual(['5 100 rfc4733', '6 100 inband']);
  });
});

describe('an event that is known of after the tone of its press', () => {
  test.each([
    ['lies where the tone does', 1000, 1100], ['begins late, as a gateway\'s that had to make the tone out first', 1040, 1140], ['begins early', 985, 1085], ['outlasts the tone', 1000, 1400],
  ])('is not told: it %s', (_, from, to) => {
    const { told, tone, event } = presses();
    tone('5', 1000, 1100);
    expect(event('5', from, to)).toBe(true);
    expect(told).toEqual(['5 100 inband']);
  });

  test('is told where it is the next press of that key, 40 ms after the first, and the end of the first is known to 20 ms only', () => {
    for (const heardToMs of [1020, 1040, 1060]) {
      const { told, tone, event } = presses();
      tone('5', 1000, heardToMs);
      expect(event('5', 1080, 1120)).toBe(false);
      expect(told).toHaveLength(2);
    }
  });

  test('is told where it is of another key', () => {
    const { told, tone, event } = presses();
    tone('5', 1000, 1100);
    expect(event('6', 1000, 1100)).toBe(false);
    expect(told).toEqual(['5 100 inband', '6 100 rfc4733']);
  });

  test('takes no second event with it', () => {
    const { told, tone, event } = presses();
    tone('5', 1000, 1100);
    expect([event('5', 1000, 1100), event('5', 1050, 1100)]).toEqual([true, false]);
    expect(told).toEqual(['5 100 inband', '5 50 rfc4733']);
  });

  test('leaves the tone of the next press one to be told', () => {
    const { told, tone, event } = presses();
    tone('5', 1000, 1100);
    event('5', 1000, 1100);
    tone('5', 1140, 1180);
    expect(told).toEqual(['5 100 inband', '5 40 inband']);
  });

  test('is not told where it is one of several that a later packet repeats, up to four', () => {
    const { told, tone, event } = presses();
    const starts = [1000, 1080, 1160, 1240, 1320];
    for (const from of starts) tone('5', from, from + 40);
    expect(starts.map((from) => event('5', from, from + 40))).toEqual([false, true, true, true, true]);
    expect(told).toHaveLength(6);
  });

  test('is told where somebody whom it reaches has not heard the tone', () => {
    const { told, tone, event } = presses();
    tone('5', 1000, 1100);
    expect(event('5', 1000, 1100, { toneReached: false })).toBe(false);
    expect(told).toHaveLength(2);
  });

  test('is told where the two have no clock in common; then a tone is of the event that was told shortly before it, also in two parts', () => {
    const { keys, told } = presses();
    keys.tone('5', 100, 1100, false, () => Number.NaN);
    expect(keys.eventBegins('5', 0, 800, 1100, () => true)).toBe(false);
    keys.event('5', 100, 800, true, 1200);
    expect(told).toHaveLength(2);
    for (const nowMs of [1210, 1270]) keys.tone('5', 40, nowMs, false, () => Number.NaN);
    expect(told).toHaveLength(2);
  });
});

describe('a digit by SIP INFO', () => {
  test('says how long its key is down', () => {
    const { keys, told } = presses();
    expect(keys.infoHolds(1000)).toBe(false);
    keys.info('5', 160, 1000);
    expect([keys.infoHolds(1159), keys.infoHolds(1160)]).toEqual([true, false]);
    expect(told).toEqual(['5 160 info']);
  });

  test.each([['while it sounds', 1050], ['when it is over', 1180], ['before it is heard', 870]])('and a tone of its press are told once, whether it comes %s', (_, infoMs) => {
    const { keys, told, tone } = presses();
    if (infoMs < 1150) keys.info('5', 160, infoMs);
    tone('5', 1050, 1150, 1200);
    if (infoMs >= 1150) keys.info('5', 160, infoMs);
    expect(told).toHaveLength(1);
    expect([keys.infoHolds(infoMs), keys.infoHolds(infoMs + 160)]).toEqual([true, false]);
  });

  test.each([['before', 850, '5 160 info'], ['while it goes on', 1050, '5 100 rfc4733'], ['after', 1400, '5 100 rfc4733']])('and an event of its press are told once: %s', (_, infoMs, expected) => {
    const { keys, told } = presses();
    if (infoMs < 1000) keys.info('5', 160, infoMs);
    keys.eventBegins('5', 0, 800, 1000, () => true);
    if (infoMs > 1000 && infoMs < 1100) keys.info('5', 160, infoMs);
    keys.event('5', 100, 800, true, 1100);
    if (infoMs > 1100) keys.info('5', 160, infoMs);
    expect(told).toEqual([expected]);
  });

  test('and an event and its tone are one press', () => {
    const { keys, told, tone, event } = presses();
    keys.info('5', 160, 1000);
    event('5', 1000, 1100);
    tone('5', 1000, 1100, 1180);
    expect(told).toEqual(['5 160 info']);
  });

  test('is told beside an event of its press where that reaches somebody whom it did not: the event is told too', () => {
    const { keys, told, event } = presses();
    keys.info('5', 160, 1000);
    expect(event('5', 1000, 1100, { infoReached: false })).toBe(false);
    expect(told).toEqual(['5 160 info', '5 100 rfc4733']);
  });

  test('is a press of its own where it comes long before or after, and where it is of another key', () => {
    const { keys, told, tone } = presses();
    keys.info('5', 160, 700);
    tone('5', 1000, 1100);
    keys.info('6', 160, 1100);
    keys.info('5', 160, 1601);
    expect(told).toEqual(['5 160 info', '5 100 inband', '6 160 info', '5 160 info']);
  });

  test('is one of two where a key is pressed twice, in whatever order the four are known', () => {
    for (const order of [['tone1', 'info', 'tone2', 'info'], ['info', 'info', 'tone1', 'tone2'], ['tone1', 'tone2', 'info', 'info'], ['info', 'tone1', 'info', 'tone2']]) {
      const { keys, told, tone } = presses();
      order.forEach((what, i) => what === 'info' ? keys.info('5', 160, 1180 + i) : what === 'tone1' ? tone('5', 1000, 1060, 1180 + i) : tone('5', 1110, 1170, 1180 + i));
      expect(told).toHaveLength(2);
    }
  });

  test('is told each time where nothing comes beside it', () => {
    const { keys, told } = presses();
    for (const nowMs of [1000, 1100, 1200]) keys.info('5', 80, nowMs);
    expect(told).toHaveLength(3);
  });
});
