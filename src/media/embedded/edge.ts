import { AutoGain } from '../../audio/auto-gain.ts';
import { saturate, sineAmplitude } from '../../audio/level.ts';
import type { Clamp, ClampMode } from '../media.ts';
import { combined, modeCount, modeIndex, modeOf } from './clamp-mode.ts';
import type { MediaNode } from './media-node.ts';
import { frameSamples, type SampleRate } from './source.ts';

/** What a reader hears in place of an event in mode `tone`: clear of all digits. */
const neutralHz = 425;
const neutralAmplitude = sineAmplitude(-32);

/** For readers of one edge alone, by bus: one for all edges of a thread stays in the processor's cache, and a join needs no new one. */
const scratch: (Int16Array | undefined)[] = [];

/** A place in the tables that are kept per clamp mode and rate. */
export const busCount = modeCount * 2;
export const busIndex = (mode: ClampMode, rate: SampleRate): number => modeIndex[mode] * 2 + (rate === 8000 ? 0 : 1);
export const busMode = (index: number): ClampMode => modeOf[index >> 1] as ClampMode;
export const busRate = (index: number): SampleRate => ((index & 1) === 0 ? 8000 : 16000);

/**
 * A directed edge: what `from` gives reaches `to`, treated by this edge's clamp and gain. Beginning, end, gain and clamp
 * change over one frame, so that nothing clicks. What a reader got this tick is kept per bus, for mix-minus.
 */
export class EdgeLine {
  readonly from: MediaNode;
  readonly to: MediaNode;
  clamp: Clamp;
  /** The edge in the other direction, if there is one. */
  reverse: EdgeLine | undefined;
  /** The edge is leaving: it fades out in this tick and is gone after it. */
  closing = false;
  /** `edge.flowing` has been told. */
  flowed = false;
  /** What this edge brought in this tick, per bus; undefined is silence. For edges into a conference. */
  readonly brought: (Int16Array | undefined)[] = new Array<undefined>(busCount).fill(undefined);
  #previousInband: ClampMode;
  /** In the tick before, tones were kept away, and the stream lagged. */
  #laggedBefore: boolean;
  /** Linear gain at the beginning and end of this tick's frame, and where it goes. */
  #gainStart = 0;
  #gainEnd = 0;
  #gainTarget: number;
  #autoGain: boolean;
  readonly #autoGains: (AutoGain | undefined)[] = [];
  readonly #buffers: (Int16Array | undefined)[] = [];

  constructor(from: MediaNode, to: MediaNode, clamp: Clamp, gainDb: number, autoGain: boolean) {
    this.from = from;
    this.to = to;
    this.clamp = clamp;
    this.#previousInband = clamp.inband;
    this.#laggedBefore = this.clampsTones;
    this.#gainTarget = 10 ** (gainDb / 20);
    this.#gainEnd = this.#gainTarget;
    this.#autoGain = autoGain;
  }

  change(clamp: Clamp, gainDb: number, autoGain: boolean): void {
    this.clamp = clamp;
    this.#gainTarget = 10 ** (gainDb / 20);
    this.#autoGain = autoGain;
    this.closing = false;
  }

  /** The mode before this tick, while it is crossfaded; else the mode itself. */
  get previousInband(): ClampMode {
    return this.#previousInband;
  }

  /** Nothing is done to what crosses: it may as well be forwarded as it came. */
  get isTransparent(): boolean {
    const { events } = this.clamp;
    return !this.closing && events !== 'silence' && events !== 'tone' && this.#gainStart === 1 && this.#gainTarget === 1 && !this.#autoGain && !this.clampsTones && this.clamp.inband === 'pass' && this.#previousInband === 'pass';
  }

  /** Reads what is going to be needed, so that it is on its way from memory; the number means nothing. */
  preload(): number {
    return this.#gainStart + this.#gainEnd + this.#toneTime + this.brought.length + this.clamp.events.length;
  }

  /** The sources have their frames of this tick. */
  begin(): void {
    const { events } = this.clamp;
    const held = (events === 'silence' || events === 'tone') && this.#keyIsHeld();
    this.#sounding = held && events === 'tone' && !this.closing;
    // A conference's other members go on being heard; what a phone sends beside its event does not.
    const hushed = held && this.from.kind !== 'conference';
    const toned = this.clampsTones && this.from.source.toneSounds;
    this.#gainEnd = this.closing || hushed || toned ? 0 : this.#gainTarget;
    // A stream that begins with a tone is heard without its look-back at first: there is nothing to fade.
    if (toned && this.from.source.begins) this.#gainStart = 0;
  }

