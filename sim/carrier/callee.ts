import { DtmfDetector } from '../../src/audio/dtmf-detector.ts';
import type { Clock, Timer } from '../../src/kernel/clock.ts';
import type { Random } from '../../src/kernel/random.ts';
import type { VoiceLibrary } from '../audio/voice-library.ts';
import { ClipPlayer } from '../phone/clip-player.ts';
import type { FrameTicker } from '../phone/frame-ticker.ts';
import { Hearing, type Heard } from '../phone/hearing.ts';
import { RtpPhone } from '../phone/rtp-phone.ts';
import type { Behaviour } from './behaviour.ts';
import { opening, sentence } from './callee-voice.ts';

/** What the carrier knows of one call when it is over: the truth that belief is compared with. */
export interface CallTruth {
  readonly number: string;
  readonly sipCallId: string;
  readonly kind: Behaviour['kind'];
  /** Wall-clock ms. */
  readonly invitedAt: number;
  readonly answeredAt: number | undefined;
  readonly endedAt: number;
  readonly endedBy: 'caller' | 'callee' | 'never-answered';
  /** Milliseconds since the answer. */
  readonly greetingEndMs: number | undefined;
  readonly heard: Heard | undefined;
  /** Keys that it was sent, as telephone-events and as tones. */
  readonly keys: { readonly events: string; readonly tones: string };
  readonly optedOut: boolean;
  /** Another call to the same number was up when this one came in. */
  readonly whileAnotherCall: boolean;
}

/** The signalling side of one call, as the callee sees it. */
export interface CalleeCall {
  readonly number: string;
  readonly sipCallId: string;
  readonly remoteSdp: string;
  ring(): void;
  answer(sdp: string): void;
  reject(status: number): void;
  hangUp(): void;
}

export interface CalleeDeps {
  readonly clock: Clock;
  readonly ticker: FrameTicker;
  readonly random: Random;
  readonly voices: VoiceLibrary;
  readonly mediaHost: string;
  /** False: it answers without telephone-event, and keys have to be sent as tones. */
  readonly telephoneEvents: boolean;
  readonly done: (truth: CallTruth) => void;
}

/** A machine records no longer than this. */
const machineRecordsMs = 30_000;

/** One call at the simulated carrier: rings, answers, talks, listens, hangs up; tells the truth when it is over. */
export class Callee {
  readonly #deps: CalleeDeps;
  readonly #call: CalleeCall;
  readonly #behaviour: Behaviour;
  readonly #invitedAt: number;
  readonly #another: boolean;
  readonly #player = new ClipPlayer();
  readonly #timers = new Set<Timer>();
  #phone: RtpPhone | undefined;
  #hearing: Hearing | undefined;
  #answeredAt: number | undefined;
  #greetingEndMs: number | undefined;
  #greeted = false;
  readonly #keys = { events: '', tones: '' };
  readonly #tones = new DtmfDetector((key) => (this.#keys.tones += key));
  #optedOut = false;
  #over = false;

  constructor(deps: CalleeDeps, call: CalleeCall, behaviour: Behaviour, whileAnotherCall: boolean) {
    this.#deps = deps;
    this.#call = call;
    this.#behaviour = behaviour;
    this.#another = whileAnotherCall;
    this.#invitedAt = deps.clock.now();
  }

  start(): void {
    const { kind, ringMs } = this.#behaviour;
    if (kind === 'busy') return this.#refuse(486, 60);
    if (kind === 'invalid') return this.#refuse(404, 60);
    this.#after(40, () => this.#call.ring());
    if (kind === 'noanswer') return this.#refuse(480, this.#behaviour.ringMs);
    this.#after(ringMs, () => void this.#answer());
  }

  /** The caller cancelled or hung up, or the dialog broke. */
  gone(): void {
    this.#end(this.#answeredAt === undefined ? 'never-answered' : 'caller');
  }

  #refuse(status: number, afterMs: number): void {
    this.#after(afterMs, () => {
      this.#call.reject(status);
      this.#end('never-answered');
    });
  }

  async #answer(): Promise<void> {
    const { ticker, random, mediaHost, voices, clock } = this.#deps;
    const phone = await RtpPhone.open(mediaHost, ticker, random, {
      heard: (samples) => this.#hear(samples),
      speak: (out) => this.#player.fill(out),
      digit: (key) => (this.#keys.events += key),
    });
    if (this.#over) return phone.close();
    this.#phone = phone;
    this.#hearing = new Hearing(() => clock.monotonic());
    this.#answeredAt = clock.now();
    this.#call.answer(phone.sdp(this.#deps.telephoneEvents));
    phone.connect(this.#call.remoteSdp);
    if (this.#behaviour.kind === 'hangup') {
      this.#after(150, () => this.#hangUp());
      return;
    }
    const first = opening(this.#behaviour, voices);
    if (first === undefined) return;
    this.#greetingEndMs = first.greetingEndMs;
    this.#player.play(first.samples, () => (this.#greeted = true));
    if (this.#behaviour.kind === 'machine') this.#after(first.greetingEndMs + machineRecordsMs, () => this.#hangUp());
    if (this.#behaviour.kind === 'sit' || this.#behaviour.kind === 'fax') this.#after(12_000, () => this.#hangUp());
    if (this.#behaviour.kind === 'person') this.#watch();
  }

  #hear(samples: Int16Array): void {
    this.#hearing?.frame(samples);
    this.#tones.process(samples);
  }

  /** Every 200 ms a person decides: answer the agent, press the key, or hang up on silence. */
  #watch(): void {
    this.#after(200, () => {
      const hearing = this.#hearing;
      if (hearing === undefined || this.#over) return;
      if (this.#greeted) {
        if (hearing.heardAgent && !this.#player.playing) {
          this.#player.play(sentence(this.#deps.voices, this.#behaviour.random));
          this.#player.silence(600 + this.#behaviour.random.next() * 800);
        }
        if (!hearing.heardAgent && hearing.account().sounds.length > 0 && this.#behaviour.optsOut && !this.#optedOut && hearing.silentMs > 600) {
          this.#optedOut = true;
          this.#phone?.press('9');
        }
        if (hearing.silentMs > this.#behaviour.patienceMs && !this.#player.playing) return this.#hangUp();
      }
      this.#watch();
    });
  }

  #hangUp(): void {
    this.#call.hangUp();
    this.#end('callee');
  }

  #after(ms: number, task: () => void): void {
    const timer = this.#deps.clock.after(ms, () => {
      this.#timers.delete(timer);
      if (!this.#over) task();
    });
    this.#timers.add(timer);
  }

  #end(by: CallTruth['endedBy']): void {
    if (this.#over) return;
    this.#over = true;
    for (const timer of this.#timers) timer.cancel();
    this.#phone?.close();
    this.#deps.done({
      number: this.#call.number,
      sipCallId: this.#call.sipCallId,
      kind: this.#behaviour.kind,
      invitedAt: this.#invitedAt,
      answeredAt: this.#answeredAt,
      endedAt: this.#deps.clock.now(),
      endedBy: by,
      greetingEndMs: this.#greetingEndMs === undefined ? undefined : Math.round(this.#greetingEndMs),
      heard: this.#hearing?.account(),
      keys: { ...this.#keys },
      optedOut: this.#optedOut,
      whileAnotherCall: this.#another,
    });
  }
}
