import { SeededRandom } from '../../../src/kernel/random.ts';
import { RedundantAudio, RedundantEvents } from '../../../src/rtp/redundant-audio.ts';
import { TelephoneEventReceiver } from '../../../src/rtp/telephone-event-receiver.ts';
import { TelephoneEventSender } from '../../../src/rtp/telephone-event-sender.ts';

const red = 96;
const events = 97;
const own = 8;

const event = (code: number, end: boolean, volume: number, units: number): Uint8Array => Uint8Array.of(code, (end ? 0x80 : 0) | volume, units >> 8, units & 0xff);
/** Somebody dials 911; the packet that tells of the last digit's first 50 ms has the two before it as they ended (the example of RFC 4733). */
const dialled = Uint8Array.of(
  0x80 | events, 11200 >> 6, (11200 & 0x3f) << 2, 4,
  0x80 | events, 4800 >> 6, (4800 & 0x3f) << 2, 4,
  events,
  ...event(9, true, 7, 1600), ...event(1, true, 10, 2000), ...event(1, false, 20, 400),
);

/** A payload within other octets: what is read beyond it shows. */
function parse(payload: Uint8Array, around = 0xff): { blocks: { type: number; earlier: number; bytes: number[] }[] } | undefined {
  const bytes = new Uint8Array(payload.length + 40).fill(around);
  bytes.set(payload, 20);
  const audio = new RedundantAudio();
  if (!audio.parse(bytes, 20, payload.length, red)) return undefined;
  const blocks = [];
  for (let block = audio.next(-1); block >= 0; block = audio.next(block)) {
    const [at, length] = [audio.offset(block), audio.length(block)];
    expect(at).toBeGreaterThanOrEqual(20);
    expect(at + length).toBeLessThanOrEqual(20 + payload.length);
    blocks.push({ type: audio.type(block), earlier: audio.earlier(block), bytes: [...bytes.subarray(at, at + length)] });
  }
  return { blocks };
}

describe('RFC 2198 payloads', () => {
  it('are read block by block, the earliest first', () => {
    expect(parse(dialled)).toEqual({ blocks: [
      { type: events, earlier: 11200, bytes: [...event(9, true, 7, 1600)] },
      { type: events, earlier: 4800, bytes: [...event(1, true, 10, 2000)] },
      { type: events, earlier: 0, bytes: [...event(1, false, 20, 400)] },
    ] });
  });

  it('are read in the order of time, whatever order they were written in', () => {
    const swapped = Uint8Array.from([...dialled.subarray(4, 8), ...dialled.subarray(0, 4), events, ...dialled.subarray(13, 17), ...dialled.subarray(9, 13), ...dialled.subarray(17)]);
    expect(parse(swapped)).toEqual(parse(dialled));
  });

  it('may have a primary block alone, and blocks that are empty', () => {
    expect(parse(Uint8Array.of(events, 5, 0, 0, 160))).toEqual({ blocks: [{ type: events, earlier: 0, bytes: [5, 0, 0, 160] }] });
    expect(parse(Uint8Array.of(0x80 | own, 0, 4, 0, events))).toEqual({ blocks: [{ type: own, earlier: 1, bytes: [] }, { type: events, earlier: 0, bytes: [] }] });
  });

  it('hold a block of 1023 octets and an offset of 16383 at most', () => {
    const payload = new Uint8Array(5 + 1023 + 2);
    payload.set([0x80 | own, 0xff, 0xff, 0xff, events]);
    const { blocks = [] } = parse(payload) ?? {};
    expect(blocks.map(({ earlier, bytes }) => [earlier, bytes.length])).toEqual([[16383, 1023], [0, 2]]);
  });

  it.each([
    ['nothing', []],
    ['a header that is cut off', [0x80 | events, 0, 4]],
    ['headers without a last one', [0x80 | events, 0, 0, 0]],
    ['headers without end', new Array<number>(400).fill(0xe1)],
    ['a block longer than the packet', [0x80 | events, 0, 0, 9, events, 1, 2, 3, 4]],
    ['blocks that are longer together', [0x80 | events, 0, 0, 4, 0x80 | events, 0, 0, 4, events, 1, 2, 3, 4, 5, 6, 7]],
    ['redundancy in redundancy', [0x80 | red, 0, 0, 4, events, 1, 2, 3, 4, 5, 6, 7, 8]],
    ['redundancy as primary', [0x80 | events, 0, 0, 4, red, 1, 2, 3, 4, 5, 6, 7, 8]],
    ['more blocks than anybody sends', [...new Array(16).fill([0x80 | events, 0, 0, 0]).flat() as number[], events, 1, 2, 3, 4]],
  ])('with %s are refused', (_what, octets) => {
    expect(parse(Uint8Array.from(octets))).toBeUndefined();
  });

  it('that are cut off anywhere in their headers or before the end of a redundant block are refused; a primary block that is cut off is short', () => {
    for (let length = 0; length < dialled.length; length++) {
      const read = parse(dialled.subarray(0, length));
      if (length < 17) expect(read).toBeUndefined();
      else expect(read?.blocks.at(-1)?.bytes).toHaveLength(length - 17);
    }
  });

  it('of random octets are refused or lie within the packet, whatever is around them', () => {
    const random = new SeededRandom(5);
    let read = 0;
    for (let n = 0; n < 20_000; n++) {
      const payload = Uint8Array.from({ length: Math.floor(random.next() * 40) }, () => Math.floor(random.next() * 256));
      const first = parse(payload);
      expect(parse(payload, 0)).toEqual(first);
      if (first !== undefined) read += 1;
    }
    expect(read).toBeGreaterThan(1000);
  });
});

