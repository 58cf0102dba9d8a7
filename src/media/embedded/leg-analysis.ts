import { CallProgressAnalyser } from '../../audio/call-progress/call-progress-analyser.ts';
import type { CallProgressEvent } from '../../audio/call-progress/call-progress-event.ts';
import { DtmfDetector } from '../../audio/dtmf-detector.ts';
import { VoiceActivityDetector } from '../../audio/voice-activity.ts';
import { energyOf } from '../../audio/level.ts';
import type { MediaId } from '../../kernel/ids.ts';
import type { ClassifyHints } from '../media.ts';
import type { NodeContext } from './media-node.ts';
import { ToneGate } from './tone-gate.ts';

const frameMs = 20;
/** 5 ms. Scratch of the thread: what all detectors would reckon each for itself. */
const blockSamples = 40;
const energies = new Float64Array(4);

/** Frames that are looked at together: a source keeps so many. */
const batch = 4;

/** In which tick of a batch a new leg is looked at: one leg after the other, so that the ticks have as much to do. */
let nextTurn = 0;

/**
 * What is made out in what a leg's phone says: digits in band, speech, call progress, and tones that edges keep away. 8 kHz. Four frames
 * at a time, in every fourth tick: what a detector knows of a thousand legs comes from far away in memory each time that it is looked at,
 * which takes longer than the looking. While a verdict on the call is awaited, or a prompt may be broken off, every frame is looked at when it is there.
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
  /** The frames of the ticks before, which wait for those to come, and when they were there. */
  readonly #waiting: Int16Array[] = [];
  readonly #waitingSince = new Float64Array(batch - 1);
  #waits = 0;
  #turn = (nextTurn = (nextTurn + 1) % batch);

  /** @param heardDigit is told how long before the end of the newest frame the tone ended, too */
  constructor(leg: MediaId, context: NodeContext, heardDigit: (key: string, durationMs: number, agoMs: number) => void) {
    this.#leg = leg;
    this.#context = context;
    this.#digits = new DtmfDetector((key, startMs, durationMs) => heardDigit(key, durationMs, this.#ms - startMs - durationMs + context.now() - this.#nowMs));
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
   * @param waits the frame will still hold the same in the next three ticks, and nobody waits for what it holds.
   */
  process(frame: Int16Array, nowMs: number, gatesTones: boolean, waits: boolean): boolean {
    this.#turn = (this.#turn + 1) % batch;
    if (waits && this.#turn !== 0 && this.#waits < batch - 1 && this.#progress?.hurries !== true) {
      this.#waiting[this.#waits] = frame;
      this.#waitingSince[this.#waits] = nowMs;
      this.#waits += 1;
    } else {
      this.#lookAtWaiting();
      this.#look(frame, nowMs);
    }
    this.#toneGate = gatesTones ? (this.#toneGate ?? new ToneGate()) : undefined;
    return this.#toneGate?.process(frame) ?? false;
  }

  #lookAtWaiting(): void {
    const waits = this.#waits;
    this.#waits = 0;
    for (let i = 0; i < waits; i++) this.#look(this.#waiting[i] as Int16Array, this.#waitingSince[i] as number);
  }

  #look(frame: Int16Array, nowMs: number): void {
    this.#ms += frameMs;
    this.#nowMs = nowMs;
    let energy = 0;
    for (let block = 0; block < 4; block++) energy += energies[block] = energyOf(frame, block * blockSamples, blockSamples);
    this.#digits.process(frame, energies);
    if (this.#voice.process(frame, energy / frame.length)) {
      const atMs = this.#context.processTime(nowMs) - (this.#ms - this.#voice.changedAtMs);
      this.#context.emit({ name: 'speech', node: this.#leg, speaking: this.#voice.speaking, atMs });
    }
    this.#progress?.push(frame, energies);
    if (this.#progress?.done === true) this.#progress = undefined;
  }

  /** Reads what is going to be needed, so that it is on its way from memory; the number means nothing. */
  preload(): number {
    if (this.#turn !== batch - 1 && this.#progress?.hurries !== true) return this.#ms;
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
