/** Card mode: a customer keys a card number to a dialog while an agent and a monitor are on the line. Everything that could keep or show a digit, one by one. */
import type { RecordSink } from '../../../src/media/embedded/recorder.ts';
import type { RecordAudio } from '../../../src/media/media.ts';
import { dtmfSample, frequenciesOf, peakLevelAt } from '../../contract/media/signals.ts';
import { id, SimulatedMedia, type SimulatedPhone } from './simulated-engine.ts';

const card = '4929175036';
const ways = ['rfc4733', 'rfc4733 beside the tone', 'inband', 'info'] as const;
type Way = (typeof ways)[number];

class Files implements RecordSink {
  readonly samples = new Map<string, Int16Array[]>();
  open(record: string): void { this.samples.set(record, []); }
  write(record: string, samples: Int16Array): void { this.samples.get(record)?.push(samples); }
  close(): void { /* the samples stay */ }
  /** Everything in that file, all channels one after another: for levels that is the same. */
  of(record: string, channels = 1): Int16Array[] {
    const all = (this.samples.get(record) ?? []).flatMap((part) => [...part]);
    return Array.from({ length: channels }, (_, channel) => Int16Array.from(all.filter((_, i) => i % channels === channel)));
  }
}

interface Call {
  readonly files: Files;
  readonly media: SimulatedMedia;
  readonly customer: SimulatedPhone;
  readonly agent: SimulatedPhone;
  readonly monitor: SimulatedPhone;
}

/** The graph as call control makes it while a dialog keeps a customer's digits: every path but the dialog's is clamped. */
function call(): Call {
  const files = new Files();
  const media = new SimulatedMedia(files);
  media.engine.command({ op: 'openConference', node: id('room') });
  media.engine.command({ op: 'openDialog', node: id('dialog') });
  const [customer, agent, monitor] = [media.phone('customer'), media.phone('agent'), media.phone('monitor')];
  media.connect('customer', 'dialog');
  media.connect('dialog', 'customer');
  for (const name of ['agent', 'monitor']) media.connect(name, 'room');
  for (const name of ['customer', 'agent', 'monitor']) media.connect('room', name);
  clampPaths(media, 'silence');
  media.run(20);
  return { files, media, customer, agent, monitor };
}
const clampPaths = (media: SimulatedMedia, mode: 'pass' | 'silence'): void => media.connect('customer', 'room', { events: mode, inband: mode });
const hide = (media: SimulatedMedia, on: boolean): void => media.engine.command({ op: 'hideDigits', node: id('customer'), on });
const record = (media: SimulatedMedia, command: Omit<RecordAudio, 'path' | 'node'> & { node: string }): void => media.engine.command({ op: 'record', command: { ...command, node: id(command.node), path: 'p' } });

function type({ media, customer }: Call, way: Way, digits = card): void {
  for (const key of digits) {
    const begin = customer.frame;
    // 100 ms of tone: in the audio, or after the event in the audio that a careless gateway leaves there.
    const late = way === 'rfc4733 beside the tone' ? 7 : 0;
    const sounds = way === 'inband' || late > 0;
    customer.say = (frame) => Int16Array.from({ length: 160 }, (_, i) => {
      const n = (frame - begin - late) * 160 + i;
      return sounds && n >= 0 && n < 800 ? dtmfSample(key, n, 5000) : 0;
    });
    if (way.startsWith('rfc4733')) customer.press(key);
    if (way === 'info') media.engine.command({ op: 'injectDigit', node: id('customer'), digit: key, durationMs: 100 });
    media.run(late > 0 ? 20 : 12);
  }
  customer.say = () => new Int16Array(160);
  media.run(20);
}

const loudestDigit = (audio: Int16Array): number => Math.max(...[...new Set(card)].flatMap((key) => frequenciesOf(key).map((hz) => peakLevelAt(audio, hz))));

