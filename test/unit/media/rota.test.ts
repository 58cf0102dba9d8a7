import type { KoffiSocket } from '../../../src/media/embedded/koffi-socket.ts';
import { Rota } from '../../../src/media/embedded/rota.ts';

interface Named { name: string; rotaPlace: number }
const socket = (name: string): KoffiSocket => ({ name, rotaPlace: -1 }) as unknown as KoffiSocket;
const names = (sockets: readonly KoffiSocket[], count: number): string => (sockets.slice(0, count) as unknown as Named[]).map(({ name }) => name).join(' ');

test('a socket is due 23 ms after its last packet, again at once when there was none, and leaves after six in vain', () => {
  const left: KoffiSocket[] = [];
  const rota = new Rota((one) => left.push(one));
  const into: KoffiSocket[] = [];
  const due = (nowMs: number): string => names(into, rota.due(nowMs, into));
  const [a, b] = [socket('a'), socket('b')];
  rota.add(a, 100);
  rota.add(b, 108);
  expect([due(122), due(123), due(131)]).toEqual(['', 'a', 'a b']);
  rota.looked(a, 119.5);
  rota.looked(b, undefined);
  expect([due(132), due(143)]).toEqual(['b', 'a b']);
  for (let i = 0; i < 4; i++) rota.looked(b, undefined);
  rota.looked(b, 150);
  for (let i = 0; i < 5; i++) rota.looked(b, undefined);
  expect([left.length, b.rotaPlace]).toEqual([0, 1]);
  rota.looked(b, undefined);
  expect(left).toEqual([b]);
  expect([due(Infinity), b.rotaPlace]).toEqual(['a', -1]);
  rota.looked(b, 170);
  expect(due(Infinity)).toBe('a');
});

test('sockets that come and go at random: each is due when it should be', () => {
  const rota = new Rota(() => undefined);
  const due = new Map<KoffiSocket, number>();
  let seed = 5;
  const chance = (): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const into: KoffiSocket[] = [];
  for (let now = 0; now < 3000; now++) {
    const all = [...due.keys()];
    const one = all[Math.floor(chance() * all.length)];
    if (one === undefined || chance() < 0.4) {
      const added = socket(`s${now}`);
      rota.add(added, now);
      due.set(added, now + 23);
    } else if (chance() < 0.3) {
      rota.delete(one);
      due.delete(one);
      rota.delete(one);
    } else {
      rota.looked(one, now);
      due.set(one, now + 23);
    }
    const count = rota.due(now, into);
    expect(new Set(into.slice(0, count))).toEqual(new Set([...due].filter(([, at]) => at <= now).map(([which]) => which)));
  }
  expect(due.size).toBeGreaterThan(64);
});
