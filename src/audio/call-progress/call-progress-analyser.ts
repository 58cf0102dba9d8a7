import { dbm0OfPower, meanSquare, powerOfDbm0 } from '../level.ts';
import type { CallProgressEvent, CallProgressHints, CallProgressName } from './call-progress-event.ts';
import { BackgroundTrace } from './background-trace.ts';
import { CadenceMatcher } from './cadence-matcher.ts';
import { GreetingFeatures } from './greeting-features.ts';
import { GreetingModel, type GreetingJudge } from './greeting-model.ts';
import { MessageBeep } from './message-beep.ts';
import { SitTracker } from './special-information-tone.ts';
import { isSteadyTone, ToneTracker, type ToneRun } from './tone-tracker.ts';

const BLOCK = 80;
const BLOCK_MS = 10;
const MIN_SPEECH = powerOfDbm0(-43);
/** Speech stands out of the background by 7.5 dB; its first soft sounds by 4 dB. */
const SPEECH_OVER_FLOOR = 5.6;
const ONSET_OVER_FLOOR = 2.5;
const ONSET_OF_VOICE = 0.015;
/** An onset is looked for so far back, in blocks. */
const ONSET_BLOCKS = 12;
/** Sound as even as this for so long is a background that began, such as a recording's own: voices move more. */
const EVEN_DB = 1.6;
const EVEN_MS = 260;
const NOISE_FLATNESS = 0.2;
/** So much sound that is no tone, within 200 ms, is a voice. */
const VOICE_MS = 90;
/** So much, and less than a voice's, may be a short word, once it is over: where it stands well out of the background and is neither a knock nor the rest of a tone. */
const SHORT_WORD_MS = 50;
/** After so much silence a candidate is over. */
const OVER_MS = 100;
/** Longer than any ringback. */
const DIAL_TONE_MS = 2300;
const CED_MS = 900;
/** 13 dB below a beep. */
const BESIDE_BEEP = 0.05;

/** No person's vowel that is as steady as a beep comes so late. */
const SHORT_SPEECH_MS = 1900;

type State = 'listening' | 'speaking' | 'message' | 'live' | 'done';

/**
 * Call progress analysis of one leg: tones before and after the answer, and after it person, machine, or end of the machine's
 * message. Fed with 8 kHz frames of any length; its clock is the audio itself. Events come through the listener, in order;
 * nothing is allocated unless there is one.
 */
export class CallProgressAnalyser {
  readonly #hints: CallProgressHints;
  readonly #listener: (event: CallProgressEvent) => void;
  readonly #judge: GreetingJudge;
  readonly #tones: ToneTracker;
  readonly #cadence: CadenceMatcher;
  readonly #features = new GreetingFeatures();
  readonly #background = new BackgroundTrace();
  readonly #pending = new Int16Array(BLOCK);
  readonly #sit = new SitTracker();
  readonly #beep = new MessageBeep();
  #phase: 'progress' | 'connected';
  #filled = 0;
  #nowMs = 0;
  #phaseStartMs = 0;
  #state: State = 'listening';
  #floor = 4;
  /** Blocks that the floor is made of, up to the first five. */
  #floorBlocks = 0;
  /** Candidate voice: when it began, and how much of it sounded. */
  #voiceFromMs = 0;
  #voiceMs = 0;
  /** In the candidate something was found that may be a tone. */
  #voiceIsTone = false;
  #quietMs = 0;
  #rang = false;
  #dialled = false;
  #cadenceEndMs = 0;
  #spoke = false;
  #recordedAtMs = 0;
  /** Machine: when anything last sounded. */
  #lastSoundMs = 0;
  #messageEnded = false;

  /** @param judge who tells people from machines; the shipped model unless a tuning run looks over its shoulder. */
  constructor(hints: CallProgressHints, listener: (event: CallProgressEvent) => void, judge: GreetingJudge = new GreetingModel(hints)) {
    this.#judge = judge;
    this.#hints = hints;
    this.#listener = listener;
    this.#phase = hints.phase;
    this.#tones = new ToneTracker((run) => this.#toneEnded(run));
    this.#cadence = new CadenceMatcher(hints.country);
  }

