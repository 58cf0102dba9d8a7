import { CallProgressAnalyser } from '../../audio/call-progress/call-progress-analyser.ts';
import type { CallProgressEvent } from '../../audio/call-progress/call-progress-event.ts';
import { DtmfDetector } from '../../audio/dtmf-detector.ts';
import { VoiceActivityDetector } from '../../audio/voice-activity.ts';
import type { MediaId } from '../../kernel/ids.ts';
import type { ClassifyHints } from '../media.ts';
import type { NodeContext } from './media-node.ts';
import { ToneGate } from './tone-gate.ts';

const frameMs = 20;

/** Which of two ticks takes a new leg's pairs of frames: one leg after the other, so that the ticks have as much to do. */
let nextTurn = 0;

/**
 * What is made out in what a leg's phone says: digits in band, speech, call progress, and tones that edges keep away. 8 kHz. Two frames
 * at a time, in every second tick: what a detector knows of a thousand legs comes from far away in memory each time that it is looked at,
 * which takes longer than the looking. While a verdict on the call is awaited every frame is looked at when it is there.
 */
export class LegAnalysis {
  readonly #leg: MediaId;
  readonly #context: NodeContext;
  readonly #voice = new VoiceActivityDetector(8000);
  readonly #digits: DtmfDetector;
  #progress: CallProgressAnalyser | undefined;
  #toneGate: ToneGate | undefined;
  /** Of the audio so far, milliseconds, and when the last of it was there. */
  #ms = 0;
  #nowMs = 0;
  /** The frame of the last tick, which waits for that of this one. */
  #waiting: Int16Array | undefined;
  #waitingSinceMs = 0;
  #turn = (nextTurn ^= 1);

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
    this.#lookAtWaiting();
    if (this.#progress !== undefined && hints.phase === 'connected') return this.#progress.connected();
    this.#progress = new CallProgressAnalyser(hints, (event) => this.#tellProgress(event));
  }

  stopClassify(): void {
    this.#progress = undefined;
  }

  /**
   * Takes the frame of a tick; true while a tone is to be kept away, if `gatesTones` says that somebody wants that.
   * @param lasts the frame will still hold the same in the next tick.
   */
  process(frame: Int16Array, nowMs: number, gatesTones: boolean, lasts: boolean): boolean {
    this.#turn ^= 1;
    if (this.#waiting === undefined && this.#turn === 0 && lasts && this.#progress?.hurries !== true) {
      this.#waiting = frame;
      this.#waitingSinceMs = nowMs;
    } else {
      this.#lookAtWaiting();
      this.#look(frame, nowMs);
    }
    this.#toneGate = gatesTones ? (this.#toneGate ?? new ToneGate()) : undefined;
    return this.#toneGate?.process(frame) ?? false;
  }

  #lookAtWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.#look(waiting, this.#waitingSinceMs);
  }

  #look(frame: Int16Array, nowMs: number): void {
    this.#ms += frameMs;
    this.#nowMs = nowMs;
    this.#digits.process(frame);
    if (this.#voice.process(frame)) {
      const atMs = this.#context.processTime(nowMs) - (this.#ms - this.#voice.changedAtMs);
      this.#context.emit({ name: 'speech', node: this.#leg, speaking: this.#voice.speaking, atMs });
    }
    this.#progress?.push(frame);
    if (this.#progress?.done === true) this.#progress = undefined;
  }

  /** Reads what is going to be needed, so that it is on its way from memory; the number means nothing. */
  preload(): number {
    if (this.#turn === 1 && this.#progress?.hurries !== true) return this.#ms;
    return this.#voice.preload() + this.#digits.preload() + (this.#progress?.preload() ?? 0) + this.#ms;
  }

  /** The stream is over: a digit that still sounds ends. */
  finish(): void {
    this.#lookAtWaiting();
    this.#digits.flush();
  }

  #tellProgress({ progress, final, offsetMs, knownMs, confidence }: CallProgressEvent): void {
    if (progress === 'dial_tone') return; // no value of the platform
    const atMs = this.#context.processTime(this.#nowMs) - (knownMs - offsetMs);
    this.#context.emit({ name: 'callprogress', node: this.#leg, progress, final, offsetMs: Math.round(offsetMs), confidence, atMs });
  }
}
