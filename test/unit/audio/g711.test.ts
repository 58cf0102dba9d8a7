import { alawToLinear, decodeG711, encodeG711, linearToAlaw, linearToUlaw, ulawToLinear } from '../../../src/audio/g711.ts';

describe('G.711', () => {
  it.each([['ulaw', ulawToLinear, linearToUlaw], ['alaw', alawToLinear, linearToAlaw]] as const)('%s: every code survives decoding and encoding', (_law, decode, encode) => {
    for (let code = 0; code < 256; code++) {
      const again = encode[decode[code]! & 0xffff]!;
      // µ-law knows two zeros.
      expect(decode[again]).toBe(decode[code]);
    }
  });

  it('decodes the codes that the Recommendation names', () => {
    expect(ulawToLinear[0xff]).toBe(0);
    expect(ulawToLinear[0x80]).toBe(32124);
    expect(ulawToLinear[0x00]).toBe(-32124);
    expect(alawToLinear[0xd5]).toBe(8);
    expect(alawToLinear[0x55]).toBe(-8);
    expect(alawToLinear[0xaa]).toBe(32256);
    expect(alawToLinear[0x2a]).toBe(-32256);
  });

  it.each(['ulaw', 'alaw'] as const)('%s keeps a sine 35 dB above its own noise', (law) => {
    const sine = Int16Array.from({ length: 8000 }, (_, i) => Math.round(9000 * Math.sin((2 * Math.PI * 1020 * i) / 8000)));
    const coded = new Uint8Array(8000);
    const back = new Int16Array(8000);
    expect(encodeG711(law, sine, coded)).toBe(8000);
    expect(decodeG711(law, coded, back)).toBe(8000);
    let signal = 0;
    let noise = 0;
    sine.forEach((s, i) => {
      signal += s * s;
      noise += (s - back[i]!) ** 2;
    });
    expect(10 * Math.log10(signal / noise)).toBeGreaterThan(35);
  });

  it('writes at an offset and no further than the room there is', () => {
    const out = new Uint8Array(10).fill(1);
    expect(encodeG711('ulaw', new Int16Array(20), out, 4)).toBe(6);
    expect([...out]).toEqual([1, 1, 1, 1, 255, 255, 255, 255, 255, 255]);
  });
});