  /** Nothing more will be told. */
  get done(): boolean {
    return this.#state === 'done';
  }

  /** Somebody waits for what it will tell: it is not certain yet who or what answered. */
  get hurries(): boolean {
    return this.#state === 'listening' || this.#state === 'speaking';
  }

  /** The call was answered: the clock of `offsetMs` and the time limits begins anew, and voices count from here. */
  connected(): void {
    if (this.#phase === 'connected') return;
    this.#phase = 'connected';
    this.#phaseStartMs = this.#nowMs;
    this.#state = 'listening';
    this.#cadence.reset();
    this.#rang = false;
    this.#voiceMs = 0;
    this.#background.reset();
  }

  /** Reads what is going to be needed, so that it is on its way from memory; the number means nothing. */
  preload(): number {
    return this.#tones.preload() + this.#features.preload() + this.#nowMs + this.#floor + this.#lastSoundMs + this.#filled;
  }

  /**
   * Takes a frame of 8 kHz audio.
   * @param energies of its blocks of 5 ms, the sums of squares, where they are known: for frames that are whole blocks of 10 ms only
   */
  push(frame: Int16Array, energies?: Float64Array): void {
    let i = 0;
    if (this.#filled > 0) {
      while (i < frame.length && this.#filled < BLOCK) this.#pending[this.#filled++] = frame[i++] as number;
      if (this.#filled < BLOCK) return;
      this.#filled = 0;
      this.#block(this.#pending, 0, meanSquare(this.#pending));
    }
    for (let half = 0; i + BLOCK <= frame.length; i += BLOCK, half += 2) {
      this.#block(frame, i, energies === undefined ? meanSquare(frame, i, BLOCK) : ((energies[half] as number) + (energies[half + 1] as number)) / BLOCK);
    }
    while (i < frame.length) this.#pending[this.#filled++] = frame[i++] as number;
  }

  #block(samples: Int16Array, start: number, power: number): void {
    if (this.#state === 'done') return;
    this.#tones.block(samples, start, BLOCK, power);
    this.#nowMs += BLOCK_MS;
    const loud = power > MIN_SPEECH && power > this.#floor * SPEECH_OVER_FLOOR;
    this.#followFloor(power, loud);
    this.#progressTones();
    if (this.#phase === 'connected' && !this.done) {
      switch (this.#state) {
        case 'listening':
          this.#background.push(power);
          this.#awaitVoice(loud);
          break;
        case 'speaking':
          this.#features.block(power, loud);
          if (this.#tones.looked) this.#features.look(this.#tones.spectrum);
          this.#decide();
          break;
        case 'message':
        case 'live':
          this.#features.block(power, loud);
          if (this.#tones.looked && this.#features.elapsedMs <= this.#judge.listensMs) this.#features.look(this.#tones.spectrum);
          // In a message, what is far below its beep and comes after it is the noise that was there all the time.
          this.#afterVerdict(loud && (this.#beep.ms === 0 || !this.#isMessage || power > this.#beep.power * BESIDE_BEEP));
          break;
      }
      this.#timeLimits();
    }
  }

  /** The mean of what does not stand out, over some 150 ms; in sound it rises by 2 dB a second. A tone is no background: after it the floor is looked for anew. */
  #followFloor(power: number, loud: boolean): void {
    if (this.#state === 'listening' && this.#tones.steady) {
      this.#floorBlocks = 0;
      return;
    }
    const blocks = ++this.#floorBlocks;
    if (blocks <= 5) this.#floor = Math.min(powerOfDbm0(-30), (this.#floor * (blocks - 1) + power) / blocks);
    else if (!loud) this.#floor += (power - this.#floor) * (power < this.#floor * 3 ? 0.07 : this.#state === 'listening' ? 0.02 : 0.003);
    else this.#floor *= 1.0046;
    if (this.#floor < 4) this.#floor = 4;
  }

  // ── tones ──

  #toneEnded(run: ToneRun): void {
    const ms = run.endMs - run.startMs;
    if (this.#state === 'message' || this.#state === 'live') this.#beep.toneEnded(run, this.#state === 'live' ? 'live' : this.#isMessage ? 'message' : 'machine');
    if (ms < 40 || !isSteadyTone(run)) return;
    if (run.second === 0) {
      const sit = this.#sit.add(run.first, run.startMs, run.endMs);
      if (sit !== undefined) this.#tell(sit, true, run.endMs, 0.97);
    }
    this.#cadence.add(run);
    if (ms < 60) return;
    if (this.#state === 'listening' && !this.#spoke) this.#faxCalling(run, ms);
  }

  #faxCalling(run: ToneRun, ms: number): void {
    if (Math.abs(run.first - 1100) < 40 && run.second === 0 && ms > 420 && ms < 580) this.#tell('fax_calling_tone', true, run.endMs, 0.9);
  }

  #progressTones(): void {
    if (this.#tones.steady) {
      const ms = this.#tones.soundingMs;
      const { run } = this.#tones;
      if (ms >= CED_MS && run.second === 0 && Math.abs(run.first - 2100) < 25 && !this.#spoke) this.#tell('fax_answer_tone', true, run.startMs, 0.97);
      else if (!this.#dialled && ms >= DIAL_TONE_MS && CadenceMatcher.continuous(run)) {
        this.#dialled = true;
        this.#tell('dial_tone', false, run.startMs, 0.8);
      }
      return;
    }
    if (this.#tones.sounding) return;
    if (this.#state === 'message' || this.#state === 'live') return;
    const match = this.#cadence.match(this.#nowMs);
    if (match === undefined) return;
    if (match.kind === 'ringback') {
      if (!this.#rang) this.#tell('ringing', false, this.#nowMs, match.confidence);
      this.#rang = true;
    } else if (match.kind === 'dial') {
      if (!this.#dialled) this.#tell('dial_tone', false, this.#nowMs, match.confidence);
      this.#dialled = true;
    } else this.#tell(match.kind === 'busy' ? 'busy_tone' : 'reorder', true, this.#nowMs, match.confidence);
  }

  // ── voices ──

  #awaitVoice(loud: boolean): void {
    if (this.#tones.steady) {
      this.#voiceMs = 0;
      return;
    }
    if (loud) {
      if (this.#voiceMs === 0) {
        this.#voiceFromMs = this.#nowMs - BLOCK_MS;
        this.#voiceIsTone = false;
      }
      this.#voiceIsTone ||= this.#tones.sounding;
      this.#voiceMs += BLOCK_MS;
      this.#quietMs = 0;
    } else if (this.#voiceMs > 0) {
      this.#quietMs += BLOCK_MS;
      if (this.#quietMs >= OVER_MS) {
        if (this.#isShortWord) return this.#voiceBegan(OVER_MS / BLOCK_MS);
        this.#voiceMs = 0;
      }
    }
    if (this.#voiceMs < VOICE_MS) return;
    const blocks = this.#voiceBlocks;
    // The first block may hold the step itself.
    if (this.#background.unevenness(blocks - 1) < EVEN_DB) {
      if (this.#voiceMs < EVEN_MS) return;
      if (this.#tones.flatness() > NOISE_FLATNESS) {
        this.#floor = this.#background.meanPower(blocks - 1);
        this.#voiceMs = 0;
        return;
      }
    }
    if (this.#background.dyingAway(blocks)) this.#voiceMs = 0;
    else this.#voiceBegan(0);
  }

  /** The candidate is over: it was the whole of what somebody said. */
  get #isShortWord(): boolean {
    return this.#voiceMs >= SHORT_WORD_MS && this.#voiceMs < VOICE_MS && !this.#voiceIsTone && this.#background.isWord(this.#voiceBlocks, OVER_MS / BLOCK_MS, this.#floor);
  }

  /** Blocks of the candidate so far. */
  get #voiceBlocks(): number {
    return Math.round((this.#nowMs - this.#voiceFromMs) / BLOCK_MS);
  }

  /** @param silent the newest blocks, in which it does not sound any more */
  #voiceBegan(silent: number): void {
    const blocks = this.#voiceBlocks;
    const least = Math.max(this.#floor * ONSET_OVER_FLOOR, this.#background.meanPower(blocks) * ONSET_OF_VOICE);
    let back = 0;
    while (back < ONSET_BLOCKS && this.#background.powerAgo(blocks + back) > least) back += 1;
    this.#voiceFromMs -= back * BLOCK_MS;
    this.#state = 'speaking';
    this.#spoke = true;
    this.#tell('start_of_voice', false, this.#voiceFromMs, 0.9);
    this.#features.begin(this.#background, blocks + back, silent, dbm0OfPower(this.#floor));
  }

  #decide(): void {
    const judgement = this.#judge.judge(this.#features);
    if (judgement === undefined) return;
    if (judgement.verdict === 'live_voice') {
      this.#tell('live_voice', true, this.#nowMs, judgement.confidence);
      if (!this.done) this.#state = 'live';
    } else this.#toMessage(judgement.confidence, false);
  }

  #toMessage(confidence: number, revises: boolean): void {
    this.#state = 'message';
    this.#recordedAtMs = this.#nowMs;
    this.#lastSoundMs = this.#nowMs;
    if (!revises) this.#beep.forget();
    this.#tell('recorded_msg', false, this.#nowMs, confidence, revises);
  }

  /** It has been told for a machine, and has spoken for a while: a person's vowel is no beep before. */
  get #isMessage(): boolean {
    return this.#state === 'message' && this.#features.activeMs >= SHORT_SPEECH_MS;
  }

  #afterVerdict(loud: boolean): void {
    if (loud) this.#lastSoundMs = this.#nowMs;
    if (this.#tones.looked && !this.#tones.sounding && this.#beep.diesAway(this.#tones.spectrum, this.#nowMs)) this.#lastSoundMs = this.#nowMs;
    this.#reconsider();
    if (this.#messageEnded || this.#state !== 'message' || this.#tones.steady) return;
    const silent = this.#nowMs - this.#lastSoundMs;
    if (this.#beep.ms >= 100 && this.#lastSoundMs - this.#beep.endMs < 60) {
      // A short beep may be one of several.
      if (silent >= (this.#beep.lastMs < 250 ? 200 : 80)) this.#endOfMessage(this.#beep.endMs, 0.95);
    } else if (silent >= (this.#hints.messageEndSilenceMs ?? 2400)) this.#endOfMessage(this.#lastSoundMs, 0.6);
  }

  /** What was told may be taken back: who beeps was a machine after all, and who goes on, or stops and waits, is heard as what it is. */
  #reconsider(): void {
    const live = this.#state === 'live';
    if (live && this.#beep.ms >= 150 && this.#nowMs - this.#beep.endMs >= 200 && this.#nowMs - this.#lastSoundMs >= 180) {
      this.#toMessage(0.85, true);
      this.#lastSoundMs = this.#beep.endMs;
      return;
    }
    if (this.#messageEnded || (!live && this.#beep.ms > 0)) return;
    const judgement = this.#judge.reconsider(this.#features, live ? 'live_voice' : 'recorded_msg');
    // A steady tone may become a beep.
    if (judgement === undefined || this.#tones.steady) return;
    if (live) return this.#toMessage(judgement.confidence, true);
    this.#state = 'live';
    this.#tell('live_voice', true, this.#nowMs, judgement.confidence, true);
  }

  #endOfMessage(atMs: number, confidence: number): void {
    this.#messageEnded = true;
    this.#tell('msg_end', true, atMs, confidence);
  }

  #timeLimits(): void {
    if (this.#messageEnded || this.#state === 'live' || this.#state === 'done') return;
    if (this.#state === 'message') {
      if (this.#nowMs - this.#recordedAtMs >= (this.#hints.recordedMsgTimeoutMs ?? 30_000)) this.#tell('timeout', true, this.#nowMs, 1);
    } else if (this.#nowMs - this.#phaseStartMs >= (this.#hints.timeoutMs ?? 20_000)) this.#tell('timeout', true, this.#nowMs, 1);
  }

  #tell(progress: CallProgressName, final: boolean, atMs: number, confidence: number, revises = false): void {
    if (final && this.#hints.background !== true) this.#state = 'done';
    if (final && progress === 'timeout') this.#state = 'done';
    this.#listener({ progress, final, offsetMs: Math.max(0, Math.round(atMs - this.#phaseStartMs)), knownMs: this.#nowMs - this.#phaseStartMs, confidence, revises });
  }
}
