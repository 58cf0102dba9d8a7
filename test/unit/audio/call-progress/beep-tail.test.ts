import { BeepTail } from '../../../../src/audio/call-progress/beep-tail.ts';

const BIN_HZ = 31.25;
/** Noise of power 100 in all bins, and a tone so many times stronger. */
const look = (hz: number, times: number): Float64Array => Float64Array.from({ length: 128 }, (_, k) => (k === Math.round(hz / BIN_HZ) ? 100 * times : 100));

describe('the tail of a beep', () => {
  it('is followed while its frequency stands out of the noise, and ends where it sinks in', () => {
    const tail = new BeepTail();
    tail.begin(1000);
    expect([400, 200, 100, 50, 20, 10, 5, 3].map((times) => tail.sounds(look(1000, times)))).toEqual([true, true, true, true, true, true, false, false]);
    // Two looks without it: it is over, whatever comes.
    expect(tail.sounds(look(1000, 9))).toBe(false);
  });

  it('may be hidden for one look, as a lost packet hides it', () => {
    const tail = new BeepTail();
    tail.begin(1000);
    expect([100, 1, 60].map((times) => tail.sounds(look(1000, times)))).toEqual([true, false, true]);
  });

  it('does not grow: what comes louder is another sound', () => {
    const tail = new BeepTail();
    tail.begin(1000);
    expect([20, 100, 100].map((times) => tail.sounds(look(1000, times)))).toEqual([true, false, false]);
  });

  it('has the frequency of its beep', () => {
    const tail = new BeepTail();
    tail.begin(1000);
    expect(tail.sounds(look(1400, 100))).toBe(false);
  });

  it('is nothing without a beep, in silence, and for ever', () => {
    const none = new BeepTail();
    expect(none.sounds(look(1000, 100))).toBe(false);
    const silent = new BeepTail();
    silent.begin(1000);
    expect(silent.sounds(undefined)).toBe(false);
    expect(silent.sounds(look(1000, 100))).toBe(false);
    const long = new BeepTail();
    long.begin(1000);
    const sounded = Array.from({ length: 100 }, () => long.sounds(look(1000, 100))).filter(Boolean).length;
    expect(sounded).toBe(30);
  });
});
