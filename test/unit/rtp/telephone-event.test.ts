import { TelephoneEventReceiver } from '../../../src/rtp/telephone-event-receiver.ts';
import { TelephoneEventSender } from '../../../src/rtp/telephone-event-sender.ts';

interface Sent { timestamp: number; marker: boolean; payload: Uint8Array }

/** The packets of these keys, 100 ms each with 50 ms between, 20 ms a packet. */
function type(keys: string, durationUnits = 800): Sent[] {
  const sender = new TelephoneEventSender(160);
  const packets: Sent[] = [];
  let clock = 1000;
  for (const key of keys) {
    expect(sender.press(key, clock, durationUnits)).toBe(true);
    while (sender.next()) packets.push({ timestamp: sender.timestamp, marker: sender.marker, payload: Uint8Array.from(sender.payload) });
    clock += durationUnits + 400;
  }
  return packets;
}

function hear(packets: readonly Sent[], msPerPacket = 20): { digits: string; durations: number[]; started: string } {
  const heard = { digits: '', durations: [] as number[], started: '' };
  const receiver = new TelephoneEventReceiver({
    started: (key) => (heard.started += key),
    ended: (key, units) => { heard.digits += key; heard.durations.push(units); },
  });
  for (const { timestamp, marker, payload } of packets) {
    receiver.packet(timestamp, marker, payload, 0, payload.length);
    receiver.elapsed(msPerPacket);
  }
  receiver.elapsed(1000);
  return heard;
}

test('every key is heard once, in order, with its duration', () => {
  const heard = hear(type('0123456789*#ABCD'));
  expect(heard.digits).toBe('0123456789*#ABCD');
  expect(heard.started).toBe(heard.digits);
  expect(heard.durations).toEqual(Array(16).fill(800));
});

test('a press is sent as one marked packet, growing durations and three ends', () => {
  const packets = type('5');
  expect(packets.map((p) => p.marker)).toEqual([true, false, false, false, false, false, false]);
  expect(packets.map((p) => (p.payload[2]! << 8) | p.payload[3]!)).toEqual([160, 320, 480, 640, 800, 800, 800]);
  expect(packets.map((p) => p.payload[1]! >> 7)).toEqual([0, 0, 0, 0, 1, 1, 1]);
  expect(new Set(packets.map((p) => p.timestamp)).size).toBe(1);
});

test.each([0, 1, 2])('one packet in three lost (phase %i): each press is still one', (phase) => {
  expect(hear(type('112233').filter((_, i) => i % 3 !== phase)).digits).toBe('112233');
});

test('doubled and swapped packets change nothing', () => {
  const packets = type('77#');
  expect(hear(packets.flatMap((p) => [p, p]), 10).digits).toBe('77#');
  const swapped = [...packets];
  for (let i = 0; i + 1 < swapped.length; i += 2) [swapped[i], swapped[i + 1]] = [swapped[i + 1]!, swapped[i]!];
  expect(hear(swapped).digits).toBe('77#');
});

test('a press whose end packets are all lost ends when packets stop, and when audio resumes', () => {
  const packets = type('4').filter((p) => (p.payload[1]! & 0x80) === 0);
  expect(hear(packets).digits).toBe('4');
  let digits = '';
  const receiver = new TelephoneEventReceiver({ started: () => undefined, ended: (key) => (digits += key) });
  for (const p of packets) receiver.packet(p.timestamp, p.marker, p.payload, 0, 4);
  receiver.audioResumed(1000 + 1200);
  expect(digits).toBe('4');
});

test('two presses of one key are two, also when all ends of the first are lost', () => {
  const packets = type('88').filter((p) => p.timestamp !== 1000 || (p.payload[1]! & 0x80) === 0);
  expect(hear(packets).digits).toBe('88');
});

test('a key held for 20 seconds is one press in three segments', () => {
  const packets = type('9', 160_000);
  expect(new Set(packets.map((p) => p.timestamp)).size).toBe(3);
  const heard = hear(packets);
  expect(heard.digits).toBe('9');
  expect(heard.durations[0]).toBeGreaterThan(159_000);
});

test('an old peer that moves the timestamp with every packet is heard once', () => {
  const packets = Array.from({ length: 8 }, (_, i) => ({ timestamp: 5000 + i * 160, marker: i === 0, payload: Uint8Array.of(3, i >= 5 ? 0x8a : 10, 0, 160) }));
  expect(hear(packets).digits).toBe('3');
});

test('malformed payloads and events that are no keys are passed over', () => {
  const receiver = new TelephoneEventReceiver({ started: () => { throw new Error('started'); }, ended: () => { throw new Error('ended'); } });
  expect(receiver.packet(0, true, Uint8Array.of(1, 0, 0), 0, 3)).toBe(false);
  expect(receiver.packet(0, true, Uint8Array.of(1, 0, 0, 0), 0, 8)).toBe(false);
  expect(receiver.packet(0, true, Uint8Array.of(32, 0x80, 1, 0), 0, 4)).toBe(true);
});

test('timestamps wrap without a press being lost or doubled', () => {
  const packets = type('12').map((p) => ({ ...p, timestamp: (p.timestamp + 0xffff_ffff - 1100) >>> 0 }));
  expect(hear(packets).digits).toBe('12');
});

test('a press that is released lasts as long as it is said to have, be it learnt of at its end or after a segment', () => {
  const lasts = (packetsBefore: number, units: number | undefined): number => {
    const sender = new TelephoneEventSender(160);
    sender.press('5', 1000);
    const durations: number[] = [];
    const next = (): boolean => {
      if (!sender.next()) return false;
      durations.push(sender.timestamp - 1000 + ((sender.payload[2]! << 8) | sender.payload[3]!));
      return true;
    };
    for (let i = 0; i < packetsBefore; i++) next();
    sender.release(units);
    while (next());
    return Math.max(...durations);
  };
  expect([lasts(0, undefined), lasts(0, 100), lasts(0, 800), lasts(5, 800), lasts(5, 960), lasts(5, undefined)]).toEqual([160, 160, 800, 960, 960, 960]);
  expect(lasts(500, 80_000)).toBe(80_160);
});