describe('events that are sent redundantly', () => {
  const written = (sender: RedundantEvents, timestamp: number, payload: Uint8Array): Uint8Array => {
    const out = new Uint8Array(100);
    return out.slice(10, 10 + sender.write(out, 10, events, timestamp, payload));
  };

  it('have the ones before them as they ended in front', () => {
    const sender = new RedundantEvents(2);
    expect(parse(written(sender, 1000, event(9, false, 7, 160)))?.blocks).toHaveLength(1);
    written(sender, 1000, event(9, true, 7, 1600));
    expect(parse(written(sender, 7400, event(1, false, 10, 400)))?.blocks).toHaveLength(2);
    written(sender, 7400, event(1, true, 10, 2000));
    expect(written(sender, 12200, event(1, false, 20, 400))).toEqual(dialled);
    // The oldest is forgotten.
    expect(parse(written(sender, 14000, event(5, false, 20, 400)))?.blocks.map(({ bytes }) => bytes[0])).toEqual([1, 1, 5]);
  });

  it('leave out what the offset does not reach, over the end of the timestamps too', () => {
    const sender = new RedundantEvents(2);
    written(sender, 0xffff_f000, event(1, true, 10, 800));
    written(sender, 0xffff_ff00, event(2, true, 10, 800));
    expect(parse(written(sender, 0x2ff0, event(3, false, 10, 160)))?.blocks.map(({ earlier, bytes }) => [earlier, bytes[0]])).toEqual([[0x3ff0, 1], [0x30f0, 2], [0, 3]]);
    expect(parse(written(sender, 0x3f10, event(4, false, 10, 160)))?.blocks.map(({ bytes }) => bytes[0])).toEqual([3, 4]);
  });

  it.each([1, 2, 3])('are heard once each and in order when packets and whole events are lost (seed %i)', (seed) => {
    const random = new SeededRandom(seed);
    const keys = '0123456789*#ABCD'.repeat(12);
    const sender = new TelephoneEventSender(160);
    const redundancy = new RedundantEvents(2);
    const told = { down: '', up: '', units: [] as number[] };
    const receiver = new TelephoneEventReceiver({ started: (key) => (told.down += key), ended: (key, units) => { told.up += key; told.units.push(units); } });
    const audio = new RedundantAudio();
    let clock = 0xffff_0000;
    for (const [n, key] of [...keys].entries()) {
      sender.press(key, clock >>> 0, 800);
      while (sender.next()) {
        const payload = written(redundancy, sender.timestamp, sender.payload);
        receiver.elapsed(20);
        // Two of five events are lost altogether, and 30 % of the other packets; not so after the last, which nothing follows.
        const last = n === keys.length - 1;
        if (!last && (n % 5 === 1 || n % 5 === 2 || random.next() < 0.3)) continue;
        expect(audio.parse(payload, 0, payload.length, red)).toBe(true);
        for (let block = audio.next(-1); block >= 0; block = audio.next(block)) {
          receiver.packet((sender.timestamp - audio.earlier(block)) >>> 0, sender.marker && audio.earlier(block) === 0, payload, audio.offset(block), audio.length(block));
        }
      }
      clock += 1600;
      receiver.elapsed(60);
    }
    expect(told.up).toBe(keys);
    expect(told.down).toBe(keys);
  });
});
