import { VoiceActivityDetector } from '../../audio/voice-activity.ts';
import type { MediaEventMap, RecordAudio } from '../media.ts';
import { DigitMask } from './digit-mask.ts';
import { FrameResampler } from './frame-resampler.ts';
import { frameSamples, type SampleRate } from './source.ts';

/** Where a recorder's samples go: the file thread. */
export interface RecordSink {
  /** `failed` is called when nothing more can be written; never within the call itself. */
  open(record: string, path: string, sampleRate: number, channels: number, temporary: boolean, failed: () => void): void;
  /** Hands the array over. */
  write(record: string, samples: Int16Array): void;
  /** → `record.done` with this, once the file is closed. */
  close(record: string, ending: RecordEnding): void;
}

export interface RecordEnding {
  readonly node: string;
  readonly durationMs: number;
  readonly how: MediaEventMap['record.done']['how'];
  readonly digit?: string;
}

const chunkFrames = 25;
/** With trimming: so much silence stays in the file, at most, and so much is kept before speech sets in. Frames of 20 ms. */
const keptSilenceFrames = 25;
const preRollFrames = 10;

/** Collects what a node hears and is sent, half a second at a time, and knows when it is over. */
export class Recorder {
  readonly command: RecordAudio;
  /** Its beep is still playing. */
  waiting = false;
  paused = false;
  ended = false;
  readonly #sink: RecordSink;
  readonly #rate: SampleRate;
  readonly #channels: number;
  readonly #onEnd: (recorder: Recorder) => void;
  readonly #voice: VoiceActivityDetector;
  /** Both directions; made when the leg gets a codec of another rate. */
  #resamplers: readonly [FrameResampler, FrameResampler] | undefined;
  #maskIn: DigitMask | undefined;
  #maskOut: DigitMask | undefined;
  #chunk: Int16Array;
  #fill = 0;
  #ms = 0;
  #spoke = false;
  #silenceMs = 0;
  #writtenMs = 0;
  /** Frames left out of late, oldest first, for what comes before speech. Both directions in turn. */
  readonly #preRoll: Int16Array[] = [];

  constructor(command: RecordAudio, rate: SampleRate, sink: RecordSink, onEnd: (recorder: Recorder) => void) {
    this.command = command;
    this.#rate = rate;
    this.#channels = command.what === 'stereo' ? 2 : 1;
    this.#sink = sink;
    this.#onEnd = onEnd;
    this.#voice = new VoiceActivityDetector(rate);
    const size = frameSamples(rate);
    this.#chunk = new Int16Array(size * this.#channels * chunkFrames);
    sink.open(command.record, command.path, rate, this.#channels, command.temporary === true, () => this.end('failed'));
  }

  /** One frame of both directions; the file keeps the rate with which it began. `hidden`: digits are masked from here on, until it is false again; `keyHeld`: a telephone-event lasts. */
  take(heard: Int16Array, sent: Int16Array, hidden = false, keyHeld = false): void {
    if (this.waiting || this.paused || this.ended) return;
    if (heard.length !== frameSamples(this.#rate) || this.#resamplers !== undefined) {
      const [ofHeard, ofSent] = (this.#resamplers ??= [new FrameResampler(this.#rate), new FrameResampler(this.#rate)]);
      heard = ofHeard.frame(heard);
      sent = ofSent.frame(sent);
    }
    const masks = hidden || this.command.maskDigits === true;
    if (masks || this.#maskIn !== undefined) (this.#maskIn ??= new DigitMask(this.#rate)).on = masks;
    if (masks || this.#maskOut !== undefined) (this.#maskOut ??= new DigitMask(this.#rate)).on = masks;
    this.#keep(this.#maskIn?.process(heard, keyHeld) ?? heard, this.#maskOut?.process(sent, keyHeld) ?? sent);
    this.#ms += 20;
    this.#voice.process(this.command.what === 'out' ? sent : heard);
    if (this.#voice.speaking) {
      this.#spoke = true;
      this.#silenceMs = 0;
    } else {
      this.#silenceMs += 20;
    }
    const { maxMs, finalSilenceMs, initialSilenceMs } = this.command;
    if (maxMs !== undefined && this.#ms >= maxMs) this.end('maxtime');
    // The detector's own hang-over of 300 ms was silence already.
    else if (this.#spoke && finalSilenceMs !== undefined && this.#silenceMs + 300 >= finalSilenceMs) this.end('silence');
    else if (!this.#spoke && initialSilenceMs !== undefined && this.#ms >= initialSilenceMs) this.end('nospeech');
  }

  /** A key was pressed by who is recorded. */
  digit(key: string): void {
    if (!this.ended && this.command.terminators?.includes(key) === true) this.end('digit', key);
  }

  end(how: RecordEnding['how'], digit?: string): void {
    if (this.ended) return;
    this.ended = true;
    if (this.#fill > 0) this.#sink.write(this.command.record, this.#chunk.slice(0, this.#fill));
    // Who asked to be told of no speech is told also where something else ends it first.
    const unspoken = how === 'stopped' && !this.#spoke && this.command.initialSilenceMs !== undefined;
    this.#sink.close(this.command.record, { node: this.command.node, durationMs: this.#writtenMs, how: unspoken ? 'nospeech' : how, ...(digit === undefined ? {} : { digit }) });
    this.#onEnd(this);
  }

  /** Writes the frame, or with trimming keeps it back while nobody speaks. */
  #keep(heard: Int16Array, sent: Int16Array): void {
    // The detector is one frame behind here: the pre-roll makes up for it.
    if (this.command.trimSilence !== true || this.#voice.speaking || (this.#spoke && this.#silenceMs < keptSilenceFrames * 20)) {
      for (let i = 0; i + 1 < this.#preRoll.length; i += 2) this.#write(this.#preRoll[i] as Int16Array, this.#preRoll[i + 1] as Int16Array);
      this.#preRoll.length = 0;
      return this.#write(heard, sent);
    }
    this.#preRoll.push(heard.slice(), sent.slice());
    if (this.#preRoll.length > preRollFrames * 2) this.#preRoll.splice(0, 2);
  }

  #write(heard: Int16Array, sent: Int16Array): void {
    const chunk = this.#chunk;
    let at = this.#fill;
    this.#writtenMs += 20;
    const { what } = this.command;
    for (let i = 0; i < heard.length; i++) {
      const a = heard[i] as number;
      const b = sent[i] as number;
      if (what === 'in') chunk[at++] = a;
      else if (what === 'out') chunk[at++] = b;
      else if (what === 'stereo') {
        chunk[at++] = a;
        chunk[at++] = b;
      } else {
        const sum = a + b;
        chunk[at++] = sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum;
      }
    }
    this.#fill = at;
    if (at < chunk.length) return;
    // Handed over: the array is empty afterwards.
    this.#chunk = new Int16Array(chunk.length);
    this.#fill = 0;
    this.#sink.write(this.command.record, chunk);
  }
}
