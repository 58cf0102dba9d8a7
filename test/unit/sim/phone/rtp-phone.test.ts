import { FrameTicker } from '../../../../sim/phone/frame-ticker.ts';
import { RtpPhone } from '../../../../sim/phone/rtp-phone.ts';
import { SeededRandom } from '../../../../src/kernel/random.ts';

describe('RtpPhone', () => {
  it('sends every key and frame of its own when it catches up after a stall', async () => {
    const ticker = new FrameTicker();
    const keys: string[] = [];
    let heardAll: () => void = () => undefined;
    const done = new Promise<void>((resolve) => (heardAll = resolve));
    const quiet = { heard: () => undefined, speak: () => false };
    const one = await RtpPhone.open('127.0.0.1', ticker, new SeededRandom(1), { ...quiet, digit: () => undefined });
    const two = await RtpPhone.open('127.0.0.1', ticker, new SeededRandom(2), { ...quiet, digit: (key) => void (keys.push(key) === 3 && heardAll()) });
    one.connect(two.sdp());
    two.connect(one.sdp());
    one.press('123');
    const until = performance.now() + 400;
    while (performance.now() < until);
    await done;
    one.close();
    two.close();
    expect(keys.join('')).toBe('123');
  });
});
