import { DtmfAnalysis, NO_DIGIT, type DtmfLimits } from './dtmf-analysis.ts';
import { DTMF_KEYS } from './dtmf-digit.ts';
import { meanSquare, powerOfDbm0, saturate, sineAmplitude } from './level.ts';
import { NoiseSource } from './noise-source.ts';

/** What the listener hears instead of a digit: background noise as before it, digital silence, or a soft neutral tone. */
export type DtmfClampMode = 'pass' | 'mute' | 'silence' | 'tone';

/** Keener than a detector of digits: a clamp may not miss, and a false one costs a few hundredths of a second. */
const CLAMP_LIMITS: DtmfLimits = { minLevelDbm0: -48, maxTwistDb: 15, maxReverseTwistDb: 15, minPurity: 0.72, minClear: 0.5, minEdge: 0, maxDeviation: 0.025 };

const BLOCK_MS = 2.5;
const WINDOW_BLOCKS = 10;
/** Windows in a row that must agree before a digit is taken out: 30 ms of pure tone with the window's own 25. */
const AGREEING = 3;
const FADE_MS = 3;
/** After the last window that held the digit, so much audio without it ends the clamp. */
const RELEASE_MS = 20;
const CROSSFADE_MS = 10;
const NEUTRAL_TONE_HZ = 425;
/** Soft enough that its side lobes at the digits' frequencies stay below −60 dBm0. */
const NEUTRAL_TONE_DBM0 = -32;
const LOUDEST_NOISE = powerOfDbm0(-52);
const FIRST_NOISE = powerOfDbm0(-60);
const NEUTRAL_TONE = sineAmplitude(NEUTRAL_TONE_DBM0);

/** Lag of what leaves while the mode is not `pass`, milliseconds. */
export const CLAMP_DELAY_MS = 40;
const LONGEST_FRAME_MS = 60;

/**
 * Takes in-band DTMF out of a stream, for who keeps its past. While it clamps, what leaves lags by `CLAMP_DELAY_MS`: the time it takes
 * to know a digit for sure, so that nothing of its onset has left yet. Outside digits the samples pass as they came, and are not even
 * copied. In mode `pass` there is no lag; changes of mode are crossfaded over 10 ms. Frames of any length up to 60 ms.
 */
export class DigitDimmer {
  readonly #delay: number;
  readonly #analysis: DtmfAnalysis;
  readonly #mask: number;
  /** Of each sample that has not left yet, in a ring; made when the first digit is taken out. It counts while something in it is dimmed. */
  #gain: Float32Array | undefined;
  #dimmed = false;
  /** From this sample on nothing is dimmed, once the digit is over. */
  #dimmedUntil = 0;
  readonly #pending: Int16Array;
  #filled = 0;
  readonly #fade: Float32Array;
  readonly #crossfade: number;
  readonly #release: number;
  readonly #window: number;
  readonly #noise = new NoiseSource();
  readonly #toneStep: number;
  #mode: DtmfClampMode;
  /** What replaces the digit: stays while the crossfade to `pass` runs. */
  #fill: Exclude<DtmfClampMode, 'pass'> = 'mute';
  /** Samples taken in since the beginning, and of those analysed. */
  #count = 0;
  #analysed = 0;
  #candidate = NO_DIGIT;
  #agree = 0;
  #digit = NO_DIGIT;
  #lastSeen = 0;
  #clamped = 0;
  /** 0: the output is the input; 1: it is the delayed, clamped stream. Moves in steps to what the mode wants. */
  #blend: number;
  #floor = FIRST_NOISE;
  #tonePhase = 0;

