import { BeepTail } from './beep-tail.ts';
import { BROKEN_TONE_MS, isSteadyTone, type ToneRun } from './tone-tracker.ts';

const SAME_HZ = 40;
/** Beeps closer to one another than this are one. */
const APART_MS = 300;

const isClearBeep = (run: ToneRun, ms: number): boolean => ms >= 80 && isSteadyTone(run, 0.93);
/** So steady is hardly a vowel, even where noise or harmonics lie beside it. */
const isBeep = (run: ToneRun, ms: number): boolean =>
  isClearBeep(run, ms) || (ms >= 160 && run.first > 330 && run.purity > 0.87 && run.driftHz < 1.5 && run.rippleDb < 1.2);

/** No vowel is so pure and so even at once, where it is a person as far as is known. */
const isBeyondDoubt = (run: ToneRun, ms: number): boolean => ms >= 80 && run.purity > 0.965 && run.driftHz < 2 && run.rippleDb < 1 && isSteadyTone(run, 0.965);

const isBeepOf = { live: isBeyondDoubt, machine: isClearBeep, message: isBeep };

/** The beep that ends a machine's message, or several in a row. */
export class MessageBeep {
  /** All its parts together; 0: there is none. */
  ms = 0;
  /** The last of them, and when it ended. */
  lastMs = 0;
  endMs = 0;
  power = 0;
  #hz = 0;
  readonly #tail = new BeepTail();

  /** @param speaker as far as is known; `message`: a machine is certain to speak, and what is steadier than any vowel is a beep then, though other sound lie beside it */
  toneEnded(run: ToneRun, speaker: 'live' | 'machine' | 'message'): void {
    const ms = run.endMs - run.startMs;
    // A lost packet, concealed, breaks a tone in two; the rest of a beep that dies away sinks into the noise.
    const goesOn = this.ms > 0 && run.startMs - this.endMs < BROKEN_TONE_MS && Math.abs(run.first - this.#hz) < SAME_HZ;
    if (!goesOn && !isBeepOf[speaker](run, ms)) return;
    this.#hz = run.first;
    if (this.ms > 0 && run.startMs - this.endMs > APART_MS) this.ms = 0;
    this.power = Math.max(run.power, this.ms > 0 ? this.power : 0);
    this.ms += ms;
    this.lastMs = ms;
    this.endMs = run.endMs;
    this.#tail.begin(run.first);
  }

  /** It dies away, and is still to be made out in this look, where no tone is. */
  diesAway(spectrum: Float64Array | undefined, nowMs: number): boolean {
    if (!this.#tail.sounds(spectrum)) return false;
    this.endMs = nowMs;
    return true;
  }

  /** What came before is no beep of the message that follows. */
  forget(): void {
    this.ms = 0;
  }
}