  /** Somebody whom the reader hears through this edge holds a key down. */
  #keyIsHeld(): boolean {
    if (this.from.kind !== 'conference') return this.from.source.keyHeld;
    for (const member of this.from.edgesIn) if (member.from !== this.to && !member.closing && member.from.source.keyHeld) return true;
    return false;
  }

  /** Call-progress tones are kept from the reader, by silence in any mode. */
  get clampsTones(): boolean {
    return this.clamp.tones !== undefined && this.clamp.tones !== 'pass';
  }

  /** The tick is over: gains and modes have arrived. */
  end(): void {
    this.#gainStart = this.#gainEnd;
    if (this.#sounding || this.#toneLevel > 0) {
      this.#toneLevel = this.#sounding ? 1 : 0;
      this.#toneTime = (this.#toneTime + 0.02) % 1;
    }
    this.#previousInband = this.clamp.inband;
    this.#laggedBefore = this.clampsTones;
  }

  /** This tick's frame from a source node for a reader that wants `readerMode` at `rate`; undefined is silence. */
  contribution(readerMode: ClampMode, rate: SampleRate): Int16Array | undefined {
    const mode = combined(this.clamp.inband, readerMode);
    const previous = combined(this.#previousInband, readerMode);
    const now = this.#viewed(mode, this.clampsTones, rate);
    const before = previous === mode && this.#laggedBefore === this.clampsTones ? now : this.#viewed(previous, this.#laggedBefore, rate);
    return this.treat(now, before, busIndex(readerMode, rate));
  }

  /** Tones are kept away with a look-back too: it is there already where digits are. A conference's own play has none. */
  #viewed(mode: ClampMode, lags: boolean, rate: SampleRate): Int16Array | undefined {
    const { source } = this.from;
    return mode === 'pass' && lags && this.from.kind === 'endpoint' ? source.lagging(rate) : source.view(mode, rate);
  }

  /** Crossfades from `before` to `now` and applies the gain, into this edge's own buffer of the bus; or passes `now` on untouched. */
  treat(now: Int16Array | undefined, before: Int16Array | undefined, bus: number): Int16Array | undefined {
    const treated = this.#level(now, before, bus);
    if (!this.#sounding && this.#toneLevel === 0) return treated;
    return this.#addTone(treated, bus);
  }

  /** The neutral tone in place of an event, rising and falling over a frame. */
  #addTone(frame: Int16Array | undefined, bus: number): Int16Array {
    const rate = busRate(bus);
    const size = frameSamples(rate);
    const out = (this.#toned[bus] ??= new Int16Array(size));
    const end = this.#sounding ? 1 : 0;
    for (let i = 0; i < size; i++) {
      const level = this.#toneLevel + ((end - this.#toneLevel) * i) / size;
      const sample = (frame === undefined ? 0 : (frame[i] as number)) + level * neutralAmplitude * Math.sin(2 * Math.PI * neutralHz * (this.#toneTime + i / rate));
      out[i] = saturate(sample);
    }
    return out;
  }

  #level(now: Int16Array | undefined, before: Int16Array | undefined, bus: number): Int16Array | undefined {
    if (now === undefined && before === undefined) return undefined;
    const start = this.#gainStart;
    const slope = this.#gainEnd - start;
    if (now === before && start === 1 && slope === 0 && !this.#autoGain) return now;
    const size = frameSamples(busRate(bus));
    const out = this.#isReadAtOnce ? (scratch[bus] ??= new Int16Array(size)) : (this.#buffers[bus] ??= new Int16Array(size));
    if (now === before && now !== undefined) out.set(now);
    else {
      for (let i = 0; i < size; i++) {
        const a = before === undefined ? 0 : (before[i] as number);
        const b = now === undefined ? 0 : (now[i] as number);
        out[i] = a + ((b - a) * i) / size;
      }
    }
    if (this.#autoGain) (this.#autoGains[bus] ??= new AutoGain(busRate(bus))).process(out, out);
    if (start === 1 && slope === 0) return out;
    for (let i = 0; i < size; i++) {
      const value = (out[i] as number) * (start + (slope * i) / size);
      out[i] = value > 32767 ? 32767 : value < -32768 ? -32768 : Math.round(value);
    }
    return out;
  }

  /** Whoever hears nothing else is done with a frame before anybody's next one is made: it needs no place of its own. */
  get #isReadAtOnce(): boolean {
    return this.to.kind !== 'conference' && this.to.edgesIn.length === 1;
  }

  /** A buffer of this edge for results of that bus. */
  scratch(bus: number): Int16Array {
    return (this.#scratch[bus] ??= new Int16Array(frameSamples(busRate(bus))));
  }

  readonly #scratch: (Int16Array | undefined)[] = [];
  readonly #toned: (Int16Array | undefined)[] = [];
  /** The neutral tone sounds in this tick; its level at the tick's begin, and its phase in seconds. */
  #sounding = false;
  #toneLevel = 0;
  #toneTime = 0;
}