describe.each(ways)('a card number by %s', (way) => {
  test('the dialog hears it, and nothing that keeps or shows the call has a digit of it', () => {
    const it = call();
    const { files, media, agent, monitor } = it;
    // Some of them run before digits are secret, as a recording of the whole call does.
    record(media, { record: 'leg', node: 'customer', what: 'stereo' });
    record(media, { record: 'page', node: 'dialog', what: 'in' });
    record(media, { record: 'room', node: 'room', what: 'mono' });
    record(media, { record: 'agent', node: 'agent', what: 'stereo' });
    media.engine.command({ op: 'tap', node: id('customer'), on: true, sampleRate: 8000 });
    media.run(10);
    hide(media, true);
    media.run(10);
    record(media, { record: 'later', node: 'customer', what: 'in' });
    agent.socket.sent.length = monitor.socket.sent.length = 0;
    type(it, way);
    for (const name of ['leg', 'page', 'room', 'agent', 'later']) media.engine.command({ op: 'stopRecord', record: name });

    expect(media.digits('dialog')).toBe(card);
    for (const [name, channels] of [['leg', 2], ['page', 1], ['room', 1], ['agent', 2], ['later', 1]] as const) {
      for (const audio of files.of(name, channels)) {
        expect(audio.length).toBeGreaterThan(8000);
        expect({ sink: name, level: loudestDigit(audio) < -60 }).toEqual({ sink: name, level: true });
      }
    }
    const tapped = media.all('audio').filter(({ node }) => node === id('customer')).map(({ samples }) => samples);
    expect(tapped.length).toBeGreaterThan(100);
    expect(loudestDigit(Int16Array.from(tapped.flatMap((part) => [...part])))).toBeLessThan(-60);
    expect(media.digits('customer')).toBe('x'.repeat(card.length));
    expect(media.digits('room')).toBe('');
    for (const phone of [agent, monitor]) {
      expect(phone.keysHeard()).toBe('');
      expect(loudestDigit(phone.audio())).toBeLessThan(-60);
    }
  });

  test('afterwards digits are everywhere again', () => {
    const it = call();
    const { files, media, monitor } = it;
    record(media, { record: 'leg', node: 'customer', what: 'in' });
    media.engine.command({ op: 'tap', node: id('customer'), on: true, sampleRate: 8000 });
    hide(media, true);
    type(it, way, '12');
    hide(media, false);
    clampPaths(media, 'pass');
    media.run(10);
    type(it, way, '49');
    media.engine.command({ op: 'stopRecord', record: 'leg' });
    expect(media.digits('customer')).toBe('xx49');
    expect(media.digits('dialog')).toBe('1249');
    expect(media.digits('room')).toBe('49');
    if (way === 'rfc4733' || way === 'info') return void expect(monitor.keysHeard()).toBe('49');
    for (const audio of [...files.of('leg'), Int16Array.from(media.all('audio').flatMap(({ samples }) => [...samples])), monitor.audio()]) {
      for (const hz of frequenciesOf('4')) expect(peakLevelAt(audio, hz)).toBeGreaterThan(-20);
    }
  });
});

test('speech of the customer is in recording and tap while digits are hidden', () => {
  const { files, media, customer } = call();
  hide(media, true);
  record(media, { record: 'leg', node: 'customer', what: 'in' });
  media.engine.command({ op: 'tap', node: id('customer'), on: true, sampleRate: 8000 });
  customer.say = (frame) => Int16Array.from({ length: 160 }, (_, i) => 6000 * Math.sin((2 * Math.PI * 310 * (frame * 160 + i)) / 8000));
  media.run(60);
  media.engine.command({ op: 'stopRecord', record: 'leg' });
  for (const audio of [...files.of('leg'), Int16Array.from(media.all('audio').flatMap(({ samples }) => [...samples]))]) expect(peakLevelAt(audio, 310)).toBeGreaterThan(-12);
});

test.each(ways)('a recording of a room holds no digit by %s also where the path of the customer lets them through', (way) => {
  const it = call();
  const { files, media } = it;
  clampPaths(media, 'pass');
  record(media, { record: 'room', node: 'room', what: 'mono' });
  hide(media, true);
  media.run(10);
  type(it, way);
  media.engine.command({ op: 'stopRecord', record: 'room' });
  const [audio = new Int16Array(0)] = files.of('room');
  expect(audio.length).toBeGreaterThan(8000);
  expect(loudestDigit(audio)).toBeLessThan(-60);
});
