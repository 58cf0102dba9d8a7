import { JitterBuffer } from '../../../src/rtp/jitter-buffer.ts';

/** Plays `arrivals` (packet n = sequence n, 20 ms each, arriving at the given ms) in a 20 ms tick; returns what each tick got. */
function play(arrivals: ReadonlyMap<number, number> | readonly (readonly [number, number])[], ticks: number, phase = 0): (number | string)[] {
  const buffer = new JitterBuffer({ clockRate: 8000 });
  const pending = [...arrivals].sort((a, b) => a[1] - b[1]);
  const out: (number | string)[] = [];
  for (let tick = 0; tick < ticks; tick++) {
    const now = tick * 20 + phase;
    while (pending[0] !== undefined && pending[0][1] <= now) {
      const [n, at] = pending.shift()!;
      buffer.put(1000 + n, n * 160, 0, Uint8Array.of(n), 0, 1, at);
    }
    const pulled = buffer.pull(now);
    if (pulled === 'packet') {
      out.push(buffer.bytes[buffer.offset]!);
      buffer.played(160);
    } else {
      out.push(pulled);
      buffer.passed(160);
    }
  }
  return out;
}
const steady = (count: number): [number, number][] => Array.from({ length: count }, (_, n) => [n, n * 20]);
const packets = (out: (number | string)[]): (number | string)[] => out.filter((one) => typeof one === 'number');

test('a steady stream plays whole and in order, at every phase of the tick', () => {
  for (let phase = 0; phase < 20; phase += 3) {
    const out = play(steady(30), 33, phase);
    expect(packets(out)).toEqual(steady(30).map(([n]) => n));
    expect(out.slice(2, 30)).not.toContain('empty');
  }
});

test('reordered packets play in order', () => {
  expect(packets(play([[0, 0], [1, 25], [2, 22], [3, 60], [4, 80]], 9))).toEqual([0, 1, 2, 3, 4]);
});

test('a lost packet is one gap in its place', () => {
  const out = play(steady(10).filter(([n]) => n !== 4), 13);
  expect(out.slice(out.indexOf(3), out.indexOf(5) + 1)).toEqual([3, 'lost', 5]);
});

test('jitter makes the delay grow, after which nothing more is late', () => {
  const arrivals = steady(200).map(([n, at]) => [n, at + (n % 7 === 0 ? 55 : 0)] as [number, number]);
  const out = play(arrivals, 210);
  const lateHalf = out.slice(100, 195);
  expect(lateHalf).not.toContain('empty');
  expect(lateHalf).not.toContain('lost');
});

test('a pause of the sender is silence, not loss, and the next talkspurt plays whole', () => {
  const arrivals: [number, number][] = [...steady(5), [25, 500], [26, 520], [27, 540]];
  const buffer = new JitterBuffer({ clockRate: 8000 });
  const out: string[] = [];
  let sequence = 0;
  for (let tick = 0; tick < 35; tick++) {
    for (const [n, at] of arrivals) if (at > (tick - 1) * 20 && at <= tick * 20) buffer.put(sequence++, n * 160, 0, Uint8Array.of(n), 0, 1, at);
    const pulled = buffer.pull(tick * 20);
    if (pulled === 'packet') { out.push(String(buffer.bytes[buffer.offset])); buffer.played(160); } else { out.push(pulled); buffer.passed(160); }
  }
  expect(out).not.toContain('lost');
  expect(out.filter((one) => /^\d+$/.test(one))).toEqual(['0', '1', '2', '3', '4', '25', '26', '27']);
});

test('packets of 30 and 60 ms are pulled as samples are needed', () => {
  const buffer = new JitterBuffer({ clockRate: 8000 });
  for (let n = 0; n < 4; n++) buffer.put(n, n * 480, 0, Uint8Array.of(n), 0, 1, n * 60);
  let have = 0;
  const out: number[] = [];
  for (let tick = 12; tick < 24; tick++) {
    while (have < 160) {
      expect(buffer.pull(tick * 20)).toBe('packet');
      out.push(buffer.bytes[buffer.offset]!);
      buffer.played(480);
      have += 480;
    }
    have -= 160;
  }
  expect(out).toEqual([0, 1, 2, 3]);
});

test('a burst larger than the buffer keeps the newest and never blocks', () => {
  const buffer = new JitterBuffer({ clockRate: 8000, slots: 8 });
  for (let n = 0; n < 100; n++) buffer.put(n, n * 160, 0, Uint8Array.of(n), 0, 1, 0);
  expect(buffer.depth).toBe(8);
  expect(buffer.pull(100)).toBe('packet');
  expect(buffer.bytes[buffer.offset]).toBe(92);
});

test('an oversized payload is refused', () => {
  const buffer = new JitterBuffer({ clockRate: 8000, payloadBytes: 160 });
  expect(buffer.put(1, 0, 0, new Uint8Array(161), 0, 161, 0)).toBe(false);
  expect(buffer.overflowed).toBe(1);
});

test('a packet so far behind the newest that its slot is another’s is refused, and the buffer goes on', () => {
  const buffer = new JitterBuffer({ clockRate: 8000, slots: 16 });
  const put = (n: number): boolean => buffer.put(n, n * 160, 0, Uint8Array.of(n & 255), 0, 1, 0);
  for (let n = 1000; n < 1010; n++) expect(put(n)).toBe(true);
  expect([put(993), put(994), put(984)]).toEqual([false, true, false]);
  expect(buffer.depth).toBe(11);
  // Far ahead: everything before it goes.
  expect(put(1100)).toBe(true);
  expect(buffer.depth).toBe(1);
  expect(put(1084)).toBe(false);
  expect(buffer.pull(100)).toBe('packet');
  expect(buffer.pull(120)).toBe('empty');
});
