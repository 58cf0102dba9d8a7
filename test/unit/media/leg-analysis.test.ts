import { DtmfGenerator } from '../../../src/audio/dtmf-generator.ts';
import { speechLike } from '../../contract/media/signals.ts';
import { id, SimulatedMedia } from './simulated-engine.ts';

const speech = speechLike(4);
const quiet = new Int16Array(160);

/** A second of silence, a digit of 100 ms, silence, and from the third second on speech for two. */
function said(frame: number, generator: DtmfGenerator): Int16Array {
  if (frame === 50) generator.send('4', 100, 0);
  const out = frame >= 150 && frame < 250 ? speech.slice((frame - 150) * 160, (frame - 149) * 160) : quiet.slice();
  if (generator.active) generator.process(out);
  return out;
}

test('legs that are looked at in different ticks are told the same, at the same times', () => {
  const media = new SimulatedMedia();
  const phones = ['a', 'b', 'c', 'd'].map((name) => media.phone(name));
  media.run(10);
  for (const phone of phones) {
    const begin = phone.frame;
    const generator = new DtmfGenerator();
    phone.say = (frame) => said(frame - begin, generator);
  }
  media.run(400);
  const told = (node: string): unknown[] => media.all('speech').filter((event) => event.node === id(node)).map(({ speaking, atMs }) => ({ speaking, atMs }));
  const digits = (node: string): unknown[] => media.all('digit').filter((event) => event.node === id(node)).map(({ digit, durationMs }) => ({ digit, durationMs }));
  expect(digits('a')).toEqual([{ digit: '4', durationMs: expect.closeTo(100, -1.4) }]);
  expect(told('a').length).toBeGreaterThan(3);
  for (const node of ['b', 'c', 'd']) {
    expect(told(node)).toEqual(told('a'));
    expect(digits(node)).toEqual(digits('a'));
  }
});

test('what is heard while a verdict is awaited is looked at when it is there, on every leg', () => {
  const media = new SimulatedMedia();
  const phones = ['a', 'b'].map((name) => media.phone(name));
  for (const name of ['a', 'b']) media.engine.command({ op: 'classify', node: id(name), hints: { phase: 'connected' } });
  media.run(50);
  for (const phone of phones) {
    const begin = phone.frame;
    phone.say = (frame) => (frame - begin < 20 ? speech.slice((frame - begin) * 160, (frame - begin + 1) * 160) : quiet);
  }
  const heard: string[] = [];
  for (let tick = 0; tick < 200; tick++) {
    media.run(1);
    for (const event of media.events.splice(0)) if (event.name === 'callprogress') heard.push(`${tick} ${event.node} ${event.progress} ${event.atMs}`);
  }
  const of = (node: string): string[] => heard.filter((line) => line.includes(` ${node} `)).map((line) => line.replace(` ${node} `, ' '));
  expect(of('a').length).toBeGreaterThanOrEqual(2);
  expect(of('b')).toEqual(of('a'));
});

test('a leg that goes away is told the digit that its last frames hold', () => {
  for (const offset of [0, 1, 2, 3]) {
    const media = new SimulatedMedia();
    const phone = media.phone('a');
    media.run(10 + offset);
    const generator = new DtmfGenerator();
    const begin = phone.frame;
    phone.say = (frame) => said(frame - begin + 50, generator);
    media.run(6);
    media.engine.command({ op: 'close', node: id('a') });
    expect(media.digits('a')).toBe('4');
  }
});

test('a digit in band breaks off what a dialog plays to the leg at once, whenever it comes', () => {
  const barged = [0, 1, 2, 3].map((offset) => {
    const media = new SimulatedMedia();
    const phone = media.phone('a');
    media.engine.command({ op: 'openDialog', node: id('dialog') });
    for (const [from, to] of [['a', 'dialog'], ['dialog', 'a']] as const) media.engine.command({ op: 'connect', edge: { from: id(from), to: id(to) } });
    media.engine.command({ op: 'play', command: { play: 'p', node: id('dialog'), bargeIn: true, items: [{ kind: 'tone', tone: 'dial' }] } });
    media.run(10 + offset);
    const generator = new DtmfGenerator();
    const begin = phone.frame;
    phone.say = (frame) => said(frame - begin + 50, generator);
    for (let ticks = 1; ticks < 50; ticks++) {
      media.run(1);
      if (media.all('play.done').some(({ how }) => how === 'barged')) return ticks;
    }
    return undefined;
  });
  // 100 ms of the tone, 20 of a break that is none, and what the jitter buffer keeps back.
  expect(barged[0]).toBeLessThanOrEqual(8);
  expect(barged).toEqual([barged[0], barged[0], barged[0], barged[0]]);
});