  constructor(mode: DtmfClampMode, sampleRate = 8000) {
    const ms = (value: number): number => Math.round((value * sampleRate) / 1000);
    this.#delay = ms(CLAMP_DELAY_MS);
    const blockSize = ms(BLOCK_MS);
    this.#analysis = new DtmfAnalysis(CLAMP_LIMITS, blockSize, WINDOW_BLOCKS, sampleRate);
    this.#window = blockSize * WINDOW_BLOCKS;
    // The longest frame beside what it is later by.
    this.#mask = 2 ** Math.ceil(Math.log2(ms(LONGEST_FRAME_MS + CLAMP_DELAY_MS))) - 1;
    this.#pending = new Int16Array(blockSize);
    this.#fade = fadeOf(ms(FADE_MS));
    this.#crossfade = 1 / ms(CROSSFADE_MS);
    this.#release = ms(RELEASE_MS);
    this.#toneStep = (2 * Math.PI * NEUTRAL_TONE_HZ) / sampleRate;
    this.#mode = mode;
    if (mode !== 'pass') this.#fill = mode;
    this.#blend = mode === 'pass' ? 0 : 1;
  }

  get mode(): DtmfClampMode {
    return this.#mode;
  }

  set mode(mode: DtmfClampMode) {
    if (mode !== 'pass') this.#fill = mode;
    if (this.#mode === 'pass' && mode !== 'pass' && this.#blend === 0) this.#forget();
    this.#mode = mode;
  }

  /** The digit being taken out of what comes in now, or undefined. */
  get digit(): string | undefined {
    return this.#digit === NO_DIGIT ? undefined : DTMF_KEYS[this.#digit];
  }

  /** How many digits have been taken out. */
  get clamped(): number {
    return this.#clamped;
  }

  /** Begins with another stream, as if it were new. */
  restart(): void {
    this.#count = 0;
    this.#analysed = 0;
    this.#floor = FIRST_NOISE;
    this.#tonePhase = 0;
    this.#blend = this.#mode === 'pass' ? 0 : 1;
    this.#forget();
  }

  /**
   * @param delayed what came `CLAMP_DELAY_MS` before `frame`, as long as it
   * @param out for what is changed, as long
   * @returns what leaves: `frame`, `delayed` or `out`
   */
  process(frame: Int16Array, delayed: Int16Array, out: Int16Array): Int16Array {
    const start = this.#count;
    if (this.#dimmed) this.#dim(start, frame.length);
    this.#count = start + frame.length;
    const wanted = this.#mode === 'pass' ? 0 : 1;
    if (wanted === 0 && this.#blend === 0) {
      this.#analysed = this.#count;
      return frame;
    }
    this.#analyse(frame);
    let leaves = delayed;
    if (this.#dimmed || wanted === 0 || this.#blend < 1) {
      this.#treat(start, frame, delayed, wanted, out);
      leaves = out;
    }
    if (this.#digit === NO_DIGIT) {
      if (this.#dimmedUntil <= start - this.#delay + frame.length) this.#dimmed = false;
      this.#followNoise(frame);
    }
    return leaves;
  }

  /** What comes in while a digit lasts is dimmed, and what comes after one is not. */
  #dim(start: number, length: number): void {
    const gain = this.#gain as Float32Array;
    const open = this.#digit === NO_DIGIT ? 1 : 0;
    for (let i = 0; i < length; i++) gain[(start + i) & this.#mask] = open;
  }

  /** What leaves while something is dimmed, or while the mode goes over to another. */
  #treat(start: number, frame: Int16Array, delayed: Int16Array, wanted: 0 | 1, out: Int16Array): void {
    const gains = this.#dimmed ? this.#gain : undefined;
    const from = start - this.#delay;
    for (let i = 0; i < frame.length; i++) {
      const gain = gains === undefined ? 1 : (gains[(from + i) & this.#mask] as number);
      let sample = delayed[i] as number;
      if (gain < 1) sample = sample * gain + this.#filling() * (1 - gain);
      if (this.#blend !== wanted || this.#blend < 1) {
        this.#blend = Math.min(1, Math.max(0, this.#blend + (wanted === 1 ? this.#crossfade : -this.#crossfade)));
        sample = sample * this.#blend + (frame[i] as number) * (1 - this.#blend);
      }
      out[i] = saturate(sample);
    }
  }

  #analyse(frame: Int16Array): void {
    const pending = this.#pending;
    const size = pending.length;
    let i = 0;
    if (this.#filled > 0) {
      while (i < frame.length && this.#filled < size) pending[this.#filled++] = frame[i++] as number;
      if (this.#filled < size) return;
      this.#filled = 0;
      this.#take(this.#analysis.process(pending, 0));
    }
    for (; i + size <= frame.length; i += size) this.#take(this.#analysis.process(frame, i));
    while (i < frame.length) pending[this.#filled++] = frame[i++] as number;
  }

  #take(found: number): void {
    const now = (this.#analysed += this.#pending.length);
    if (found !== NO_DIGIT && found === this.#candidate) this.#agree += 1;
    else {
      this.#candidate = found;
      this.#agree = found === NO_DIGIT ? 0 : 1;
    }
    if (this.#digit !== NO_DIGIT) {
      if (found !== NO_DIGIT) this.#lastSeen = now;
      else if (now - this.#lastSeen >= this.#release) this.#unclamp(now);
      return;
    }
    if (this.#agree < AGREEING) return;
    this.#digit = found;
    this.#clamped += 1;
    this.#lastSeen = now;
    // The first agreeing window began here; the tone may have begun up to one block before it.
    this.#clampFrom(now - AGREEING * this.#pending.length - this.#window);
  }

  #clampFrom(onset: number): void {
    const gain = (this.#gain ??= new Float32Array(this.#mask + 1));
    if (!this.#dimmed) gain.fill(1);
    this.#dimmed = true;
    const oldest = Math.max(0, this.#count - this.#mask);
    for (let s = Math.max(onset, oldest); s < this.#count; s++) gain[s & this.#mask] = 0;
    for (let i = 0; i < this.#fade.length; i++) {
      const s = onset - this.#fade.length + i;
      if (s < oldest) continue;
      const at = s & this.#mask;
      gain[at] = Math.min(gain[at] as number, this.#fade[i] as number);
    }
  }

  /** The last window with the digit ended at `lastSeen`; the tone itself at most one block later. */
  #unclamp(now: number): void {
    const gain = this.#gain as Float32Array;
    const end = this.#lastSeen + this.#pending.length + (this.#pending.length >> 1);
    for (let i = 0; i < this.#fade.length; i++) gain[(end + i) & this.#mask] = this.#fade[this.#fade.length - 1 - i] as number;
    for (let s = end + this.#fade.length; s < Math.max(this.#count, now); s++) gain[s & this.#mask] = 1;
    this.#dimmedUntil = end + this.#fade.length;
    this.#digit = NO_DIGIT;
  }

  #filling(): number {
    switch (this.#fill) {
      case 'silence':
        return 0;
      case 'tone':
        this.#tonePhase += this.#toneStep;
        if (this.#tonePhase > 2 * Math.PI) this.#tonePhase -= 2 * Math.PI;
        return NEUTRAL_TONE * Math.sin(this.#tonePhase);
      case 'mute':
        return this.#noise.next() * Math.sqrt(this.#floor * 3);
    }
  }

  /** Background level: falls at once, rises slowly, never above −52 dBm0. */
  #followNoise(frame: Int16Array): void {
    const power = meanSquare(frame);
    this.#floor = Math.min(power < this.#floor ? power : this.#floor * 1.02 + 0.01, LOUDEST_NOISE);
  }

  #forget(): void {
    this.#analysis.reset();
    this.#filled = 0;
    this.#candidate = NO_DIGIT;
    this.#agree = 0;
    this.#digit = NO_DIGIT;
    this.#dimmed = false;
  }
}

/** What depends on the rate alone is one for all of a thread. */
const fades = new Map<number, Float32Array>();
function fadeOf(length: number): Float32Array {
  let fade = fades.get(length);
  if (fade === undefined) fades.set(length, (fade = Float32Array.from({ length }, (_, i) => 0.5 + 0.5 * Math.cos((Math.PI * (i + 1)) / (length + 1)))));
  return fade;
}
