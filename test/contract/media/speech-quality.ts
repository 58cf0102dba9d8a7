/**
 * How near speech that arrived is to what was said. PESQ, POLQA and ViSQOL are not to be had here (docs/adr/0017); these two are what was used
 * before them, and are told together because each is blind to something: the segmental SNR to how an error sounds, the spectral distance to
 * errors of phase.
 */
import { Spectrum } from '../../../src/audio/call-progress/spectrum.ts';

const { log10, max, min, sqrt } = Math;
const windowSamples = 256;
const stepSamples = 128;
/** Of 31.25 Hz: the telephone band. */
const bins = { from: 7, to: 108 } as const;

export interface SpeechQuality {
  /** Mean over the segments with speech of their SNR in dB, each held between −10 and 35. */
  readonly segmentalSnr: number;
  /** Mean over the same segments of the RMS difference of the two power spectra in dB, of what is less than 40 dB below the segment's peak. */
  readonly spectralDistance: number;
}

/** Both at 8 kHz, aligned, of one length. */
export function speechQuality(said: Int16Array, heard: Int16Array): SpeechQuality {
  const [a, b] = [new Spectrum(), new Spectrum()];
  let segments = 0;
  let snr = 0;
  let distance = 0;
  for (let at = 0; at + windowSamples <= said.length; at += stepSamples) {
    let signal = 0;
    let noise = 1e-9;
    for (let i = at; i < at + windowSamples; i++) {
      signal += said[i]! ** 2;
      noise += (heard[i]! - said[i]!) ** 2;
    }
    // Speech, not a pause: −36 dBm0 and more.
    if (signal / windowSamples < 360 ** 2) continue;
    segments += 1;
    snr += max(-10, min(35, 10 * log10(signal / noise)));
    a.process(said.subarray(at, at + windowSamples), 0);
    b.process(heard.subarray(at, at + windowSamples), 0);
    const peak = max(...a.power.subarray(bins.from, bins.to));
    const floor = peak * 1e-4;
    let sum = 0;
    for (let k = bins.from; k < bins.to; k++) sum += (10 * log10(max(a.power[k]!, floor) / max(b.power[k]!, floor))) ** 2;
    distance += sqrt(sum / (bins.to - bins.from));
  }
  return { segmentalSnr: snr / segments, spectralDistance: distance / segments };
}
