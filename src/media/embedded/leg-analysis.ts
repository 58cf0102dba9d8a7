import { CallProgressAnalyser } from '../../audio/call-progress/call-progress-analyser.ts';
import type { CallProgressEvent } from '../../audio/call-progress/call-progress-event.ts';
import { DtmfDetector } from '../../audio/dtmf-detector.ts';
import { VoiceActivityDetector } from '../../audio/voice-activity.ts';
import type { MediaId } from '../../kernel/ids.ts';
import type { ClassifyHints } from '../media.ts';
import type { NodeContext } from './media-node.ts';
import { ToneGate } from './tone-gate.ts';

/** What is made out in what a leg's phone says: digits in band, speech, call progress, and tones that edges keep away. 8 kHz. */
export class LegAnalysis {
  readonly #leg: MediaId;
  readonly #context: NodeContext;
  readonly #voice = new VoiceActivityDetector(8000);
  readonly #digits: DtmfDetector;
  #progress: CallProgressAnalyser | undefined;
  #toneGate: ToneGate | undefined;
  /** Of the audio so far, milliseconds. */
  #ms = 0;

  constructor(leg: MediaId, context: NodeContext, heardDigit: (key: string, durationMs: number) => void) {
    this.#leg = leg;
    this.#context = context;
    this.#digits = new DtmfDetector((key, _start, durationMs) => heardDigit(key, durationMs));
  }

  /** Call progress is analysed. */
  get classifies(): boolean {
    return this.#progress !== undefined;
  }

  /** Call progress analysis from now on; one that listens to the tones before the answer goes on into it. */
  classify(hints: ClassifyHints): void {
    if (this.#progress !== undefined && hints.phase === 'connected') return this.#progress.connected();
    this.#progress = new CallProgressAnalyser(hints, (event) => this.#tellProgress(event));
  }

  stopClassify(): void {
    this.#progress = undefined;
  }

  /** Takes the frame of a tick; true while a tone is to be kept away, if `gatesTones` says that somebody wants that. */
  process(frame: Int16Array, nowMs: number, gatesTones: boolean): boolean {
    this.#ms += 20;
    this.#digits.process(frame);
    if (this.#voice.process(frame)) {
      const atMs = this.#context.processTime(nowMs) - (this.#ms - this.#voice.changedAtMs);
      this.#context.emit({ name: 'speech', node: this.#leg, speaking: this.#voice.speaking, atMs });
    }
    this.#toneGate = gatesTones ? (this.#toneGate ?? new ToneGate()) : undefined;
    const toneSounds = this.#toneGate?.process(frame) ?? false;
    this.#progress?.push(frame);
    if (this.#progress?.done === true) this.#progress = undefined;
    return toneSounds;
  }

  /** Reads what is going to be needed, so that it is on its way from memory; the number means nothing. */
  preload(): number {
    return this.#voice.preload() + this.#digits.preload() + (this.#progress?.preload() ?? 0) + this.#ms;
  }

  /** The stream is over: a digit that still sounds ends. */
  finish(): void {
    this.#digits.flush();
  }

  #tellProgress({ progress, final, offsetMs, knownMs, confidence }: CallProgressEvent): void {
    if (progress === 'dial_tone') return; // no value of the platform
    const atMs = this.#context.processTime(this.#context.now()) - (knownMs - offsetMs);
    this.#context.emit({ name: 'callprogress', node: this.#leg, progress, final, offsetMs: Math.round(offsetMs), confidence, atMs });
  }
}
